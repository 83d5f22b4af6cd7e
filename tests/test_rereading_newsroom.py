"""Reading again what recorded publishers gave: today's reader changes no byte, a rule what it touches and no more.

Some hosts of ../shared, for two days: pages by themselves and by what was learned of their site, older revisions, a
text that its feed alone gives, a page that a shipped rule reads, pages in a legacy charset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from acceptance import IS_SHARED, QUICK, Following, digests, recorded_newsroom
from onrecord.archive import Archive
from onrecord.ledger import Event
from onrecord.model import Document, ReadingKind
from onrecord.store import Listing

pytestmark = [
    pytest.mark.newsroom,
    pytest.mark.slow,
    pytest.mark.skipif(not IS_SHARED, reason="the recorded publishers (../shared/newsroom) are not here"),
]

#: The host that gets a rule, and the paths that the rule is for: some of its articles, not all.
RULED, PATHS = "www.cnbc.com", "/2024/*"
FOLLOWED = (
    f"https://{RULED}/",
    "https://www.telegraph.co.uk/",
    "https://apnews.com/",
    "https://politics.people.com.cn/",
    "https://cn.nytimes.com/",
    "https://chinadigitaltimes.net/chinese/feed/",
)
#: Pictures are no part of what is shown here, and would take most of the time.
SETTINGS = {**QUICK, "keep = true": "keep = false"}
ROUNDS = ((1, False), (2, True))


@dataclass(frozen=True, slots=True)
class Ruled:
    """Documents read again by today's reader alone, then with a rule, then without it; and what the ledger told."""

    before: Mapping[str, str]  #: digest by path
    today: Mapping[str, str]
    with_rule: Mapping[str, str]
    without_rule: Mapping[str, str]
    events: tuple[Event, ...]  #: of the ledger, since before


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Following]:
    """Yield an archive that has followed a few hosts for two days."""
    folder = tmp_path_factory.mktemp("rereading")
    with recorded_newsroom(folder) as newsroom:
        made = Following(root=folder / "news", newsroom=newsroom)
        made.begin(FOLLOWED, settings=SETTINGS)
        for day, recheck in ROUNDS:
            made.play(day, recheck=recheck)
        yield made


@pytest.fixture(scope="module")
def held(following: Following) -> dict[str, Document]:
    """Return every document, of older revisions too, by its path."""
    with Archive.open(following.root) as archive:
        return {
            one.path: archive.document_at(one.path)
            for article in archive.catalog.articles(Listing())
            for one in archive.catalog.revisions(article.id)
        }


@pytest.fixture(scope="module")
def ruled(following: Following, held: Mapping[str, Document]) -> Ruled:
    """Read all again: with today's reader, with a rule that calls some pages' title their section, and without it."""
    known = len(events(following))
    before = digests(following.root, "articles")
    today = read_again(following)
    place = following.root / "sites" / f"{RULED}.toml"
    place.parent.mkdir(exist_ok=True)
    article = next(one.revision.article for one in held.values() if is_ruled(one))
    place.write_text(
        f"format = 1\n[[rule]]\npaths = ['{PATHS}']\nsection = 'title'\n"
        f"test = {{ url = '{article.canonical_url}', sentence = '{article.headline[:5]}' }}\n",
        "utf-8",
    )
    with_rule = read_again(following)
    place.unlink()
    return Ruled(before, today, with_rule, read_again(following), events(following)[known:])


def read_again(following: Following) -> dict[str, str]:
    """Read everything again; return the documents' digests."""
    said = following.run("re-extract", "--json")
    assert (said.code, said.json["failures"]) == (0, []), said.err
    return digests(following.root, "articles")


def is_ruled(document: Document) -> bool:
    """Is the rule for this document's page?"""
    parts = urlsplit(document.revision.article.canonical_url)
    is_page = document.revision.kind is ReadingKind.PAGE
    return is_page and parts.hostname == RULED and parts.path.startswith(PATHS.rstrip("*"))


def events(following: Following) -> tuple[Event, ...]:
    """Return what the ledger tells, in its order."""
    with Archive.open(following.root) as archive:
        return tuple(line.event for line in archive.lines())


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> set[str]:
    """Return the paths of documents that are not the same, or not in both."""
    return {path for path, _ in one.items() ^ other.items()}


@pytest.mark.parametrize(
    ("is_kind", "least"),
    [
        pytest.param(lambda one: one.learned, 3, id="read with what was learned of the site"),
        pytest.param(lambda one: not one.learned, 5, id="read by itself"),
        pytest.param(lambda one: one.revision.number > 1, 5, id="a later revision"),
        pytest.param(lambda one: one.revision.kind is ReadingKind.FEED, 5, id="a feed's text"),
        pytest.param(lambda one: "+cn.nytimes.com" in one.reader_version, 1, id="read by a shipped rule"),
        pytest.param(is_ruled, 3, id="the rule is for it"),
    ],
)
def test_documents_of_each_kind_are_read_again_here(
    held: Mapping[str, Document], is_kind: Callable[[Document], bool], least: int
) -> None:
    """What is shown below of none of them would be shown of nothing."""
    assert sum(bool(is_kind(one)) for one in held.values()) >= least


def test_todays_reader_changes_no_byte(ruled: Ruled) -> None:
    """Whoever runs it for nothing finds every document as it was."""
    assert differing(ruled.before, ruled.today) == set()


def test_a_rule_changes_the_documents_that_it_touches_and_no_other(
    ruled: Ruled, held: Mapping[str, Document]
) -> None:
    """Whoever writes a rule for some pages of a site can read the difference, and finds nothing else in it."""
    assert differing(ruled.today, ruled.with_rule) == {path for path, one in held.items() if is_ruled(one)}


def test_a_rule_that_is_taken_away_leaves_no_trace(ruled: Ruled) -> None:
    """A rule may be tried on a whole archive without fear."""
    assert differing(ruled.today, ruled.without_rule) == set()


def test_reading_again_adds_no_revision(ruled: Ruled) -> None:
    """No publisher did anything: the ledger tells of readings alone."""
    assert set(ruled.events) == {Event.REREAD}
