"""Learning over rounds: what is kept gets better, and nothing that a publisher did not do becomes a revision."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fetch_web import answer
from onrecord.archive import Archive, verify
from onrecord.cli.app import app
from onrecord.pipeline.learning import SiteDesk
from onrecord.pipeline.repairing import repair
from onrecord.pipeline.rereading import RereadReport, reread_all
from onrecord.store import HeldArticle
from onrecord.text import body_text
from rounds import Paper, item
from site_pages import APPEAL, page, traits, url

FIRST = range(1, 7)


def html(number: int, *more: str, layout: str = "old", appeal: bool = True, noise: str = "") -> bytes:
    """Return the answer for an article's page."""
    body = page(number, *more, layout=layout, appeal=appeal) + noise.encode()
    return answer(body, headers=["Content-Type: text/html; charset=utf-8"])


def publish(paper: Paper, pages: Iterable[tuple[str, bytes]]) -> None:
    """List articles and give their pages, as one round sees them."""
    told = list(pages)
    paper.lists(*(item(name) for name, _ in told))
    paper.says(**dict(told))
    paper.round()


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper of which six articles are held, each with the same appeal below its text."""
    made = Paper(tmp_path / "news")
    publish(made, ((f"m{number}", html(number)) for number in FIRST))
    return made


def held(paper: Paper, name: str) -> HeldArticle:
    """Return the article of this name."""
    return next(one for one in paper.held() if f"/{name}-is" in one.url)


def text(paper: Paper, name: str) -> str:
    """Return an article's text, as its document has it."""
    with Archive.open(paper.root) as archive:
        return body_text(archive.document(held(paper, name)).revision.article.blocks)


def documents(paper: Paper) -> dict[str, bytes]:
    """Return the bytes of all documents."""
    return {str(path): path.read_bytes() for path in sorted((paper.root / "articles").rglob("*.md"))}


def read_again(paper: Paper, *, learned: bool = False) -> RereadReport:
    """Read everything again."""
    with Archive.open(paper.root, write=True) as archive:
        return reread_all(archive, learned=learned)


def lose_state(paper: Paper) -> None:
    """Lose what a person may lose: it costs no article."""
    for path in paper.root.glob("state.sqlite*"):
        path.unlink()


def status(paper: Paper, *options: str) -> str:
    """Return what `onrecord status` prints."""
    return CliRunner().invoke(app, ["--archive", str(paper.root), "status", *options]).stdout


# ---------------------------------------------------------------- what learning does


def test_the_articles_that_come_later_are_read_without_the_furniture(paper: Paper) -> None:
    """Whoever follows a paper gets cleaner articles after a day."""
    publish(paper, [("m20", html(20))])
    assert APPEAL not in text(paper, "m20")


def test_a_document_names_what_was_known_when_it_was_read(paper: Paper) -> None:
    """What it says can be traced to what it was read with."""
    publish(paper, [("m20", html(20))])
    with Archive.open(paper.root) as archive:
        learned = archive.document(held(paper, "m20")).learned
        known = archive.state.newest_memory("paper.example")
    assert known is not None
    assert learned == known.digest


def test_what_was_read_before_names_nothing(paper: Paper) -> None:
    """It was read by itself."""
    assert all(b"\nlearned:" not in text for text in documents(paper).values())


def test_a_source_that_is_done_decides_nothing_of_one_that_is_under_way(paper: Paper) -> None:
    """Sources are followed side by side: which ends first is chance, and no article may hang on that."""
    with Archive.open(paper.root, write=True) as archive:
        desk = SiteDesk(archive.state, now=paper.web.clock.now)
        for number in FIRST:
            desk.note("herald", url(number), traits(page(number)))
        desk.settle("paper.example")
        assert desk.newest(url(20)).is_empty


# ---------------------------------------------------------------- no revision comes of it


def test_learning_makes_no_revision(paper: Paper) -> None:
    """Nobody edited anything: the archive knows more, that is all."""
    paper.says(**{f"m{number}": html(number, noise="<!-- noise -->") for number in FIRST})
    paper.round(recheck=True)
    assert {one.revision for one in paper.held()} == {1}


def test_losing_what_was_learned_makes_no_revision(paper: Paper) -> None:
    """`state.sqlite` may be lost."""
    publish(paper, [("m20", html(20))])
    lose_state(paper)
    paper.says(m20=html(20, noise="<!-- noise -->"))
    paper.round(recheck=True)
    assert held(paper, "m20").revision == 1


def test_learning_anew_after_a_loss_makes_no_revision(paper: Paper) -> None:
    """Other pages teach another memory; the article was read with the first."""
    publish(paper, [("m20", html(20))])
    lose_state(paper)
    publish(paper, ((f"m{number}", html(number, appeal=False)) for number in range(30, 37)))
    paper.says(m20=html(20, noise="<!-- noise -->"))
    paper.round(recheck=True)
    assert held(paper, "m20").revision == 1


def test_an_edit_is_a_revision_as_ever(paper: Paper) -> None:
    """Learning must not hide what a publisher did."""
    paper.says(m1=html(1, "The mayor has since written a letter of his own, which nobody has read aloud."))
    paper.round(recheck=True)
    assert held(paper, "m1").revision == 2


def test_an_edit_after_learning_shows_the_edit_alone(paper: Paper) -> None:
    """The furniture that a revision has, the next one has too: a comparison would tell of its removal."""
    paper.says(m1=html(1, "The mayor has since written a letter of his own, which nobody has read aloud."))
    paper.round(recheck=True)
    assert APPEAL in text(paper, "m1")


