"""Fallbacks: an article whose page gives none is read elsewhere, in the settings' order, and says where."""

from __future__ import annotations

from pathlib import Path

import pytest

from fetch_web import answer, moved
from onrecord.archive import Archive
from onrecord.extract import read_page_and_facts
from onrecord.model import Document
from rounds import PARAGRAPHS, SETTINGS, Paper, item, page, url_of
from test_pipeline import content, events

LINKS = (
    "<link rel=amphtml href='/amp/bridge'><link rel=alternate media=print href='/paper/bridge'>"
    "<link rel=alternate type='text/html' href='/plain/bridge'>"
)
WAYS = {"amp": "/amp/bridge", "print": "/paper/bridge", "alternate": "/plain/bridge"}


def shell(head: str = LINKS, body: str = "<div id=app></div>") -> bytes:
    """Return a page that only a script fills."""
    html = (
        f"<!doctype html><html lang=en><head><title>Bridge</title>{head}</head><body>{body}<script src=/a.js>"
    )
    return answer(
        f"{html}</script></body></html>".encode(), headers=["Content-Type: text/html; charset=utf-8"]
    )


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper whose one page is an empty shell, with three renditions."""
    made = Paper(tmp_path / "news")
    made.lists(item())
    made.says(bridge=shell())
    for path in WAYS.values():
        made.web.pages[f"paper.example{path}"] = [page()]
    return made


def settle(paper: Paper, *ways: str, timegate: str = "http://archive.example/web/") -> None:
    """Set which ways are tried."""
    listed = ", ".join(f'"{way}"' for way in ways)
    fetch = f'[fetch]\nfallbacks = [{listed}]\ntimegate = "{timegate}"'
    (paper.root / "onrecord.toml").write_text(SETTINGS.replace("[fetch]", fetch))


def only(paper: Paper) -> Document:
    """Return the document of the one article that is held."""
    with Archive.open(paper.root) as archive:
        return archive.document(paper.only())


@pytest.mark.parametrize("way", WAYS)
def test_a_rendition_stands_in_for_a_page_that_gives_no_article(paper: Paper, way: str) -> None:
    """A reader wants the words, from whichever page of the publisher's has them."""
    settle(paper, way)
    paper.round()
    held = only(paper)
    assert (held.via, held.via_url) == (way, f"http://paper.example{WAYS[way]}")
    assert held.revision.kind.value == "rendition"
    assert held.revision.article.canonical_url == f"http://{url_of()}"


def test_they_are_tried_in_the_settings_order(paper: Paper) -> None:
    """Some publishers' AMP pages lack pictures, others' pages for paper lack text."""
    settle(paper, "alternate", "amp")
    paper.round()
    assert only(paper).via == "alternate"
    assert not paper.web.asked("/amp/bridge")


def test_one_that_gives_nothing_is_passed_over(paper: Paper) -> None:
    """The next may have it."""
    paper.web.pages["paper.example/amp/bridge"] = [shell(head="")]
    paper.round()
    assert only(paper).via == "print"


def test_a_whole_page_is_not_asked_for_twice(paper: Paper) -> None:
    """Publishers' servers are not ours."""
    paper.says(bridge=page(head=LINKS))
    paper.round()
    assert only(paper).via is None
    assert not paper.web.asked("/amp/bridge")


def test_the_feeds_text_comes_where_it_stands_in_the_order(paper: Paper) -> None:
    """It is the publisher's own, and costs no request."""
    words = "".join(f"<p>{one}</p>" for one in PARAGRAPHS)
    paper.lists(item(extra=content(words)))
    paper.round()
    assert only(paper).revision.kind.value == "feed"
    assert not paper.web.asked("/amp/bridge")


@pytest.mark.parametrize(
    "behind",
    [
        "<h1>Log in to read</h1><form><input type=email><input type=password><button>Log in</button></form>",
        f"<article><h1>Bridge Shut</h1><p>{PARAGRAPHS[0]}</p></article><p>Subscribe to continue reading this.</p>",
    ],
    ids=["login", "paywall"],
)
def test_what_is_sold_is_not_got_round(paper: Paper, behind: str) -> None:
    """An archive that breaks in is no reader's, and no publisher's friend."""
    settle(paper, "amp", "print", "alternate", "memento")
    paper.says(bridge=shell(body=behind))
    paper.round()
    assert not paper.web.asked("/amp/bridge")
    assert all(one.host == "paper.example" for one in paper.web.requests)


