"""Articles: one look at an address, and the step that keeps what it brought."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from onrecord import archive as archives
from onrecord.archive import Archive, Step
from onrecord.compare import Comparison, compare
from onrecord.config import KeepConfig, SourceConfig
from onrecord.fetch import Client
from onrecord.ledger import Event, Put
from onrecord.model import (
    Article,
    ArticleId,
    Capture,
    Digest,
    Document,
    Entry,
    Exchange,
    Failed,
    Fetched,
    Gone,
    KeptEnclosure,
    KeptPicture,
    NotModified,
    Outcome,
    ReadingKind,
    Refused,
    Revision,
    Terms,
    Validators,
    VerdictKind,
)
from onrecord.pipeline.comparing import Comparer, with_what_the_feed_told
from onrecord.pipeline.enclosures import EnclosureDesk, GatheredEnclosure, listed_in
from onrecord.pipeline.fallbacks import Fallbacks, Wanted
from onrecord.pipeline.learning import SiteDesk
from onrecord.pipeline.pictures import Gathered, PictureDesk, reason_of
from onrecord.pipeline.reading import (
    FULL_ENOUGH,
    Judged,
    Reading,
    envelope_of,
    length_of,
    read,
    resemble,
)
from onrecord.pipeline.removals import Missing, RemovalDesk, missing_of, other_article
from onrecord.pipeline.report import Happening, Listener, News
from onrecord.pipeline.terms import TermsDesk
from onrecord.pipeline.writing import Writer, record_of
from onrecord.render import document as documents
from onrecord.revisions import NewRevision, Unchanged, content_digest
from onrecord.schedule import next_look, next_stub_look, next_try
from onrecord.store import AddressRow, HeldArticle
from onrecord.urls import article_id, lookup_key
from onrecord.warc import RevisitTarget, payload_digest

#: Why an address is left that was forgotten.
FORGOTTEN = "it was deleted here on purpose (`onrecord forget`), and is not kept again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look to be taken at an article's address."""

    source: SourceConfig
    url: str
    entry: Entry | None = None
    held: HeldArticle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a look brought, before anything is written."""

    look: Look
    outcome: Outcome | None  #: None: the page was not asked, the feed's text is wanted
    judged: Judged
    held: HeldArticle | None
    pictures: tuple[Gathered, ...] = ()
    enclosures: tuple[GatheredEnclosure, ...] = ()
    terms: Terms | None = None  #: None: nothing new was read
    left: str | None = None  #: why the settings leave it, though it could be kept

    @property
    def is_answered(self) -> bool:
        """Did the page itself answer, with an article or with 304? A wall in its place is no answer."""
        verdict = self.judged.verdict
        is_article = isinstance(self.outcome, Fetched) and bool(verdict and verdict.kind.is_article)
        return is_article or isinstance(self.outcome, NotModified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a finding became."""

    article_id: ArticleId | None
    outcome: str  #: EntryRow.outcome
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Superseded:
    """The revision that a newer one takes the place of, and what is different in that."""

    held: HeldArticle
    comparison: Comparison

    @property
    def changed(self) -> dict[str, Any]:
        """What the ledger says of it."""
        kinds = sorted(kind.value for kind in self.comparison.kinds)
        return {"kinds": kinds, "weight": self.comparison.weight}