def test_furniture_that_is_put_into_an_older_article_is_no_revision(tmp_path: Path) -> None:
    """Papers put this month's appeal below the articles of last year too."""
    paper = Paper(tmp_path / "news")
    publish(paper, ((f"m{number}", html(number, appeal=False)) for number in FIRST))
    publish(paper, ((f"m{number}", html(number)) for number in range(20, 28)))
    paper.says(m1=html(1))
    paper.round(recheck=True)
    assert held(paper, "m1").revision == 1


def test_an_article_under_a_second_address_is_read_as_it_was_under_the_first(paper: Paper) -> None:
    """Else it would seem to have been edited."""
    canonical = '<link rel="canonical" href="http://paper.example/2026/m1-is-in-the-news">'
    publish(paper, [("other", html(1, noise=canonical))])
    assert [one.revision for one in paper.held()] == [1] * len(FIRST)


# ---------------------------------------------------------------- reading again


def test_reading_again_with_todays_reader_changes_nothing_however_much_was_learned(paper: Paper) -> None:
    """Whoever keeps the folder in Git sees no change without a cause."""
    publish(paper, [("m20", html(20))])
    before = documents(paper)
    read_again(paper)
    assert documents(paper) == before


def test_what_was_learned_is_applied_to_older_articles_where_that_is_asked_for(paper: Paper) -> None:
    """The first articles of a paper can be as clean as the last."""
    read_again(paper, learned=True)
    assert APPEAL not in text(paper, "m1")


def test_applying_what_was_learned_adds_no_revision(paper: Paper) -> None:
    """A publisher changed nothing."""
    read_again(paper, learned=True)
    assert {one.revision for one in paper.held()} == {1}


def test_what_learning_changed_verifies(paper: Paper) -> None:
    """The ledger knows of it."""
    read_again(paper, learned=True)
    assert list(verify(paper.root)) == []


def test_applying_it_twice_changes_nothing_more(paper: Paper) -> None:
    """Running it twice does no harm."""
    read_again(paper, learned=True)
    before = documents(paper)
    read_again(paper, learned=True)
    assert documents(paper) == before


def test_after_it_was_applied_looking_again_makes_no_revision(paper: Paper) -> None:
    """The next round compares with what was written anew."""
    read_again(paper, learned=True)
    paper.says(m1=html(1, noise="<!-- noise -->"))
    paper.round(recheck=True)
    assert held(paper, "m1").revision == 1


def test_a_document_whose_memory_is_lost_is_left_as_it_is(paper: Paper) -> None:
    """Read by itself, it would get back what was taken out of it."""
    publish(paper, [("m20", html(20))])
    lose_state(paper)
    before = documents(paper)
    report = read_again(paper)
    assert (report.left, documents(paper)) == (1, before)


def test_what_was_lost_is_learned_again_from_the_captures(paper: Paper) -> None:
    """An archive that is older than learning, or lost its state, need not wait for new articles."""
    lose_state(paper)
    read_again(paper, learned=True)
    assert APPEAL not in text(paper, "m1")


@pytest.mark.parametrize("index", ["stands", "lost"])
def test_a_lost_document_is_made_again_with_what_was_known_of_its_site(paper: Paper, index: str) -> None:
    """Read by itself it would have the appeal in its text, and another digest than its ledger line."""
    publish(paper, [("m20", html(20))])
    before = documents(paper)
    next(Path(path) for path in before if "m20" in path).unlink()
    if index == "lost":
        for place in paper.root.glob("index.sqlite*"):
            place.unlink()
    found = list(verify(paper.root))
    asyncio.run(repair(paper.root, found, client_of=lambda _: paper.web.make_client(), backup=None))
    assert documents(paper) == before


def test_which_memory_a_document_was_read_with_outlasts_the_index(paper: Paper) -> None:
    """The files hold it."""
    publish(paper, [("m20", html(20))])
    with Archive.open(paper.root, write=True) as archive:
        archive.rebuild()
        revisions = archive.catalog.revisions(held(paper, "m20").id)
        learned = archive.document(held(paper, "m20")).learned
    assert [one.learned for one in revisions] == [learned]


# ---------------------------------------------------------------- a site made anew


@pytest.fixture
def remade(paper: Paper) -> Paper:
    """Return the paper after six articles on pages that are made anew."""
    publish(paper, ((f"m{number}", html(number, layout="new")) for number in range(30, 36)))
    return paper


def test_status_tells_of_a_site_that_was_made_anew(remade: Paper) -> None:
    """A person wonders why the articles read otherwise since then."""
    assert "paper.example has been made anew" in status(remade)


def test_status_is_silent_on_a_site_that_stays_as_it_is(paper: Paper) -> None:
    """No news is no line."""
    assert "made anew" not in status(paper)


def test_the_older_memory_is_kept_with_its_dates(remade: Paper) -> None:
    """Articles that were read with it are read with it again."""
    (site,) = json.loads(status(remade, "--json"))["sites_learned"]
    first, second = site["memories"]
    assert (first["until"], second["until"], second["made_anew"]) == (second["since"], None, True)


def test_the_articles_of_the_new_pages_are_learned_from(remade: Paper) -> None:
    """The appeal stands on the new pages too, in another box."""
    publish(remade, [("m50", html(50, layout="new"))])
    assert APPEAL not in text(remade, "m50")
