"""The search index: one tantivy folder, made again at any time from what the archive holds."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import tantivy

from onrecord.errors import ArchiveLockedError, StorageError
from onrecord.ledger import Head
from onrecord.model import Digest
from onrecord.search import analysis
from onrecord.search.entry import OLD, Entry
from onrecord.search.query import All, During, Is, Node, Not, Words
from onrecord.search.query import Any as Some

#: Raise it with every change of the schema: an index of another version is made anew.
SCHEMA_VERSION = 1

#: tantivy's own smallest heap for a writer is 15 MB.
HEAP_BYTES = 48 * 1024 * 1024

#: A match in the headline counts so many times as much as one in the body.
HEADLINE_WEIGHT = 4.0
#: So many of the best matches are weighed again by their age.
WEIGHED_AGAIN = 200
#: What is new counts up to so much more; the surplus halves with every month.
FRESHNESS = 0.6
MONTH = 30 * 86_400.0

MOST_FACETS = 200

# What the index cuts text into: the same tokens as `analysis.tokens`, in the syntax of Rust's regex.
_TOKENS = f"[{analysis.DENSE}]|[\\w--[_{analysis.DENSE}]]+|{analysis.BREAK}"

_HEAD_KEY = "head"


@dataclass(frozen=True, slots=True)
class Hit:
    """One match."""

    id: str
    revision: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search brought: how many match, and some of them in order."""

    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A search: what, how much of it, in which order."""

    node: Node
    limit: int = 20
    offset: int = 0
    by_date: bool = False  #: newest first; else what fits best
    with_revisions: bool = False  #: also what earlier revisions said
    facets: tuple[str, ...] = ()  #: "source", "month", "author", "lang": counted over all matches


def _schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    build.add_text_field("key", tokenizer_name="raw", index_option="basic")
    build.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    build.add_integer_field("revision", stored=True)
    build.add_text_field("note", stored=True, tokenizer_name="raw", index_option="basic")
    build.add_boolean_field("newest", indexed=True)
    build.add_text_field("author_words", tokenizer_name="onrecord", index_option="position")
    for age in ("", OLD):
        for name in ("headline", "words"):
            build.add_text_field(f"{age}{name}", tokenizer_name="onrecord", index_option="position")
        for name in ("headline_pairs", "pairs", "headline_stems", "stems"):
            build.add_text_field(f"{age}{name}", tokenizer_name="spaced", index_option="basic")
    for name in ("source", "lang", "month", "author", "section", "topic"):
        build.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("language", "has", "is"):
        build.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("published", "changed", "removed"):
        build.add_integer_field(name, indexed=True, fast=True)
    return build.build()


class SearchIndex:
    """The index of an archive, open.

    Raises:
        StorageError: Its folder can't be read or written.
        ArchiveLockedError: It is to be written, and another process does so.
    """

    def __init__(self, folder: Path) -> None:
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self.folder = folder if _can_be_written(folder) else self._copied(folder)
        with _errors(folder):
            self._index = self._opened()
        self._writer: tantivy.IndexWriter | None = None

    def _copied(self, folder: Path) -> Path:
        """Return a copy for as long as this is open: of an archive on a sealed medium, where no lock can be taken."""
        self._copy = tempfile.TemporaryDirectory(prefix="onrecord-search-")
        copy = Path(self._copy.name) / folder.name
        with _errors(folder):
            if folder.is_dir():
                shutil.copytree(folder, copy)
        return copy

    def _opened(self) -> tantivy.Index:
        version = self.folder / "version"
        wanted = f"{SCHEMA_VERSION}.{analysis.ANALYSIS_VERSION} Snowball {analysis.STEMMER_VERSION}\n"
        if not version.is_file() or version.read_text("utf-8") != wanted:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(_schema(), path=str(self.folder))
        index.register_tokenizer("onrecord", _by(tantivy.Tokenizer.regex(_TOKENS)))
        index.register_tokenizer("spaced", _by(tantivy.Tokenizer.whitespace()))
        version.write_text(wanted, "utf-8")
        return index

    # ---- in

    def head(self) -> Head:
        """Return the ledger line that the index has followed to."""
        self._index.reload()
        searcher = self._index.searcher()
        hits = searcher.search(self._term("key", _HEAD_KEY), limit=1).hits
        if not hits:
            return Head()
        seq, _, digest = str(searcher.doc(hits[0][1]).get_first("note")).partition(" ")
        return Head(int(seq), Digest(digest) if digest else None)

    def clear(self) -> None:
        """Forget everything, with the next commit."""
        with _errors(self.folder):
            self._writing().delete_all_documents()

    def drop(self, article_id: str) -> None:
        """Take an article's revisions out, with the next commit."""
        with _errors(self.folder):
            self._writing().delete_documents_by_term("id", article_id)

    def add(self, entry: Entry) -> None:
        """Put a revision in, with the next commit. Another entry of it is not taken out: `drop` does so."""
        told = tantivy.Document()
        for name, text in entry.texts:
            told.add_text(name, text)
        for name, number in entry.numbers:
            told.add_integer(name, number)
        told.add_boolean("newest", entry.is_newest)
        with _errors(self.folder):
            self._writing().add_document(told)

    def commit(self, head: Head) -> None:
        """Make what was put in and taken out count, and note how far the ledger was followed: both or neither."""
        with _errors(self.folder):
            writer = self._writing()
            writer.delete_documents_by_term("key", _HEAD_KEY)
            note = tantivy.Document()
            note.add_text("key", _HEAD_KEY)
            note.add_text("note", f"{head.seq} {head.digest or ''}")
            writer.add_document(note)
            writer.commit()
            self._index.reload()

    def close(self) -> None:
        """Let go of the writer, when its segments are merged."""
        if self._writer is not None:
            with _errors(self.folder):
                self._writer.wait_merging_threads()
            self._writer = None
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(HEAP_BYTES, 1)
        return self._writer

    # ---- out

    def count(self) -> int:
        """Return how many articles are in the index."""
        return _total(self._index.searcher().search(self._term("newest", value=True), limit=1))

    def search(self, ask: Ask, *, now: datetime) -> Found:
        """Return what matches.

        Args:
            ask: What is looked for, and how much of it.
            now: What is near this moment counts a little more.
        """
        with _errors(self.folder):
            searcher = self._index.searcher()
            query = self._bounded(ask)
            top = ask.offset + ask.limit
            if ask.by_date:
                found = searcher.search(query, limit=top, order_by_field="published")
                chosen = [(float(at or 0), place) for at, place in found.hits[ask.offset :]]
            else:
                found = searcher.search(query, limit=max(top, WEIGHED_AGAIN))
                chosen = _weighed(searcher, found.hits, now)[ask.offset : top]
            hits = [Hit(*_named(searcher, place), score) for score, place in chosen]
            facets = {name: _facet(searcher, query, name) for name in ask.facets}
        return Found(total=_total(found), hits=tuple(hits), facets=facets)

    def _bounded(self, ask: Ask) -> tantivy.Query:
        query = self._query(ask.node, ask)
        if ask.with_revisions or _names_words(ask.node):
            # The words of earlier revisions stand in fields of their own.
            return query
        return _both(query, self._term("newest", value=True))

    def _term(self, name: str, value: Any) -> tantivy.Query:
        return tantivy.Query.term_query(self._index.schema, name, value)

    def _query(self, node: Node, ask: Ask) -> tantivy.Query:
        match node:
            case Not(part):
                return tantivy.Query.boolean_query(
                    [
                        (tantivy.Occur.Must, self._articles(ask)),
                        (tantivy.Occur.MustNot, self._query(part, ask)),
                    ]
                )
            case All(parts):
                return self._all(parts, ask)
            case Some(parts):
                return _either([self._query(part, ask) for part in parts])
            case Is():
                return self._property(node)
            case During(name, start, end):
                return self._range(name, start, end)
            case Words(field="author"):
                return self._phrase("author_words", analysis.tokens(analysis.fold(node.text)), node)
            case _:
                return self._words(node, ask)

    def _articles(self, ask: Ask) -> tantivy.Query:
        newest = self._term("newest", value=True)
        return _either([newest, self._term("newest", value=False)]) if ask.with_revisions else newest

    def _all(self, parts: Sequence[Node], ask: Ask) -> tantivy.Query:
        wanted = [(tantivy.Occur.Must, self._query(part, ask)) for part in parts if not isinstance(part, Not)]
        wanted = wanted or [(tantivy.Occur.Must, self._articles(ask))]
        unwanted = [
            (tantivy.Occur.MustNot, self._query(part.part, ask)) for part in parts if isinstance(part, Not)
        ]
        return tantivy.Query.boolean_query(wanted + unwanted)

    def _property(self, node: Is) -> tantivy.Query:
        match node.field:
            case "lang":
                return self._term("language", node.value.lower())
            case "changed" | "removed":
                state = self._term("is", node.field)
                return state if node.value == "yes" else _without(self._term("newest", value=True), state)
            case "section" | "topic":
                return self._term(node.field, analysis.fold(node.value))
            case _:
                return self._term(node.field, node.value)

    def _range(self, name: str, start: int | None, end: int | None) -> tantivy.Query:
        last = None if end is None else end - 1
        return tantivy.Query.range_query(self._index.schema, name, tantivy.FieldType.Integer, start, last)

    # ---- words

    def _words(self, node: Words, ask: Ask) -> tantivy.Query:
        folded = analysis.fold(node.text)
        sought = [token for token in analysis.tokens(folded) if token != analysis.BREAK]
        if not sought:
            return tantivy.Query.empty_query()
        ages = ("", OLD) if ask.with_revisions else ("",)
        found: list[tantivy.Query] = []
        for age in ages:
            headline = self._in(
                f"{age}headline", f"{age}headline_pairs", f"{age}headline_stems", folded, node
            )
            found.append(tantivy.Query.boost_query(headline, HEADLINE_WEIGHT))
            if node.field != "headline":
                found.append(self._in(f"{age}words", f"{age}pairs", f"{age}stems", folded, node))
        return _either(found)

    def _in(self, words: str, pairs: str, stems: str, folded: str, node: Words) -> tantivy.Query:
        sought = analysis.tokens(folded)
        if (
            len(sought) == 2
            and len(folded) == 2
            and analysis.is_dense(sought[0])
            and analysis.is_dense(sought[1])
        ):
            return self._term(pairs, folded)
        phrase = self._phrase(words, sought, node)
        if len(sought) > 1:
            # Each pair is rare: together they leave few articles in which the order has to be looked at.
            return _both(*(self._term(pairs, pair) for pair in sorted(analysis.pairs(folded))), phrase)
        if node.is_exact or node.is_prefix or analysis.is_dense(folded):
            return phrase
        return self._stemmed(words, stems, sought[0], phrase)

    def _phrase(self, name: str, sought: Sequence[str], node: Words) -> tantivy.Query:
        schema = self._index.schema
        if not sought:
            return tantivy.Query.empty_query()
        if node.is_prefix and not analysis.is_dense(sought[-1]):
            if len(sought) == 1:
                return tantivy.Query.regex_query(schema, name, f"{sought[0]}.*")
            return tantivy.Query.phrase_prefix_query(schema, name, list(sought))
        if len(sought) == 1:
            return self._term(name, sought[0])
        return tantivy.Query.phrase_query(schema, name, list(sought))

    def _stemmed(self, words: str, stems: str, word: str, exact: tantivy.Query) -> tantivy.Query:
        found = [exact]
        for language, root in analysis.stem_terms(word, self._languages()):
            found.append(self._term(stems, f"{language}:{root}"))
            if root != word:
                # The root itself, as a word of that language, has no entry among the stems.
                found.append(_both(self._term(words, root), self._term("language", language)))
        return _either(found)

    def _languages(self) -> list[str]:
        return [tag for tag, _ in self._index.searcher().terms_with_prefix("language", "") if "-" not in tag]