class ArticleDesk:
    """Looks at articles' addresses and keeps what they bring."""

    def __init__(
        self,
        archive: Archive,
        client: Client,
        writer: Writer,
        *,
        now: Callable[[], datetime],
        tell: Listener,
    ) -> None:
        self._archive = archive
        self._client = client
        self._writer = writer
        self._now = now
        self._tell = tell
        self._rules = archive.rules
        self._fallbacks = Fallbacks(archive.config.fetch, client, self._rules, now=now)
        self._terms = TermsDesk(archive, client, now=now)
        self._pictures = PictureDesk(archive, client, writer, now=now)
        self._enclosures = EnclosureDesk(archive, client, writer)
        self._removals = RemovalDesk(archive, writer, now=now)
        self._sites = SiteDesk(archive.state, now=now)
        self._comparer = Comparer(archive=archive, sites=self._sites, now=now)
        self._numbers: dict[str, int] = {}
        self._paths: set[str] = set()
        self._told_pictures: set[str] = set()
        self._told_rules: set[str] = set()
        self._being_kept: dict[str, ArticleId] = {}
        self._locks: dict[ArticleId, asyncio.Lock] = {}

    # ---------------------------------------------------------------- looking

    async def look(self, look: Look) -> Finding:
        """Ask, read, judge, and gather the pictures of what is new."""
        address = self._archive.state.address(look.url)
        outcome: Outcome | None = None
        if look.source.full_text != "feed" or not (look.entry and look.entry.content):
            asked = Validators(address.etag, address.last_modified) if address and look.held else None
            outcome = await self._client.fetch(look.url, kind="page", validators=asked)
        if isinstance(outcome, NotModified) and look.held and look.held.kind == ReadingKind.PAGE:
            # What we hold is what the page says; the feed's text can't be fuller than it was.
            return Finding(
                look=look, outcome=outcome, judged=Judged(reading=None, verdict=None), held=look.held
            )
        judged = self._read(look, outcome, look.held)
        if look.held is None and look.source.full_text != "feed":
            judged = await self._fallbacks.instead_of(Wanted(look.url, look.entry, outcome, judged))
        held = look.held or self._held(judged.reading)
        if held is not None and look.held is None and judged.traits is not None:
            judged = self._read(look, outcome, held, judged)  # it is held under another address
        self._tell_missed(look, judged.reading)
        reading = judged.reading
        if reading is None or (held and content_digest(reading.article) == held.content_digest):
            return Finding(look=look, outcome=outcome, judged=judged, held=held)
        answer = reading.exchange or (outcome.final if isinstance(outcome, Fetched) else None)
        terms = await self._terms.of(look.url, answer, judged.facts)
        if left := _left(terms, self._archive.config.keep):
            judged = replace(judged, reading=None)
            return Finding(look=look, outcome=outcome, judged=judged, held=held, terms=terms, left=left)
        before = self._archive.document(held).enclosures if held else ()
        return Finding(
            look=look,
            outcome=outcome,
            judged=judged,
            held=held,
            pictures=await self._gather(reading.article, look.source),
            enclosures=await self._gather_enclosures(look, before),
            terms=terms,
        )

    async def _gather_enclosures(
        self, look: Look, before: Sequence[KeptEnclosure]
    ) -> tuple[GatheredEnclosure, ...]:
        found = await self._enclosures.gather(look.entry, look.source, before)
        for one in found:
            if one.put or one.kept.reason:
                what = Happening.ENCLOSURE if one.put else Happening.ENCLOSURE_MISSING
                self._tell(News(what=what, source=look.source.id, url=one.kept.url, reason=one.kept.reason))
        return tuple(found)

    def _read(
        self, look: Look, outcome: Outcome | None, held: HeldArticle | None, known: Judged | None = None
    ) -> Judged:
        """Read what was answered, with what was known of its site when *held* was read; *known* if it was read so."""
        url = outcome.final.url if isinstance(outcome, Fetched) else look.url
        latest = self._archive.catalog.revisions(held.id)[-1] if held else None
        site = self._sites.for_look(url, latest)
        if known is not None and known.reading is not None and known.reading.site == site:
            return known
        return read(outcome, look.entry, look.source, url=look.url, rules=self._rules, site=site)

    def _tell_missed(self, look: Look, reading: Reading | None) -> None:
        """Tell that a rule no longer fits its site's pages: once a round, not once a page."""
        if reading and reading.missed and reading.missed not in self._told_rules:
            self._told_rules.add(reading.missed)
            self._tell(
                News(what=Happening.RULE_MISSED, source=look.source.id, url=look.url, reason=reading.missed)
            )

    def _held(self, reading: Reading | None) -> HeldArticle | None:
        if reading is None:
            return None
        for url in (reading.identity.canonical_url, *reading.identity.aliases):
            if held := self._archive.catalog.find(url):
                return held
        return None

    async def _gather(self, article: Article, source: SourceConfig) -> tuple[Gathered, ...]:
        wants_records = (source.capture or self._archive.config.capture) != "page"
        found = await self._pictures.gather(article.pictures, capture=wants_records)
        for one in found:
            if one.kept.path and (one.put is None or one.put.digest in self._told_pictures):
                continue  # it was held before, or came with another article of this round
            if one.put:
                self._told_pictures.add(one.put.digest)
            what = Happening.PICTURE if one.kept.path else Happening.PICTURE_MISSING
            self._tell(News(what=what, source=source.id, url=one.kept.url, reason=one.kept.reason))
        return tuple(found)

    def settle(self, source: SourceConfig) -> None:
        """Write down what the pages that were kept of a source show of their sites."""
        self._sites.settle(source.id)

    # ---------------------------------------------------------------- keeping

    async def keep(self, finding: Finding) -> Kept:
        """Write down what a look brought. When this returns, it would outlast a crash."""
        reading = finding.judged.reading
        held = finding.held or self._held(reading)
        if held is None and reading and self._is_forgotten(finding.look, reading):
            return Kept(article_id=None, outcome="left", reason=FORGOTTEN)
        if held is None:
            return await (self._keep_new(finding, reading) if reading else self._keep_nothing(finding, None))
        # Two sources may bring one article at once: each is compared with what stands when its turn comes.
        async with self._lock(held.id):
            return await self._keep_beside(finding, reading, self._archive.catalog.article(held.id) or held)

    def _is_forgotten(self, look: Look, reading: Reading) -> bool:
        """Was it deleted here on purpose, under one of its addresses?"""
        named = (look.url, reading.identity.canonical_url, *reading.identity.aliases)
        return any(map(self._archive.catalog.is_forgotten, named))

    def _lock(self, held_id: ArticleId) -> asyncio.Lock:
        return self._locks.setdefault(held_id, asyncio.Lock())

    async def _keep_beside(self, finding: Finding, reading: Reading | None, held: HeldArticle) -> Kept:
        if isinstance(finding.outcome, NotModified) and reading is None:
            return await self._keep_unchanged(finding, finding.outcome, held)
        if reading is None:
            return await self._keep_nothing(finding, held)
        latest = self._archive.document(held)
        if reading.exchange and self._leads_elsewhere(reading, reading.exchange, held, latest):
            missing = other_article(
                finding.look.url, reading.exchanges_of(finding.outcome), self._known(held)
            )
            self._remember_failure(finding, held, missing.reason)
            await self._note_missing(finding, held, missing)
            return Kept(article_id=held.id, outcome="kept", reason=missing.reason)
        kept = await self._keep_held(finding, reading, held, latest)
        # The feed may still give the text of a page that is gone.
        await self._note_missing(finding, held)
        return kept

    def _leads_elsewhere(
        self, reading: Reading, answer: Exchange, held: HeldArticle, latest: Document
    ) -> bool:
        """Was another article, or a home page, answered from an address that the held one never had?"""
        is_known = {lookup_key(reading.identity.canonical_url), lookup_key(answer.url)} <= self._known(held)
        return not is_known and not resemble(reading.article, latest.revision.article)

    async def _keep_new(self, finding: Finding, reading: Reading) -> Kept:
        article = reading.article
        keys = [
            lookup_key(url) for url in (article.canonical_url, *reading.identity.aliases, finding.look.url)
        ]
        if other := next((self._being_kept[key] for key in keys if key in self._being_kept), None):
            # Another source, or another address, brings the same article at this moment.
            async with self._lock(other):
                pass
            return await self.keep(finding)
        fresh_id = article_id(article.canonical_url)
        self._being_kept |= dict.fromkeys(keys, fresh_id)
        try:
            async with self._lock(fresh_id):
                return await self._keep_first(finding, reading, fresh_id)
        finally:
            for key in keys:
                self._being_kept.pop(key, None)

    async def _keep_first(self, finding: Finding, reading: Reading, fresh_id: ArticleId) -> Kept:
        look, article = finding.look, reading.article
        capture = await self._capture(finding, reading)
        at = capture.captured_at if capture else self._now()
        revision = Revision(
            article=article,
            number=1,
            captured_at=at,
            content_digest=content_digest(article),
            kind=reading.kind,
        )
        document = self._document(finding, reading, revision, capture, held=None, fresh_id=fresh_id)
        path = self._path_for(document)
        await self._commit_document(Event.CAPTURED, finding, reading, document, path, capture)
        traits = finding.judged.traits
        if reading.exchange and traits and reading.verdict.kind is VerdictKind.FULL:
            self._sites.note(look.source.id, reading.exchange.url, traits)
        self._tell(_news(Happening.NEW, look, article.headline))
        self._remember(finding, document.id, capture, first_captured_at=at)
        return Kept(article_id=document.id, outcome="kept")

    async def _keep_held(
        self, finding: Finding, reading: Reading, held: HeldArticle, latest: Document
    ) -> Kept:
        told = latest.revision.article
        reading = replace(reading, article=with_what_the_feed_told(reading.article, told))
        compared = self._comparer.compare(reading, held, latest, finding.look.entry)
        decided = compared.decided
        if isinstance(decided, Unchanged) or _is_worse(reading, latest, finding.look.source):
            return await self._keep_same(finding, reading, held, latest)
        capture = await self._capture(finding, reading)
        revision = replace(
            decided.revision,
            article=replace(reading.article, canonical_url=latest.revision.article.canonical_url),
            captured_at=capture.captured_at if capture else decided.revision.captured_at,
        )
        document = self._document(finding, reading, revision, capture, held=latest, fresh_id=latest.id)
        superseded = _Superseded(held, compare(compared.before, revision.article))
        event = Event.REVISED if isinstance(decided, NewRevision) else Event.KIND_CHANGED
        await self._commit_document(
            event, finding, reading, document, held.path, capture, superseded=superseded
        )
        self._tell(_news(Happening.REVISED, finding.look, reading.article.headline))
        await self._restore(finding, held, capture)
        self._remember(finding, document.id, capture, first_captured_at=held.first_captured_at)
        return Kept(article_id=document.id, outcome="kept")

    async def _keep_same(
        self, finding: Finding, reading: Reading, held: HeldArticle, latest: Document
    ) -> Kept:
        """A reader would see no difference: note the look, the feed's own bytes, other addresses."""
        capture = await self._revisit(finding, reading.exchange)
        steps = self._envelope_steps(finding, held)
        known = self._known(held)
        named = {lookup_key(url): url for url in (reading.identity.canonical_url, *reading.identity.aliases)}
        if fresh := [
            url for key, url in named.items() if key not in known and not self._archive.catalog.find(url)
        ]:
            steps.append(Step(event=Event.ALIASED, data={"id": held.id, "aliases": fresh}))
        if steps:
            await self._writer.commit(*steps)
        await self._complete(finding, held, latest)
        await self._restore(finding, held, capture)
        self._remember(finding, held.id, capture, first_captured_at=held.first_captured_at)
        return Kept(article_id=held.id, outcome="kept")

    async def _keep_unchanged(self, finding: Finding, outcome: NotModified, held: HeldArticle) -> Kept:
        """304: the page says what it said."""
        capture = await self._revisit(finding, outcome.final)
        if steps := self._envelope_steps(finding, held):
            await self._writer.commit(*steps)
        is_missing = any(reason for _, _, reason in self._archive.catalog.pictures(held.id))
        if is_missing or listed_in(finding.look.entry):
            await self._complete(finding, held, self._archive.document(held))
        await self._restore(finding, held, capture)
        self._remember(finding, held.id, capture, first_captured_at=held.first_captured_at)
        return Kept(article_id=held.id, outcome="kept")

    async def _keep_nothing(self, finding: Finding, held: HeldArticle | None) -> Kept:
        """No article came: a removal if a page that had answered is gone, else a reason to remember."""
        look, outcome, verdict = finding.look, finding.outcome, finding.judged.verdict
        if finding.left is not None:
            reason = finding.left
        elif outcome is None:
            reason = "the feed's text does not read like an article"
        elif isinstance(outcome, NotModified):
            reason = "the server answered 304 to a first request"
        elif verdict is not None:
            reason = f"{verdict.kind.value}: {verdict.reason}"
        else:
            reason, _ = reason_of(outcome)
        if held is not None:
            self._remember_failure(finding, held, reason)
            await self._note_missing(finding, held)
            return Kept(article_id=held.id, outcome="kept", reason=reason)
        if finding.left is None:
            await self._capture_refused(finding)
        self._tell(_news(Happening.NOT_KEPT, look, look.entry.headline if look.entry else None, reason))
        return Kept(article_id=None, outcome=_outcome_name(finding), reason=reason)

    async def _capture_refused(self, finding: Finding) -> None:
        """Record, the first time, what was answered in an article's place, or as much as a limit let through."""
        look, outcome = finding.look, finding.outcome
        known = self._archive.state.entry(look.source.id, lookup_key(look.url))
        if not isinstance(outcome, Fetched | Failed) or (known is not None and known.attempts > 0):
            return
        if isinstance(outcome, Fetched) or any(exchange.truncated for exchange in outcome.exchanges):
            for exchange in outcome.exchanges:
                await self._writer.capture(exchange)

    async def _note_missing(
        self, finding: Finding, held: HeldArticle, missing: Missing | None = None
    ) -> None:
        """Note what stands where the article was, if that is what was answered."""
        verdict, outcome = finding.judged.verdict, finding.outcome
        missing = missing or missing_of(finding.look.url, outcome, verdict, self._known(held))
        if missing and await self._removals.note(missing, held):
            self._tell(_news(Happening.REMOVED, finding.look, held.headline, missing.reason))

    def _known(self, held: HeldArticle) -> set[str]:
        """Return the keys of all addresses that an article has had."""
        return {lookup_key(url) for url in (held.url, *self._archive.catalog.aliases(held.id))}

    async def _restore(self, finding: Finding, held: HeldArticle, capture: Capture | None) -> None:
        if held.removed_at and finding.is_answered:
            await self._removals.restore(held, capture)
            self._tell(_news(Happening.RESTORED, finding.look, held.headline))

    async def _complete(self, finding: Finding, held: HeldArticle, latest: Document) -> None:
        """Ask again for pictures and enclosures that were missing; write the same revision again if some came."""
        source, article = finding.look.source, latest.revision.article
        missing = {one.url for one in article.pictures if not _has(latest.pictures.get(one.url))}
        asked = await self._gather(article, source) if missing else ()
        found = [one for one in asked if one.kept.path]
        files = await self._gather_enclosures(finding.look, latest.enclosures)
        enclosures = tuple(one.kept for one in files)
        if not missing.intersection(one.kept.url for one in found) and enclosures == latest.enclosures:
            return
        pictures = {**latest.pictures, **{one.kept.url: one.kept for one in found}}
        document = replace(latest, pictures=pictures, enclosures=enclosures)
        step = Step(
            event=Event.COMPLETED,
            data={"id": held.id, "revision": latest.revision.number, "document": held.path},
            staged=_puts(found, files),
            files=((held.path, documents.write(document).encode()),),
            document=document,
        )
        await self._writer.commit(step)
        self._tell(_news(Happening.COMPLETED, finding.look, held.headline))

    # ---------------------------------------------------------------- parts of a step

    async def _capture(self, finding: Finding, reading: Reading) -> Capture | None:
        """Record the exchanges that a page came by; a feed's were recorded when it was read."""
        if reading.exchange is None:
            return None
        captures: dict[str, Capture] = {}
        for exchange in reading.exchanges_of(finding.outcome):
            made_of = captures.get(exchange.url) if exchange.is_rendered else None
            target = RevisitTarget.of(made_of) if made_of else None
            captures[exchange.url] = capture = await self._writer.capture(exchange, revisit_of=target)
        return capture

    async def _revisit(self, finding: Finding, exchange: Exchange | None) -> Capture | None:
        """Record that the same payload was answered again, where the archive holds that payload."""
        address = self._archive.state.address(finding.look.url)
        if exchange is None or not (
            address and address.record_id and address.record_date and address.payload_digest
        ):
            return None
        target = RevisitTarget(
            url=exchange.url,
            captured_at=address.record_date,
            record_id=address.record_id,
            payload_digest=Digest(address.payload_digest),
        )
        is_same = (
            isinstance(finding.outcome, NotModified) or payload_digest(exchange.body) == target.payload_digest
        )
        return await self._writer.capture(exchange, revisit_of=target) if is_same else None

    def _document(
        self,
        finding: Finding,
        reading: Reading,
        revision: Revision,
        capture: Capture | None,
        *,
        held: Document | None,
        fresh_id: ArticleId,
    ) -> Document:
        source = finding.look.source.id
        pictures = dict(held.pictures) if held else {}
        # A picture that was kept once stays, also where its server gives none today.
        pictures |= {
            one.kept.url: one.kept for one in finding.pictures if not _has(pictures.get(one.kept.url))
        }
        shown = dict.fromkeys(picture.url for picture in revision.article.pictures)
        return Document(
            id=fresh_id,
            source=held.source if held else source,
            number=held.number if held else self._next_number(source),
            revision=revision,
            capture_digest=capture.payload_digest if capture else None,
            capture_record=capture.record_id if capture else None,
            reader_version=reading.reader,
            learned=reading.learned,
            verdict=reading.verdict.kind,
            via=reading.via,
            via_url=reading.exchange.url if reading.via and reading.exchange else None,
            terms=finding.terms or (held.terms if held else Terms()),
            pictures={url: pictures[url] for url in shown if url in pictures},
            enclosures=tuple(one.kept for one in finding.enclosures),
        )

    def _next_number(self, source: str) -> int:
        number = max(self._archive.catalog.next_number(source), self._numbers.get(source, 0) + 1)
        self._numbers[source] = number
        return number

    def _path_for(self, document: Document) -> str:
        path = archives.document_path(
            document.revision.article,
            document.id,
            document.source,
            document.revision.captured_at,
            is_taken=self._is_taken,
        )
        self._paths.add(path.lower())
        return path

    def _is_taken(self, path: str) -> bool:
        """Would a document here take another file's place: a document's, or one that a person put there?"""
        archive = self._archive
        return (
            path.lower() in self._paths or archive.catalog.is_path_taken(path) or archive.files.exists(path)
        )

    async def _commit_document(
        self,
        event: Event,
        finding: Finding,
        reading: Reading,
        document: Document,
        path: str,
        capture: Capture | None,
        *,
        superseded: _Superseded | None = None,
    ) -> None:
        envelope = envelope_of(finding.look.entry)
        files = self._superseded_files(superseded.held) if superseded else []
        files.append((path, documents.write(document).encode()))
        if envelope:
            files.append((archives.envelope_path(path), archives.write_envelope(envelope)))
        article = document.revision.article
        named = (finding.look.url, reading.identity.canonical_url, *reading.identity.aliases)
        aliases = {lookup_key(url): url for url in named}
        aliases.pop(lookup_key(article.canonical_url), None)
        data: dict[str, Any] = {
            "id": document.id,
            "source": document.source,
            "number": document.number,
            "url": article.canonical_url,
            "revision": document.revision.number,
            "kind": document.revision.kind.value,
            "content": document.revision.content_digest,
            "verdict": document.verdict.value,
            "document": path,
            "envelope": archives.envelope_path(path) if envelope else None,
            "superseded": archives.superseded_path(path, superseded.held.revision) if superseded else None,
            "changed": superseded.changed if superseded and event is Event.REVISED else None,
            "aliases": sorted(aliases.values()),
            "copy_of": reading.identity.copy_of,
            "record": record_of(capture) if capture else None,
        }
        step = Step(
            event=event,
            data={key: value for key, value in data.items() if value not in (None, [])},
            staged=_puts(finding.pictures, finding.enclosures),
            files=tuple(files),
            document=document,
        )
        await self._writer.commit(step)

    def _superseded_files(self, held: HeldArticle) -> list[tuple[str, bytes]]:
        """Return the files that keep what a newer revision is about to take the place of."""
        files = self._archive.files
        moved = archives.superseded_path(held.path, held.revision)
        kept = [(moved, files.read(held.path))]
        beside = archives.envelope_path(held.path)
        if held.has_envelope:
            kept.append((archives.envelope_path(moved), files.read(beside)))
        return kept

    def _envelope_steps(self, finding: Finding, held: HeldArticle) -> list[Step]:
        """Return the step that keeps what the feed now gives, if its bytes have changed."""
        envelope = envelope_of(finding.look.entry)
        if envelope is None or (held.has_envelope and self._archive.envelope(held) == envelope):
            return []
        path = archives.envelope_path(held.path)
        data = {"id": held.id, "envelope": path}
        return [Step(event=Event.ENVELOPED, data=data, files=((path, archives.write_envelope(envelope)),))]

    # ---------------------------------------------------------------- remembering

    def _remember(
        self,
        finding: Finding,
        held_id: ArticleId,
        capture: Capture | None,
        *,
        first_captured_at: datetime,
    ) -> None:
        """Note the look: validators for the next one, and when that is due."""
        now = self._now()
        look = finding.look
        known = self._archive.state.address(look.url) or AddressRow(url=look.url)
        row = replace(
            known,
            source=self._source_of(known, look),
            article_id=held_id,
            looked_at=now,
            failures=0,
            reason=None,
            verdict=finding.judged.verdict.kind.value if finding.judged.verdict else known.verdict,
            next_at=self._next_look(finding, first_captured_at, now),
        )
        if finding.is_answered:
            row = replace(row, answered_at=now)
        is_rendition = finding.judged.reading is not None and finding.judged.reading.via is not None
        if isinstance(finding.outcome, Fetched) and finding.is_answered and not is_rendition:
            final = finding.outcome.final
            row = replace(
                row,
                etag=final.header("etag"),
                last_modified=final.header("last-modified"),
                payload_digest=payload_digest(final.body),
            )
            if capture is None:
                # This payload was not kept, being noise: a later 304 has no record to refer to.
                row = replace(row, record_id=None, record_date=None)
            elif capture.payload_digest != known.payload_digest or known.record_id is None:
                row = replace(row, record_id=capture.record_id, record_date=capture.captured_at)
        self._archive.state.put(row)

    def _next_look(self, finding: Finding, first_captured_at: datetime, now: datetime) -> datetime | None:
        """Return when to look again: by the settings' steps, and sooner at what promises more."""
        ladder = self._archive.config.schedule.look_again
        reading = finding.judged.reading
        due = next_stub_look if reading and reading.verdict.kind is VerdictKind.STUB else next_look
        return due(first_captured_at, now, ladder, now=now)

    def _remember_failure(self, finding: Finding, held: HeldArticle, reason: str) -> None:
        now = self._now()
        known = self._archive.state.address(finding.look.url) or AddressRow(url=finding.look.url)
        ladder = self._archive.config.schedule.look_again
        failures = known.failures + 1
        # What got no answer was no look: it is still owed.
        is_owed = isinstance(finding.outcome, Failed)
        looked_at = known.looked_at if is_owed else now
        first = held.first_captured_at
        at = (
            next_try(first, looked_at, ladder, now=now, failures=failures)
            if is_owed
            else next_look(first, now, ladder, now=now)
        )
        row = replace(
            known,
            source=self._source_of(known, finding.look),
            article_id=held.id,
            looked_at=looked_at,
            failures=failures,
            reason=reason,
            next_at=at,
        )
        self._archive.state.put(row)

    def _source_of(self, known: AddressRow, look: Look) -> str:
        """Return the source that looks at an address again: the first that is followed, or the one at hand."""
        followed = {source.id for source in self._archive.config.sources}
        return known.source if known.source in followed and known.source else look.source.id


