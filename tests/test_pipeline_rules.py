"""Rules in an archive: pages are read by them, and a new or changed rule rewrites what it touches and no history."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.archive import Archive, verify
from onrecord.errors import ConfigError
from onrecord.extract import READER_VERSION
from onrecord.pipeline.report import News
from onrecord.pipeline.rereading import RereadReport, reread_all
from onrecord.pipeline.watching import reloaded
from rounds import Paper, item, page

RULE = """format = 1
[[rule]]
paths = ["/2026/bridge-*"]
kicker = ".label"
test = { url = "http://paper.example/2026/bridge-is-in-the-news", sentence = "The ferry will run until midnight" }
"""
LABELLED = page(foot="<p class=label>City Desk</p>")


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with two articles, of which one has a label at its foot."""
    made = Paper(tmp_path / "news")
    made.lists(item("bridge"), item("tower"))
    made.says(bridge=LABELLED, tower=page("The Tower Stays Open"))
    return made


def with_rule(paper: Paper, text: str = RULE) -> None:
    """Write the paper's rule."""
    (paper.root / "sites").mkdir(exist_ok=True)
    (paper.root / "sites" / "paper.example.toml").write_text(text)


def documents(paper: Paper) -> dict[str, bytes]:
    """Return the bytes of all documents, by name."""
    return {path.name: path.read_bytes() for path in sorted((paper.root / "articles").rglob("*.md"))}


def read_again(paper: Paper) -> RereadReport:
    """Read everything again."""
    with Archive.open(paper.root, write=True) as archive:
        return reread_all(archive)


def changed(paper: Paper, before: dict[str, bytes]) -> list[str]:
    """Return the names of documents that are not as *before*."""
    return [name for name, text in documents(paper).items() if before.get(name) != text]


def test_a_page_is_read_by_the_rule_for_its_host(paper: Paper) -> None:
    """Whoever wrote a rule gets what it says from the next round on."""
    with_rule(paper)
    paper.round()
    assert b"\nkicker: City Desk\n" in documents(paper)["17-bridge-is-in-the-news.md"]


def test_a_document_names_the_rule_that_read_it(paper: Paper) -> None:
    """A later reader must know what it was read by."""
    with_rule(paper)
    paper.round()
    with Archive.open(paper.root) as archive:
        readers = {archive.document(held).reader_version.split("@")[0] for held in paper.held()}
    assert readers == {READER_VERSION, f"{READER_VERSION}+paper.example"}


def test_with_the_same_rules_nothing_is_written_again(paper: Paper) -> None:
    """Running it for nothing does no harm."""
    with_rule(paper)
    paper.round()
    before = documents(paper)
    assert (read_again(paper).changed, documents(paper)) == (0, before)


def test_a_new_rule_writes_what_it_touches_and_nothing_else(paper: Paper) -> None:
    """Whoever keeps the folder in Git sees what the rule did."""
    paper.round()
    before = documents(paper)
    with_rule(paper)
    read_again(paper)
    assert changed(paper, before) == ["17-bridge-is-in-the-news.md"]


def test_a_changed_rule_writes_what_it_touches_and_nothing_else(paper: Paper) -> None:
    """A slip in a rule can be mended."""
    with_rule(paper, RULE.replace(".label", "h1"))
    paper.round()
    before = documents(paper)
    with_rule(paper)
    read_again(paper)
    assert changed(paper, before) == ["17-bridge-is-in-the-news.md"]


def test_a_rule_that_is_taken_away_is_taken_back(paper: Paper) -> None:
    """Trying a rule does no lasting harm."""
    paper.round()
    before = documents(paper)
    with_rule(paper)
    read_again(paper)
    (paper.root / "sites" / "paper.example.toml").unlink()
    read_again(paper)
    assert changed(paper, before) == []


def test_reading_again_by_a_rule_adds_no_revision_and_verifies(paper: Paper) -> None:
    """The publisher changed nothing."""
    paper.round()
    with_rule(paper)
    read_again(paper)
    assert ([held.revision for held in paper.held()], list(verify(paper.root))) == ([1, 1], [])


def test_a_new_rule_makes_no_revision_at_the_next_look(paper: Paper) -> None:
    """The older capture is read by today's rules before it is compared."""
    paper.round()
    with_rule(paper)
    paper.says(bridge=page(foot="<p class=label>City Desk</p><p>noise</p>"))
    paper.round(recheck=True)
    assert [held.revision for held in paper.held()] == [1, 1]


def test_an_edit_is_a_revision_still(paper: Paper) -> None:
    """A rule must not hide what a publisher changed."""
    paper.round()
    with_rule(paper)
    paper.says(bridge=page("Bridge Shut for Good", foot="<p class=label>City Desk</p>"))
    paper.round(recheck=True)
    assert sorted(held.revision for held in paper.held()) == [1, 2]


def test_a_capture_is_read_by_the_rule_of_its_day(paper: Paper) -> None:
    """A site that was rebuilt reads right on both sides of the day."""
    paper.round()
    with_rule(paper, RULE.replace("paths =", "until = 2020-01-01\npaths ="))
    before = documents(paper)
    read_again(paper)
    assert changed(paper, before) == []


def test_a_mistake_in_a_rule_is_told_before_a_server_is_asked(paper: Paper) -> None:
    """A round that stops half way for a bracket asks everything twice."""
    with_rule(paper, "format = 1\n[[rule]\n")
    with pytest.raises(ConfigError, match=r"sites/paper\.example\.toml"):
        paper.round()
    assert paper.web.requests == []


def test_a_rule_that_no_longer_fits_is_told_once_a_round(paper: Paper) -> None:
    """A site was rebuilt: articles are kept whole, and somebody learns that the rule is to be mended."""
    with_rule(paper, RULE.replace('paths = ["/2026/bridge-*"]\nkicker', "body"))
    report = paper.round()
    assert (report.counts["new"], report.counts["rule-missed"]) == (2, 1)


def test_while_a_rule_has_a_mistake_watch_goes_on_with_the_former_ones(paper: Paper) -> None:
    """A slip of the pen at midnight must not stop the archive."""
    told: list[News] = []
    with Archive.open(paper.root, write=True) as archive:
        former = archive.rules
        with_rule(paper, "format = 1\n[[rule]\n")
        wrong = reloaded(archive, told.append, None)
        assert (archive.rules is former, len(told), "no TOML" in (wrong or "")) == (True, 1, True)
