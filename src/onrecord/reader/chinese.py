"""Chinese in the other script: simplified or traditional, as the reader chose. What is kept stays as it was printed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import opencc

from onrecord.model import (
    Article,
    Block,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Preformatted,
    Quotation,
    Runs,
    Table,
)

#: The scripts that one can choose, by their BCP 47 tag, and OpenCC's name for the way there.
_WAYS = {"zh-Hans": "t2s", "zh-Hant": "s2t"}
SCRIPTS = tuple(_WAYS)


@cache
def _converter(script: str) -> opencc.OpenCC:
    return opencc.OpenCC(_WAYS[script])


class Wording:
    """Puts text into the script that a reader chose; None: as it was printed."""

    def __init__(self, script: str | None) -> None:
        self.script = script if script in _WAYS else None

    def language(self, language: str | None) -> str | None:
        """Return the tag of what text in *language* becomes."""
        return self.script if self._is_other(language) else language

    def text(self, words: str, language: str | None) -> str:
        """Return words that are in *language*."""
        return _converter(self.script).convert(words) if self.script and self._is_other(language) else words

    def article(self, article: Article) -> Article:
        """Return an article with all its words in the script; its addresses are left alone."""
        if not self._is_other(article.language):
            return article

        def put(words: str | None) -> str | None:
            return None if words is None else self.text(words, article.language)

        return replace(
            article,
            headline=self.text(article.headline, article.language),
            kicker=put(article.kicker),
            standfirst=put(article.standfirst),
            byline=put(article.byline),
            credits=tuple(self.text(words, article.language) for words in article.credits),
            corrections=tuple(self.text(words, article.language) for words in article.corrections),
            blocks=tuple(self._block(block, article.language) for block in article.blocks),
            language=self.script,
        )

    def _is_other(self, language: str | None) -> bool:
        is_chinese = (language or "").partition("-")[0].lower() == "zh"
        return self.script is not None and is_chinese and language != self.script

    def _runs(self, runs: Runs, language: str | None) -> Runs:
        return tuple(replace(run, text=self.text(run.text, language)) for run in runs)

    def _block(self, block: Block, language: str | None) -> Block:
        match block:
            case Paragraph(runs, own) | Heading(runs, _, own):
                tag = own or language
                return replace(block, runs=self._runs(runs, tag), language=own and self.language(own))
            case Quotation(blocks, cite):
                inner = tuple(self._block(one, language) for one in blocks)
                return replace(block, blocks=inner, cite=cite and self.text(cite, language))
            case ListBlock(items):
                return replace(
                    block, items=tuple(tuple(self._block(one, language) for one in item) for item in items)
                )
            case Table(rows, _, caption):
                cells = tuple(tuple(self._runs(cell, language) for cell in row) for row in rows)
                return replace(block, rows=cells, caption=caption and self.text(caption, language))
            case Figure(picture):
                alt, caption, credit = (
                    told and self.text(told, language)
                    for told in (picture.alt, picture.caption, picture.credit)
                )
                return replace(block, picture=replace(picture, alt=alt, caption=caption, credit=credit))
            case Preformatted(words):
                return replace(block, text=self.text(words, language))
            case _:
                return block
