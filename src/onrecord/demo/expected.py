"""What the demo should come to: every fact that a test, or the demo's own summary, may hold against an archive."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from onrecord.demo.pages import PROXY_HOST, original_of, proxied, translation_of
from onrecord.demo.stories import LAST_DAY, Publication, Story, load, load_pictures
from onrecord.model import Access, Block, Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedArticle:
    """One article. Its addresses are those of the page, without what feeds put behind them."""

    url: str
    publication: str
    slug: str
    headline: str  #: when it came out
    language: str
    first_day: int  #: from which day its page answers, or its feed carries it
    last_day: int | None  #: the last day before its removal; None: it stays
    listed_on: tuple[int, ...]  #: the days on which its publication lists it
    access: Access = Access.WHOLE
    is_forbidden: bool = False  #: by robots.txt: never to be asked
    is_feed_only: bool = False  #: its page never answers
    is_late: bool = False  #: it appears on its first day with an old date, at the end of the feed
    is_early: bool = False  #: it is linked a day before its page answers
    old_url: str | None = None  #: an address that answers with a redirect to *url*
    copy_of: str | None = None  #: the page names this address, of another host, as its own
    original_url: str | None = None  #: of the English original that its foot links to
    translation_url: str | None = None  #: of the Chinese translation that it links to
    picture_urls: tuple[str, ...] = ()

    def is_held_by(self, day: int) -> bool:
        """Should an archive that has followed each day up to *day* hold it?"""
        return not self.is_forbidden and any(
            self.first_day <= listed <= day and (self.last_day is None or listed <= self.last_day)
            for listed in self.listed_on
        )


@dataclass(frozen=True, slots=True)
class ExpectedEdit:
    """A change that a reader sees; each article's changes of one day make one revision."""

    url: str
    day: int
    kind: str  #: "headline", "wording", "punctuation", "number", "paragraph removed", "correction note"
    before: str  #: "" where something is added
    after: str  #: "" where something is removed


@dataclass(frozen=True, slots=True)
class ExpectedRemoval:
    """An article whose page stops answering."""

    url: str
    day: int
    status: int  #: 404 or 410


@dataclass(frozen=True, slots=True)
class ExpectedPicture:
    """A picture's address, and what an archive should make of the answer there."""

    url: str
    outcome: str  #: "kept", "refused" (it is no picture, or carries a script), "missing" (404)
    media_type: str | None = None  #: where kept
    same_as: str | None = None  #: the first address of the same bytes
    proxy_url: str | None = None  #: where pages give it behind the proxy: that address answers 403


@dataclass(frozen=True, slots=True)
class Trait:
    """Something that the real web does, and where the demo does it."""

    kind: str
    where: str  #: a host or an address
    words: str  #: what happens, for a person


@dataclass(frozen=True, slots=True)
class Expected:
    """All of it."""

    articles: tuple[ExpectedArticle, ...]
    edits: tuple[ExpectedEdit, ...]
    removals: tuple[ExpectedRemoval, ...]
    pictures: tuple[ExpectedPicture, ...]
    traits: tuple[Trait, ...]

    def article(self, url: str) -> ExpectedArticle:
        """Return the article at *url*.

        Raises:
            KeyError: There is none.
        """
        for article in self.articles:
            if article.url == url:
                return article
        raise KeyError(url)

    def held_by(self, day: int) -> tuple[ExpectedArticle, ...]:
        """Return what an archive holds that has followed each day up to *day*."""
        return tuple(article for article in self.articles if article.is_held_by(day))

    def edits_on(self, day: int) -> tuple[ExpectedEdit, ...]:
        """Return the changes of *day*."""
        return tuple(edit for edit in self.edits if edit.day == day)

    def revised_on(self, day: int) -> tuple[str, ...]:
        """Return the addresses of the articles that have a new revision on *day*, each once."""
        return tuple(dict.fromkeys(edit.url for edit in self.edits_on(day)))


def publications() -> tuple[Publication, ...]:
    """Return the publications, the wire last."""
    return load()


def addresses() -> tuple[str, ...]:
    """Return what a person gives to `onrecord add`, in order."""
    return tuple(publication.add for publication in load())


def blocks_of(url: str, day: int) -> tuple[Block, ...]:
    """Return the body that the article at *url* has on *day*: the truth that a reader is held against.

    Raises:
        KeyError: There is none.
    """
    for publication in load():
        for story in publication.stories:
            if story.url == url:
                return story.blocks(day)
    raise KeyError(url)