def _by(tokenizer: tantivy.Tokenizer) -> tantivy.TextAnalyzer:
    return tantivy.TextAnalyzerBuilder(tokenizer).build()


def _total(found: tantivy.SearchResult) -> int:
    return int(found.count or 0)  # type: ignore[attr-defined]  # the stubs leave it out


def _named(searcher: tantivy.Searcher, place: tantivy.DocAddress) -> tuple[str, int]:
    entry = searcher.doc(place)
    return str(entry.get_first("id")), int(entry.get_first("revision") or 0)


def _weighed(
    searcher: tantivy.Searcher, hits: Sequence[tuple[Any, tantivy.DocAddress]], now: datetime
) -> list[tuple[float, tantivy.DocAddress]]:
    """Weigh the best matches again by their age."""
    moments = searcher.fast_field_values("published", [place for _, place in hits])
    instant = now.timestamp()
    scored = [
        (score * (1 + FRESHNESS * 0.5 ** (max(instant - moment, 0) / MONTH)) if moment else score, place)
        for (score, place), moment in zip(hits, moments, strict=True)
    ]
    scored.sort(key=lambda pair: -pair[0])
    return scored


def _facet(searcher: tantivy.Searcher, query: tantivy.Query, name: str) -> tuple[tuple[str, int], ...]:
    found = searcher.aggregate(query, {name: {"terms": {"field": name, "size": MOST_FACETS}}})
    return tuple((str(bucket["key"]), int(bucket["doc_count"])) for bucket in found[name]["buckets"])


def _names_words(node: Node) -> bool:
    """Can only what has certain words match?"""
    match node:
        case Words(field=name):
            return name != "author"
        case All(parts):
            return any(_names_words(part) for part in parts)
        case Some(parts):
            return all(_names_words(part) for part in parts)
        case _:
            return False


def _both(*queries: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def _either(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _without(query: tantivy.Query, unwanted: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.MustNot, unwanted)])


def _can_be_written(folder: Path) -> bool:
    return os.access(folder if folder.exists() else folder.parent, os.W_OK)


@contextmanager
def _errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        if "LockBusy" in str(error):
            what = "another process brings the search index up to date; run the command again when it is done"
            raise ArchiveLockedError(str(folder), what) from error
        what = f"the search index can't be used ({error}); it is only an index: delete the folder and search again"
        raise StorageError(str(folder), what) from error
