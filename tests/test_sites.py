"""Files of rules: which one reads a page, and what is wrong with one, told at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from onrecord import archive as archives
from onrecord import sites
from onrecord.archive import rulebook
from onrecord.errors import ConfigError, UsageError
from onrecord.sites import Rulebook, Shelf

NOW = datetime(2024, 5, 17, 12, tzinfo=UTC)
TEST = 'test = { url = "https://paper.example/a", sentence = "The bell rang." }'
RULE = f'format = 1\n[[rule]]\nheadline = "h1"\n{TEST}\n'


def book_of(**files: str) -> Rulebook:
    """Return the rules of files: "paper_example" stands for paper.example.toml, and so on."""
    texts = {name.replace("_", "."): text.encode() for name, text in files.items()}
    return Rulebook((Shelf({name: name for name in texts}, texts.__getitem__),))


def name_for(book: Rulebook, url: str, on: datetime = NOW) -> str | None:
    """Return the name of the rule for a page."""
    rule = book.rule_for(url, on=on)
    return rule.name if rule else None


@pytest.mark.parametrize(
    ("file", "host", "is_for"),
    [
        ("paper.example.toml", "paper.example", True),
        ("paper.example.toml", "www.paper.example", True),
        ("paper.example.toml", "PAPER.example", True),
        ("paper.example.toml", "sport.paper.example", False),
        (".paper.example.toml", "sport.paper.example", True),
        (".paper.example.toml", "live.sport.paper.example", True),
        (".paper.example.toml", "paper.example", False),
        (".paper.example.toml", "www.paper.example", False),
        (".example.toml", "paper.example", False),
        (".paper.example.txt", "sport.paper.example", True),
    ],
)
def test_a_file_is_for_the_host_in_its_name(file: str, host: str, is_for: bool) -> None:  # noqa: FBT001
    """Two thousand files are not opened to find one."""
    text = RULE if file.endswith(".toml") else "title: //h1"
    book = Rulebook((Shelf({file: file}, lambda _: text.encode()),))
    assert (name_for(book, f"https://{host}/a") is not None) is is_for


def test_a_file_is_read_when_its_host_is_met_and_once() -> None:
    """A folder of two thousand rules must not be read for one page."""
    asked: list[str] = []

    def load(path: str) -> bytes:
        asked.append(path)
        return RULE.encode()

    book = Rulebook((Shelf({f"paper{number}.example.toml": str(number) for number in range(2_000)}, load),))
    for _ in range(3):
        name_for(book, "https://paper7.example/a")
    assert asked == ["7"]


def test_a_nearer_host_comes_before_a_wider_one() -> None:
    """The sports pages are made otherwise than the rest."""
    book = book_of(**{".paper.example.toml": RULE, "sport.paper.example.toml": RULE})
    assert name_for(book, "https://sport.paper.example/a") == "sport.paper.example"


def test_a_persons_own_rule_comes_before_the_one_that_is_shipped() -> None:
    """Who sees that a rule is wrong can set it right at once."""
    own = Shelf({"bbc.com.toml": "bbc.com.toml"}, lambda _: RULE.encode())
    book = Rulebook((own, archives.rules.shipped()))
    rule = book.rule_for("https://www.bbc.com/zhongwen/articles/a/simp", on=NOW)
    assert rule is not None
    assert rule.body == ()


@pytest.mark.parametrize(
    ("day", "name"),
    [(2019, "paper.example"), (2020, "paper.example 2020-03-01"), (2024, "paper.example 2020-03-01")],
)
def test_a_redesigned_site_has_two_rules_and_the_capture_picks(day: int, name: str) -> None:
    """An old capture is read by the rules of its day."""
    text = (
        f'format = 1\n[[rule]]\nuntil = 2020-03-01\nheadline = "h2"\n{TEST}\n'
        f'[[rule]]\nsince = 2020-03-01\nheadline = "h1"\n{TEST}\n'
    )
    book = book_of(**{"paper.example.toml": text})
    assert name_for(book, "https://paper.example/a", datetime(day, 3, 1, tzinfo=UTC)) == name


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/zh/*", "/zh/a", True),
        ("/zh/*", "/en/a", False),
        ("/*/dual/", "/world/20240517/bell/dual/", True),
        ("/*/dual/", "/dual/", False),
        ("/a*a", "/a", False),
        ("/a", "/a", True),
        ("/a", "/ab", False),
        ("/*x*y*", "/axbyc", True),
        ("/*x*y*", "/aybxc", False),
    ],
)
def test_a_rule_may_be_for_some_paths(pattern: str, path: str, fits: bool) -> None:  # noqa: FBT001
    """One host has editions in forty languages."""
    book = book_of(
        **{"paper.example.toml": f'format = 1\n[[rule]]\npaths = ["{pattern}"]\nheadline = "h1"\n{TEST}\n'}
    )
    assert (name_for(book, f"https://paper.example{path}") is not None) is fits


def test_a_file_may_say_that_anothers_rules_count_here() -> None:
    """A paper has a second host."""
    same = 'format = 1\nsame_as = "paper.example"\n'
    book = book_of(**{"paper.example.toml": RULE, "paper.test.toml": same})
    assert name_for(book, "https://paper.test/a") == "paper.example"


def test_a_file_that_names_none_for_its_rules_is_a_mistake() -> None:
    """A slip must not read pages without their rule in silence."""
    book = book_of(**{"paper.test.toml": 'format = 1\nsame_as = "papr.example"\n'})
    with pytest.raises(ConfigError, match=r"papr\.example"):
        name_for(book, "https://paper.test/a")


def test_what_a_rule_says_tells_its_mark_from_anothers() -> None:
    """A document names the rule that read it, so that a change of the rule is seen."""
    marks = {
        rule.mark
        for text in (RULE, RULE.replace("h1", "h2"), RULE + 'strip = ".ad"\n')
        if (rule := book_of(**{"paper.example.toml": text}).rule_for("https://paper.example/a", on=NOW))
    }
    assert len(marks) == 3


def test_a_rules_test_is_no_part_of_what_it_says() -> None:
    """Another sentence to be found reads no page otherwise."""
    one, two = (
        book_of(**{"paper.example.toml": text}).rule_for("https://paper.example/a", on=NOW)
        for text in (RULE, RULE.replace("The bell rang.", "The bell rang twice."))
    )
    assert one == two


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("format = 1\n[[rule]\n", "this is no TOML"),
        (RULE.replace("format = 1", "format = 2"), "format: must be there, and be 1"),
        ("format = 1\n", "either rules"),
        (RULE + "healine = 1\n", "did you mean 'headline'"),
        (RULE.replace('"h1"', '"h1["'), "h1[: no CSS selector"),
        (RULE.replace('"h1"', "7"), "must be a selector"),
        (RULE.replace('"h1"', '{ css = "h1", match = "(a+)+" }'), "may take for ever"),
        (RULE.replace('"h1"', '{ css = "h1", zone = "+08:00" }'), "zone: is for published"),
        (RULE.replace('"h1"', '{ xpath = "//h1" }'), "no such key"),
        (RULE.replace(TEST, ""), "each rule needs a test"),
        (RULE.replace('sentence = "The bell rang."', 'sentence = ""'), "must be text"),
        (RULE + 'since = "2024-01-01"\n', "must be a day, without quotation marks"),
        (RULE + "since = 2024-01-01\nuntil = 2023-01-01\n", "a later day than since"),
        (RULE + 'paths = "/zh/*"\n', "must be a list of paths"),
        (RULE + 'published = { css = "time", zone = "Mars/Olympus" }\n', "published.zone"),
        (RULE + 'second_language = "English, mostly"\n', "must be a language tag"),
        ("x" * 300_000, "longer than 256 KiB"),
    ],
)
def test_a_mistake_is_told_with_its_key(text: str, what: str) -> None:
    """Whoever writes a rule learns what to change, and where."""
    with pytest.raises(ConfigError) as told:
        sites.read(text.encode(), name="paper.example.toml", path="sites/paper.example.toml")
    assert what in str(told.value)


def test_all_mistakes_are_told_at_once() -> None:
    """One run, not five."""
    text = RULE.replace('"h1"', '"h1["') + 'since = "soon"\nhedline = "h2"\n'
    with pytest.raises(ConfigError) as told:
        sites.read(text.encode(), name="paper.example.toml", path="sites/paper.example.toml")
    assert len(told.value.mistakes) == 3


# ---------------------------------------------------------------- folders


def test_rules_are_found_in_folders_within_sites(tmp_path: Path) -> None:
    """A person may drop in a whole collection."""
    folder = tmp_path / "sites" / "collection"
    folder.mkdir(parents=True)
    (folder / ".paper.example.txt").write_text("title: //h1\n")
    (folder / "README.md").write_text("how to help")
    assert name_for(rulebook(tmp_path), "https://sport.paper.example/a") == ".paper.example"


@pytest.mark.parametrize("name", ["paper.example.toml", "www.paper.example.toml", "WWW.Paper.example.toml"])
def test_a_file_may_be_named_as_the_address_bar_has_it(tmp_path: Path, name: str) -> None:
    """A person copies the host from there."""
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / name).write_text(RULE)
    assert name_for(rulebook(tmp_path), "https://www.paper.example/a") == "paper.example"


def test_a_mistake_in_ones_own_rule_is_told_before_any_work(tmp_path: Path) -> None:
    """A round must not stop half way for a bracket."""
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "paper.example.toml").write_text("format = 1\n[[rule]]\n")
    with pytest.raises(ConfigError, match=r"sites/paper\.example\.toml"):
        rulebook(tmp_path)


def test_a_file_that_points_to_none_is_told_before_any_work(tmp_path: Path) -> None:
    """It would be met in the midst of a round."""
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "paper.test.toml").write_text('format = 1\nsame_as = "papr.example"\n')
    with pytest.raises(ConfigError, match=r"papr\.example"):
        rulebook(tmp_path)


def test_a_single_file_comes_before_all_others(tmp_path: Path) -> None:
    """Whoever tries a rule tries that one."""
    (tmp_path / "bbc.com.toml").write_text(RULE)
    assert name_for(rulebook(None, tmp_path / "bbc.com.toml"), "https://www.bbc.com/zhongwen/a") == "bbc.com"


@pytest.mark.parametrize("name", ["paper.example.toml", "paper.example.json"])
def test_a_file_that_is_not_there_or_no_file_of_rules_is_told(tmp_path: Path, name: str) -> None:
    """A slip of the pen is no reason for a traceback."""
    if name.endswith("json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(UsageError, match=r"file of rules"):
        rulebook(None, tmp_path / name)