@cache
def expected() -> Expected:
    """Return what the demo should come to."""
    pairs = [(publication, story) for publication in load() for story in publication.stories]
    return Expected(
        articles=tuple(_article(publication, story) for publication, story in pairs),
        edits=tuple(
            ExpectedEdit(story.url, edit.day, edit.kind, edit.before, edit.after)
            for _, story in pairs
            for edit in story.edits
        ),
        removals=tuple(
            ExpectedRemoval(story.url, story.last_day + 1, story.gone)
            for _, story in pairs
            if story.last_day is not None
        ),
        pictures=_pictures(),
        traits=_traits(),
    )


def _article(publication: Publication, story: Story) -> ExpectedArticle:
    original = original_of(publication, story)
    translation = translation_of(publication, story)
    return ExpectedArticle(
        url=story.url,
        publication=publication.id,
        slug=story.slug,
        headline=story.headline,
        language=story.language,
        first_day=story.first_day,
        last_day=story.last_day,
        listed_on=tuple(day for day in range(1, LAST_DAY + 1) if story in publication.listed(day)),
        access=Access.PART if story.is_part else Access.WHOLE,
        is_forbidden=story.is_forbidden,
        is_feed_only=publication.is_feed_only,
        is_late=story.is_late,
        is_early=story.is_early,
        old_url=story.old_url,
        copy_of=story.copy_of,
        original_url=original.url if original else None,
        translation_url=translation.url if translation else None,
        picture_urls=tuple(
            block.picture.url for block in story.blocks(story.first_day) if isinstance(block, Figure)
        ),
    )


def _pictures() -> tuple[ExpectedPicture, ...]:
    drawn = load_pictures()
    behind_proxy = {
        block.picture.url
        for publication in load()
        if publication.original
        for story in publication.stories
        for block in story.blocks(story.first_day)
        if isinstance(block, Figure)
    }
    outcomes = {"picture": "kept", "script": "refused", "page": "refused", "missing": "missing"}
    return tuple(
        ExpectedPicture(
            url=picture.url,
            outcome=outcomes[picture.answer],
            media_type=_media_type(picture.url) if picture.answer == "picture" else None,
            same_as=drawn[picture.seed].url if picture.seed != picture.name else None,
            proxy_url=proxied(picture.url) if picture.url in behind_proxy else None,
        )
        for picture in drawn.values()
    )


def _media_type(url: str) -> str:
    suffix = url.partition("?")[0].rpartition(".")[2]
    return {"jpg": "image/jpeg"}.get(suffix, f"image/{suffix}")


_FLAWS = {
    "unavailable": "answers 503 with Retry-After the first time each day",
    "limited": "answers 429 with Retry-After the first time each day",
    "cut": "breaks off half way the first time each day",
}


def _traits() -> tuple[Trait, ...]:
    traits = [Trait("picture proxy", PROXY_HOST, "refuses; the address inside its address answers")]
    for publication in load():
        for host, robots in publication.robots.items():
            if "Crawl-delay" in (robots or ""):
                traits.append(Trait("crawl delay", host, "asks for a pause of one second"))
        for host, delay in publication.delays.items():
            traits.append(Trait("slow", host, f"answers after {delay} s"))
        if publication.charset != "utf-8":
            traits.append(Trait("legacy charset", publication.host, f"is written in {publication.charset}"))
        if publication.is_feed_only:
            traits.append(
                Trait("feed only", publication.host, "has a full-text feed whose item pages do not answer")
            )
        traits += [trait for story in publication.stories for trait in _story_traits(story)]
    return tuple(traits)


def _story_traits(story: Story) -> list[Trait]:
    said = [
        (story.flaw, story.flaw or "", _FLAWS.get(story.flaw or "", "")),
        (story.is_forbidden, "forbidden", "is forbidden by robots.txt"),
        (story.is_part, "paywall", "shows its beginning alone"),
        (story.is_late, "late", "appears on the second day with a date of three weeks ago"),
        (story.is_early, "early", "is linked a day before its page answers"),
        (story.old_url, "moved", f"was at {story.old_url} before"),
        (story.copy_of, "copy", f"names {story.copy_of} as its own address"),
    ]
    return [Trait(kind, story.url, words) for holds, kind, words in said if holds]