#: What a verdict is worth beside another: less of an article does not take the place of more.
_WORTH = {VerdictKind.FULL: 2, VerdictKind.STUB: 1, VerdictKind.PART: 0}


def _is_worse(reading: Reading, latest: Document, source: SourceConfig) -> bool:
    """Would *reading* take the place of more than it brings: a wall's or a stub's words, or a feed's shorter text?"""
    held = latest.revision
    is_shorter = length_of(reading.article) < FULL_ENOUGH * length_of(held.article)
    if reading.kind is held.kind:
        return is_shorter and _WORTH[reading.verdict.kind] < _WORTH[latest.verdict]
    # A page that we hold is worth more than what a feed says of it.
    if held.kind is ReadingKind.PAGE:
        return True
    return reading.kind is ReadingKind.FEED or source.full_text == "feed" or is_shorter


def _left(terms: Terms, keep: KeepConfig) -> str | None:
    """Return why the settings leave a page whose publisher says *terms*; None where they keep it."""
    if (terms.no_archive and keep.noarchive == "leave") or (terms.tdm_reserved and keep.reserved == "leave"):
        return f"its publisher asks that it is not kept ({'; '.join(terms.said)}), and [keep] follows"
    return None


def _outcome_name(finding: Finding) -> str:
    """Return what came of an entry that became no article: `EntryRow.outcome`."""
    if finding.left is not None:
        return "left"
    if finding.judged.verdict is not None:
        return finding.judged.verdict.kind.value
    match finding.outcome:
        case Gone():
            return "gone"
        case Refused():
            return "refused"
        case _:
            return "failed"


def _puts(pictures: Iterable[Gathered], enclosures: Iterable[GatheredEnclosure]) -> tuple[Put, ...]:
    """Return the files that were staged afresh."""
    puts = [*(one.put for one in pictures), *(one.put for one in enclosures)]
    return tuple(put for put in puts if put)


def _has(kept: KeptPicture | None) -> bool:
    return bool(kept and kept.path)


def _news(what: Happening, look: Look, headline: str | None, reason: str | None = None) -> News:
    return News(what=what, source=look.source.id, url=look.url, headline=headline, reason=reason)
