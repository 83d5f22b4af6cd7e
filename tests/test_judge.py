"""Verdicts: walls, errors and lists never become articles, and articles never become walls."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.extract.facts import PageFacts
from onrecord.judge import judge
from onrecord.model import (
    Access,
    Article,
    CanonicalUrl,
    ClaimedTime,
    Extraction,
    Paragraph,
    ReadingKind,
    Run,
    Verdict,
    VerdictKind,
)

URL = "https://paper.example/2024/05/17/bridge-shut-again"
SHARED = Path(__file__).parents[2] / "shared"
SENTENCE = "The bridge over the river was shut again on Friday, and nobody could say for how long. "
NOTHING = Extraction(article=None, kind=ReadingKind.PAGE)


def reading(text: str, headline: str = "Bridge shut again", access: Access = Access.WHOLE) -> Extraction:
    """Return what a reader makes of a page with this body."""
    article = Article(
        canonical_url=CanonicalUrl(URL),
        headline=headline,
        access=access,
        blocks=(Paragraph((Run(text),)),) if text else (),
    )
    return Extraction(article=article, kind=ReadingKind.PAGE)


def page(title: str, text: str = "", **facts: object) -> PageFacts:
    """Return the counts of a page with this title and hardly any text."""
    return replace(PageFacts(title=title, text_length=len(text) or 80, snippet=text), **facts)  # type: ignore[arg-type]


def verdict(
    extraction: Extraction,
    facts: PageFacts,
    *,
    status: int = 200,
    media_type: str = "text/html",
    final: str = URL,
) -> Verdict:
    """Return the verdict on an answer to the story's address."""
    return judge(extraction, facts, status=status, media_type=media_type, asked_url=URL, final_url=final)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Just a moment...", VerdictKind.BLOCK),
        ("Attention Required! | Cloudflare", VerdictKind.BLOCK),
        ("Access Denied", VerdictKind.BLOCK),
        ("Access to this page has been denied", VerdictKind.BLOCK),
        ("403 Forbidden", VerdictKind.BLOCK),
        ("百度安全验证", VerdictKind.BLOCK),
        ("DDoS-Guard", VerdictKind.BLOCK),
        ("Are you a robot?", VerdictKind.BLOCK),
        ("Page not found | The Paper", VerdictKind.SOFT_404),
        ("The Paper - Page not found", VerdictKind.SOFT_404),
        ("404", VerdictKind.SOFT_404),
        ("Error 404 - The Paper", VerdictKind.SOFT_404),
        ("Sorry, the page you requested was not found", VerdictKind.SOFT_404),
        ("Seite nicht gefunden – Das Blatt", VerdictKind.SOFT_404),
        ("Page introuvable", VerdictKind.SOFT_404),
        ("Página no encontrada", VerdictKind.SOFT_404),
        ("Pagina non trovata", VerdictKind.SOFT_404),
        ("Страница не найдена", VerdictKind.SOFT_404),
        ("您访问的页面不存在", VerdictKind.SOFT_404),
        ("ページが見つかりません", VerdictKind.SOFT_404),
        ("페이지를 찾을 수 없습니다", VerdictKind.SOFT_404),
        ("502 Bad Gateway", VerdictKind.ERROR),
        ("Site under maintenance", VerdictKind.ERROR),
        ("Something went wrong", VerdictKind.ERROR),
        ("Log in | The Paper", VerdictKind.LOGIN),
        ("Anmelden", VerdictKind.LOGIN),
        ("Before you continue to The Paper", VerdictKind.CONSENT),
        ("DPG Media Privacy Gate", VerdictKind.CONSENT),
    ],
)
@pytest.mark.parametrize(
    "extraction", [NOTHING, reading("Reference number 18.2f.")], ids=["nothing", "a line"]
)
def test_a_page_is_what_it_calls_itself(title: str, kind: VerdictKind, extraction: Extraction) -> None:
    """Archives are full of walls filed as articles, because they answer 200."""
    assert verdict(extraction, page(title)).kind is kind