def test_the_page_takes_its_renditions_place_when_it_answers(paper: Paper) -> None:
    """It is the article's own, and no edit."""
    paper.round()
    paper.says(bridge=page())
    paper.round(recheck=True)
    assert "kind-changed" in events(paper)
    assert "revised" not in events(paper)
    assert only(paper).via is None


def test_a_rendition_takes_no_pages_place(paper: Paper) -> None:
    """What the page said is worth more than what another says."""
    paper.says(bridge=page(head=LINKS))
    paper.round()
    paper.says(bridge=shell())
    paper.round(recheck=True)
    assert only(paper).via is None
    assert only(paper).revision.number == 1


def test_a_rendition_that_robots_txt_forbids_is_not_asked_for(paper: Paper) -> None:
    """Another way in is still the same house."""
    paper.web.pages["paper.example/robots.txt"] = [answer(b"User-agent: *\nDisallow: /amp/")]
    paper.round()
    assert only(paper).via == "print"


# ---------------------------------------------------------------- web archives


MEMENTO = "archive.example/web/20260517100500id_/http://" + url_of()


@pytest.fixture
def archived(paper: Paper) -> Paper:
    """Return a paper whose page is gone, and stands in a web archive."""
    paper.says(bridge=answer(b"", status="404 Not Found"))
    named = MEMENTO.replace("id_", "")
    paper.web.pages[f"archive.example/web/http://{url_of()}"] = [moved(f"http://{named}", status="302 Found")]
    headers = ["Memento-Datetime: Sun, 17 May 2026 10:05:00 GMT"]
    paper.web.pages[named] = [page("Bridge, with an archive's banner", headers=headers)]
    paper.web.pages[MEMENTO] = [page(headers=headers)]
    return paper


def test_a_page_that_is_gone_is_read_in_a_web_archive(archived: Paper) -> None:
    """What was missed can be had from somebody who did not miss it."""
    settle(archived, "memento")
    archived.round()
    held = only(archived)
    assert (held.via, held.via_url) == ("memento", f"http://{MEMENTO}")
    assert held.revision.article.headline == "Bridge Shut After a Crack Is Found"


def test_a_timegate_is_asked_for_the_day_of_publication(archived: Paper) -> None:
    """RFC 7089, 2.1.1: the memento nearest to that moment."""
    settle(archived, "memento")
    archived.round()
    (asked,) = archived.web.asked(f"/web/http://{url_of()}")
    assert dict(asked.headers)["Accept-Datetime"] == "Sun, 17 May 2026 10:00:00 GMT"


def test_no_web_archive_is_asked_unless_settings_say_so(archived: Paper) -> None:
    """Whoever runs it learns what is read."""
    archived.round()
    assert archived.held() == []
    assert {one.host for one in archived.web.requests} == {"paper.example"}


def test_what_lacks_the_mementos_date_is_none(archived: Paper) -> None:
    """A web archive's own error page answers 200 too."""
    archived.web.pages[MEMENTO.replace("id_", "")] = [page()]
    settle(archived, "memento")
    archived.round()
    assert archived.held() == []


# ---------------------------------------------------------------- what a page names


@pytest.mark.parametrize(
    ("html", "named"),
    [
        ("<link rel=amphtml href=/amp>", (("amp", "https://paper.example/amp"),)),
        ("<link rel=amphtml href=https://amp.paper.example/a>", (("amp", "https://amp.paper.example/a"),)),
        ("<link rel=amphtml href=https://other.example/a>", ()),
        ("<link rel=alternate hreflang=fr type=text/html href=/fr>", ()),
        ("<link rel=alternate type=application/rss+xml href=/rss>", ()),
        ("<link rel=alternate media=print href=/p>", (("print", "https://paper.example/p"),)),
        ("<a href='/story?view=print'>Print</a>", (("print", "https://paper.example/story?view=print"),)),
        ("<a href=/print/2026/another>In print</a>", ()),
        ("<a href=/story-printers-strike>Printers strike</a>", ()),
        ("<a href=/blueprint>Blueprint</a><a href='javascript:print()'>Print</a>", ()),
    ],
)
def test_renditions_are_what_a_page_names_on_its_own_site(
    html: str, named: tuple[tuple[str, str], ...]
) -> None:
    """A translation is another article, and a link to a story about printers is no page for paper."""
    _, facts = read_page_and_facts(f"<title>A</title>{html}".encode(), url="https://paper.example/story")
    assert facts.renditions == named
