"""`onrecord rules` and `extract --rules`: what a person who writes a rule needs to see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onrecord import cli
from rounds import Paper, item, page

URL = "http://paper.example/2026/bridge-is-in-the-news"
RULE = """format = 1
[[rule]]
kicker = ".label"
body = "article"
strip = ["h1", ".byline"]
test = { url = "URL", sentence = "The ferry will run until midnight" }
""".replace("URL", URL)


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paper:
    """Return a paper with one article, whose archive is where the commands are given."""
    made = Paper(tmp_path / "news")
    made.lists(item())
    made.says(bridge=page(foot="<p class=label>City Desk</p>"))
    made.round()
    monkeypatch.chdir(made.root)
    (made.root / "sites").mkdir()
    (made.root / "sites" / "paper.example.toml").write_text(RULE)
    return made


def out(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Run a command; return its code and what it prints."""
    code = cli.run(list(words))
    return code, capsys.readouterr().out


@pytest.mark.usefixtures("paper")
def test_the_rules_for_a_host_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever wonders why a page reads so finds the file."""
    assert out(capsys, "rules", "list", "https://www.paper.example/a")[1] == (
        "paper.example  kicker, body, strip  sites/paper.example.toml\n"
    )


def test_the_rules_that_come_along_are_listed_without_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person looks before making one."""
    monkeypatch.chdir(tmp_path)
    found = json.loads(out(capsys, "rules", "list", "--json")[1])
    assert "cn.nytimes.com" in {file["host"] for file in found}


@pytest.mark.usefixtures("paper")
def test_a_test_sentence_is_looked_for_on_the_page_that_is_held(capsys: pytest.CaptureFixture[str]) -> None:
    """A rule that holds says so without a request to anybody."""
    code, told = out(capsys, "rules", "check")
    assert (code, told) == (
        0,
        "1 file, 1 rule; test sentences: 1 found, 0 not found, 0 without a page here\n",
    )


def test_a_sentence_that_is_not_found_is_told(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """A site was rebuilt, and a script that checks each night must learn of it."""
    (paper.root / "sites" / "paper.example.toml").write_text(RULE.replace("midnight", "noon"))
    code, told = out(capsys, "rules", "check")
    assert (code, "not found on http://paper.example/2026/" in told) == (9, True)


def test_mistakes_are_told_and_the_other_files_are_checked(
    paper: Paper, capsys: pytest.CaptureFixture[str]
) -> None:
    """One bracket does not hide what else is wrong."""
    (paper.root / "sites" / "other.example.toml").write_text("format = 1\n[[rule]\n")
    code = cli.run(["rules", "check"])
    told = capsys.readouterr()
    assert (code, "sites/other.example.toml" in told.err, "1 found" in told.out) == (3, True, True)


def test_lines_of_others_rules_that_are_not_followed_are_named(
    paper: Paper, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever drops in a collection sees what it does less here."""
    (paper.root / "sites" / "other.example.txt").write_text("body: //div\nwrap_in(p): //b\n")
    assert "  line 2: rule-directive: wrap_in\n" in out(capsys, "rules", "check")[1]


def test_a_rule_is_tried_on_an_article_that_is_held(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside each field stands what the reader finds without the rule."""
    told = out(capsys, "rules", "try", paper.only().id)[1]
    assert "kicker        City Desk\n              without the rule: –\n" in told


def test_a_rule_that_is_tried_on_its_own_test_page_tells_the_outcome(
    paper: Paper, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever mends a rule sees at once whether it holds again."""
    told = out(capsys, "rules", "try", paper.only().url)[1]
    assert "test          found: The ferry will run until midnight\n" in told


def test_a_rule_is_tried_on_a_file(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """A page is saved from the browser, and read until it reads right."""
    (paper.root / "page.html").write_bytes(page().partition(b"\r\n\r\n")[2])
    told = json.loads(out(capsys, "rules", "try", "page.html", "--url", URL, "--json")[1])
    body = next(row for row in told["fields"] if row["field"] == "body")
    assert (told["rule"], body["is_by_rule"], body["found"][:12]) == ("paper.example", True, "3 paragraphs")


@pytest.mark.usefixtures("paper")
def test_a_page_without_a_rule_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped host is no reason for an empty page."""
    (Path.cwd() / "page.html").write_text("<h1>A")
    assert cli.run(["rules", "try", "page.html", "--url", "https://other.example/a"]) == 2
    assert "there is no rule for https://other.example/a" in capsys.readouterr().err


def test_extract_reads_by_a_file_of_rules(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """A program that reads single pages uses a rule without an archive."""
    rule = paper.root / "paper.example.txt"
    rule.write_text("title: //p[@class='byline']\n")
    (paper.root / "page.html").write_bytes(page().partition(b"\r\n\r\n")[2])
    told = out(capsys, "extract", "page.html", "--url", URL, "--rules", str(rule), "--json")[1]
    assert json.loads(told)["title"] == "By Ada Marsh"


@pytest.mark.parametrize(("day", "headline"), [("2020-01-01", "By Ada Marsh"), ("2025-01-01", "Bridge Shut")])
def test_extract_reads_by_the_rule_of_a_day(
    paper: Paper, capsys: pytest.CaptureFixture[str], day: str, headline: str
) -> None:
    """A page of ten years ago has its own rule."""
    text = RULE.replace('kicker = ".label"', 'until = 2021-01-01\nheadline = ".byline"')
    (paper.root / "sites" / "paper.example.toml").write_text(text)
    (paper.root / "page.html").write_bytes(page("Bridge Shut").partition(b"\r\n\r\n")[2])
    told = out(capsys, "extract", "page.html", "--url", URL, "--captured", day, "--json")[1]
    assert json.loads(told)["title"] == headline


@pytest.mark.usefixtures("paper")
def test_a_day_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen is no reason for a traceback."""
    assert cli.run(["extract", "onrecord.toml", "--captured", "May"]) == 2
    assert "write it as 2024-05-17" in capsys.readouterr().err