@pytest.mark.parametrize(
    "headline",
    [
        "Access Denied: how a bridge was shut",
        "Page not found",
        "404 bridges shut in one year",
        "Just a moment... with the bridge's keeper",
        "Log in, look around: a museum opens its files",
        "Attention Required! | Cloudflare",
    ],
)
def test_a_whole_article_is_one_whatever_its_headline(headline: str) -> None:
    """An article refused is an article lost; a wall kept can be deleted."""
    facts = page(headline, SENTENCE * 30)
    assert verdict(reading(SENTENCE * 30, headline), facts).kind is VerdictKind.FULL


@pytest.mark.parametrize(
    "text",
    [
        "Checking if the site connection is secure. paper.example needs to review the security of your connection.",
        "Please enable JavaScript and cookies to continue",
        "You don't have permission to access this on this server. Reference #18.1",
        "paper.example is currently offline. However, because the site uses Always Online you can surf a copy.",
        "Request unsuccessful. Incapsula incident ID: 77",
    ],
)
def test_a_wall_is_known_by_its_words(text: str) -> None:
    """Some walls carry the publisher's own title."""
    assert verdict(reading(text), page("The Paper", text)).kind is VerdictKind.BLOCK


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, VerdictKind.BLOCK), (429, VerdictKind.BLOCK), (401, VerdictKind.LOGIN), (500, VerdictKind.ERROR)],
)
def test_an_error_is_no_article_however_long_its_page(status: int, kind: VerdictKind) -> None:
    """Publishers fill their error pages with the news of the day."""
    assert verdict(reading(SENTENCE * 30), page("The Paper"), status=status).kind is kind


def test_a_challenge_with_an_errors_status_is_a_block() -> None:
    """Whoever looks at the report must know that waiting will not help."""
    facts = page("Just a moment...", "Enable JavaScript and cookies to continue")
    assert verdict(NOTHING, facts, status=503).kind is VerdictKind.BLOCK


@pytest.mark.parametrize(
    ("final", "kind"),
    [
        ("https://consent.paper.example/collect?session=1", VerdictKind.CONSENT),
        ("https://myprivacy.group.example/consent?callback=x", VerdictKind.CONSENT),
        ("https://login.paper.example/?goto=x", VerdictKind.LOGIN),
        ("https://paper.example/signin?next=x", VerdictKind.LOGIN),
        ("https://paper.example/", VerdictKind.SOFT_404),
    ],
)
def test_a_redirect_tells_where_it_led(final: str, kind: VerdictKind) -> None:
    """A wall behind a redirect must not be filed under the article's address."""
    assert verdict(reading("We value your privacy."), page("The Paper"), final=final).kind is kind


def test_a_password_field_on_a_bare_page_is_a_login() -> None:
    """Every article page has a login form somewhere; only a bare one is nothing else."""
    assert verdict(NOTHING, page("The Paper", has_password_field=True)).kind is VerdictKind.LOGIN


@pytest.mark.parametrize(
    "text",
    [
        "（本文稍后将有更新，敬请关注。）",
        "This is a developing story. Please check back for updates.",
        "More to follow.",
        "This breaking news story is being updated and more details will be published shortly.",
        "Weitere Informationen folgen in Kürze.",
        "Plus d’informations à venir.",
        "Habrá ampliación.",
        "Новость дополняется.",
        "詳細は追ってお伝えします。",
        "Meer volgt.",
    ],
)
def test_a_short_report_that_promises_more_is_a_stub(text: str) -> None:
    """A stub that is never looked at again is what the archive would hold for ever."""
    assert verdict(reading(SENTENCE * 3 + text), page("Bridge shut again")).kind is VerdictKind.STUB


def test_a_long_report_that_promises_more_is_whole() -> None:
    """Live pages promise more all day."""
    text = SENTENCE * 40 + "This is a developing story."
    assert verdict(reading(text), page("Bridge shut again", text)).kind is VerdictKind.FULL


def test_a_short_report_is_an_article() -> None:
    """Agencies send two sentences, and they are news."""
    assert verdict(reading(SENTENCE), page("Bridge shut again", SENTENCE)).kind is VerdictKind.FULL


@pytest.mark.parametrize("access", [Access.PART, Access.NONE])
def test_what_is_sold_is_a_part(access: Access) -> None:
    """A reader is told that there is more, and the archive does not break in."""
    assert verdict(reading(SENTENCE * 5, access=access), page("Bridge")).kind is VerdictKind.PART


LINKS = PageFacts(title="World news", text_length=9000, link_count=150, link_text_length=7000)


def test_a_page_of_links_is_a_list() -> None:
    """Section pages change every hour; as articles they would have a thousand revisions."""
    assert verdict(NOTHING, LINKS).kind is VerdictKind.LIST


def test_a_front_page_is_a_list() -> None:
    """Its first teaser reads like an article."""
    front = "https://paper.example/"
    found = judge(reading(SENTENCE), LINKS, status=200, media_type=None, asked_url=front, final_url=front)
    assert found.kind is VerdictKind.LIST


@pytest.mark.parametrize(
    "facts", [replace(LINKS, og_type="article"), replace(LINKS, schema_types=("NewsArticle",)), LINKS]
)
def test_a_short_report_among_links_is_an_article(facts: PageFacts) -> None:
    """Small papers print ten lines of news and a thousand links."""
    assert verdict(reading(SENTENCE), facts).kind is VerdictKind.FULL


def test_a_dated_report_is_no_list() -> None:
    """Lists have no date of their own."""
    dated = reading(SENTENCE)
    assert dated.article
    dated = replace(
        dated, article=replace(dated.article, published_at=ClaimedTime(datetime(2024, 5, 17, tzinfo=UTC)))
    )
    found = judge(
        dated,
        LINKS,
        status=200,
        media_type=None,
        asked_url="https://a.example/x",
        final_url="https://a.example/x",
    )
    assert found.kind is VerdictKind.FULL


@pytest.mark.parametrize("media_type", ["image/jpeg", "application/pdf", "video/mp4; a=b"])
def test_what_is_no_text_is_no_article(media_type: str) -> None:
    """Feeds link to pictures and files."""
    assert verdict(NOTHING, PageFacts(), media_type=media_type).kind is VerdictKind.NOT_TEXT


def test_an_article_under_a_wrong_type_is_an_article() -> None:
    """Some servers send pages as application/octet-stream."""
    found = verdict(reading(SENTENCE * 30), page("Bridge"), media_type="application/octet-stream")
    assert found.kind is VerdictKind.FULL


def test_a_page_without_an_article_is_no_article() -> None:
    """Nothing is made out of nothing."""
    found = verdict(NOTHING, page("The Paper"))
    assert (found.kind, found.reason) == (VerdictKind.ERROR, "nothing on the page reads like an article")


def test_a_page_that_sends_its_readers_on_says_where() -> None:
    """Whoever mends a source must see the new address."""
    assert (
        "https://paper.example/new"
        in verdict(NOTHING, page("x", meta_refresh="https://paper.example/new")).reason
    )


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=60), st.integers(100, 600))
def test_no_page_makes_it_raise(title: str, text: str, final: str, status: int) -> None:
    """Titles, texts and addresses are strangers' words; a verdict always has its reason."""
    assert verdict(reading(text), page(title, text), status=status, media_type=title, final=final).reason


@pytest.mark.newsroom
def test_recorded_articles_are_articles() -> None:
    """Over real publishers' pages: at most one in a hundred may be refused."""
    if not (SHARED / "newsroom").exists():
        pytest.skip("the recorded publishers are not here")
    from onrecord.extract import read_page_and_facts  # noqa: PLC0415  not needed where they are absent

    sys.path.insert(0, str(SHARED / "newsroom"))
    from newsroom import Newsroom  # type: ignore[import-not-found]  # noqa: PLC0415  it is no part of the project

    room, kinds = Newsroom(1), Counter[bool]()
    for entries in list(room.entries.values()):
        entry = entries[0]
        if entry["kind"] == "article" and entry.get("file"):
            _, headers, body = room.answer("GET", entry["url"].replace("http://", "https://"), {})
            if len(body) < 2000:  # the newsroom's own weather
                continue
            extraction, facts = read_page_and_facts(
                body, url=entry["url"], content_type=headers.get("content-type")
            )
            found = judge(
                extraction, facts, status=200, media_type=None, asked_url=entry["url"], final_url=entry["url"]
            )
            kinds[found.kind.is_article] += 1
    assert kinds[False] <= 0.01 * kinds.total()
