"""onrecord.toml: read with every mistake told, and written without a person's word lost."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.config import (
    INITIAL,
    KEYS,
    Config,
    ExportConfig,
    FetchConfig,
    HookConfig,
    KeepConfig,
    PictureConfig,
    ProofConfig,
    RoundConfig,
    ScheduleConfig,
    ServeConfig,
    SourceConfig,
    duration,
    parse,
    source_id_for,
    with_source,
)
from onrecord.errors import ConfigError
from onrecord.model import SourceId

WHOLE = """\
format = 1
[archive]
operator = "A. Reader"
capture = "page"
[fetch]
user_agent = "Reader/1"
page_pause = 2
proxy = "socks5://127.0.0.1:9050"
max_page_mib = 8
[pictures]
keep = false
[schedule]
every = "1h30m"
look_again = ["15m", "1d"]
[[export]]
kind = "legacy"
dest = "../news"
git = true
[sources."paper.example"]
title = "The Paper　报"
home = "https://paper.example/"
feeds = ["https://paper.example/rss?a=b%2f"]
front_page = true
language = "zh-Hans"
full_text = "feed"
pause = 0
"""
PAPER = SourceConfig(
    id=SourceId("paper.example"),
    title="The Paper",
    home="https://paper.example/",
    feeds=("https://paper.example/rss.xml",),
)


def mistakes(text: str) -> dict[str, str]:
    """Return what is wrong with *text*, by key."""
    with pytest.raises(ConfigError) as caught:
        parse(text, "onrecord.toml")
    return dict(caught.value.mistakes)


def test_every_key_is_read() -> None:
    """What a person settles is what happens."""
    assert parse(WHOLE, "onrecord.toml") == Config(
        operator="A. Reader",
        capture="page",
        fetch=FetchConfig(
            user_agent="Reader/1", page_pause=2.0, proxy="socks5://127.0.0.1:9050", max_page_mib=8
        ),
        pictures=PictureConfig(keep=False),
        schedule=ScheduleConfig(
            every=timedelta(minutes=90), look_again=(timedelta(minutes=15), timedelta(days=1))
        ),
        export=(ExportConfig(kind="legacy", dest="../news", git=True),),
        sources=(
            SourceConfig(
                id=SourceId("paper.example"),
                title="The Paper　报",
                home="https://paper.example/",
                feeds=("https://paper.example/rss?a=b%2f",),
                front_page=True,
                language="zh-Hans",
                full_text="feed",
                pause=0.0,
            ),
        ),
    )


def test_a_new_archive_begins_with_the_values_that_hold_anyway() -> None:
    """What the first file shows is the truth about the defaults."""
    assert parse(INITIAL, "onrecord.toml") == Config()


@pytest.mark.parametrize(
    ("line", "key", "part"),
    [
        ("[fetch]\npage_pauze = 1", "fetch.page_pauze", "do you mean page_pause?"),
        ("[fetches]", "fetches", "do you mean fetch?"),
        ("[fetch]\npage_pause = -1", "fetch.page_pause", "from 0 to 3600"),
        ("[fetch]\npage_pause = nan", "fetch.page_pause", "seconds"),
        ("[fetch]\nretries = true", "fetch.retries", "whole number"),
        ('[fetch]\nproxy = "127.0.0.1"', "fetch.proxy", "socks5://"),
        ("[pictures]\nkeep = 1", "pictures.keep", "true or false"),
        ('[archive]\ncapture = "full"', "archive.capture", '"page" or "pictures"'),
        ('[schedule]\nevery = "hourly"', "schedule.every", "1h30m"),
        ('[schedule]\nevery = "5s"', "schedule.every", "too often"),
        ('[schedule]\nlook_again = ["1d", "1h"]', "schedule.look_again", "rise"),
        ('[[export]]\nkind = "legacy"', "export[0].dest", "missing"),
        ('[sources.a]\nfeeds = ["paper.example"]', "sources.a.feeds", "list of addresses"),
        ("[sources.a]", "sources.a.feeds", "name a feed"),
        ("[sources.a]\nfront_page = true", "sources.a.home", "front_page needs it"),
        ('[sources."a/b"]\nfeeds = ["https://a.example/"]', 'sources."a/b"', "folder"),
        ('[sources.con]\nfeeds = ["https://a.example/"]', "sources.con", "folder"),
        ('[sources."../a"]\nfeeds = ["https://a.example/"]', 'sources."../a"', "folder"),
        ("sources = 3", "sources", "tables"),
        ('fetch = "fast"', "fetch", "table"),
    ],
)
def test_a_mistake_is_told_with_its_key(line: str, key: str, part: str) -> None:
    """A person mends a file by what it says, not by trying."""
    assert part in mistakes(f"format = 1\n{line}\n")[key]


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody should run a command five times to learn of five slips."""
    text = '[fetch]\nretries = "x"\nunknown_thing = 1\n[pictures]\nkeep = 1\n'
    assert mistakes(text).keys() == {"format", "fetch.retries", "fetch.unknown_thing", "pictures.keep"}


def test_two_names_that_one_folder_would_hold_are_refused() -> None:
    """On Windows and macOS the articles of two publications would meet."""
    text = 'format = 1\n[sources.Paper]\nfeeds = ["https://a.example/"]\n[sources.paper]\nfeeds = ["https://b.example/"]\n'
    assert "case" in mistakes(text)["sources.paper"]


def test_a_newer_file_is_refused() -> None:
    """An older program must not overrule what it can't read."""
    assert "newer" in mistakes("format = 2\n")["format"]


@pytest.mark.parametrize("text", ["format = ", "a" * 50, "x = " + "[" * 5000, "\x00"])
def test_what_is_no_toml_is_told(text: str) -> None:
    """A file cut off by a full disk is named, with its line."""
    assert "no TOML" in mistakes(text)[""]


def test_every_key_has_its_sentence() -> None:
    """A setting that nobody can look up does not exist."""
    parts = {
        "sources.*": SourceConfig,
        "fetch": FetchConfig,
        "pictures": PictureConfig,
        "keep": KeepConfig,
        "schedule": ScheduleConfig,
        "round": RoundConfig,
        "proof": ProofConfig,
        "export": ExportConfig,
        "hook": HookConfig,
        "serve": ServeConfig,
    }
    named = {f"{section}.{each.name}" for section, part in parts.items() for each in fields(part)}
    assert KEYS.keys() == named - {"sources.*.id"} | {
        "format",
        "archive.operator",
        "archive.capture",
        "archive.prune_after",
    }


def test_a_source_is_added_behind_what_a_person_wrote() -> None:
    """Comments are where people keep what they know."""
    changed = with_source(INITIAL, PAPER)
    assert changed.startswith(INITIAL)
    assert parse(changed, "onrecord.toml").sources == (PAPER,)


def test_adding_what_is_there_changes_no_byte() -> None:
    """Adding the same list of publications twice is safe."""
    once = with_source(INITIAL, PAPER)
    assert with_source(once, PAPER) == once


@pytest.mark.parametrize(
    "feeds",
    [
        '["https://paper.example/rss.xml"] # the main one',
        '[\n  "https://paper.example/rss.xml",  # the main one\n]',
        '[\n  "https://paper.example/rss.xml" # the main one\n]',
    ],
)
def test_a_feed_is_added_to_a_source_with_its_comments(feeds: str) -> None:
    """A second section's feed joins the first."""
    text = f'format = 1\n# mine\n[sources."paper.example"]\ntitle = "Mine"\nfeeds = {feeds}\n[pictures]\nkeep = true\n'
    changed = with_source(text, replace(PAPER, feeds=(*PAPER.feeds, "https://paper.example/b.xml")))
    assert parse(changed, "onrecord.toml").sources[0].feeds == (*PAPER.feeds, "https://paper.example/b.xml")
    assert "# the main one" in changed
    assert 'title = "Mine"' in changed


def test_a_file_with_windows_line_ends_keeps_them() -> None:
    """Editors that see both kinds show the file as broken."""
    changed = with_source(INITIAL.replace("\n", "\r\n"), PAPER)
    assert "\n" not in changed.replace("\r\n", "")


def test_a_pages_odd_title_does_not_stop_the_adding() -> None:
    """Titles and languages come from strangers' pages."""
    odd = replace(PAPER, title="The\n\u202e Paper\x00", language="??")
    assert parse(with_source(INITIAL, odd), "onrecord.toml").sources == (PAPER,)


def test_a_broken_file_is_not_written_to() -> None:
    """Adding must not bury a mistake under more text."""
    with pytest.raises(ConfigError):
        with_source("format = 1\nfetch = 3\n", PAPER)


@given(st.text(min_size=1, max_size=30))
def test_any_title_is_read_back(title: str) -> None:
    """Quotes and backslashes stand in names too."""
    changed = with_source("format = 1\n", replace(PAPER, title=title))
    assert tomllib.loads(changed)["sources"]["paper.example"]["feeds"] == list(PAPER.feeds)


@pytest.mark.parametrize(
    ("url", "taken", "name"),
    [
        ("https://www.paper.example/", [], "paper.example"),
        ("https://paper.example/world/rss.xml", ["Paper.example"], "paper.example-world-rss-xml"),
        ("https://paper.example/", ["paper.example"], "paper.example-2"),
        ("http://[::1]:8000/", [], "1"),
        ("nothing", [], "source"),
    ],
)
def test_a_source_is_named_by_its_host(url: str, taken: list[str], name: str) -> None:
    """The folder's name is what a person looks for."""
    assert source_id_for(url, taken) == name


@given(st.text(max_size=60), st.lists(st.sampled_from(["paper.example", "paper.example-2"])))
def test_a_sources_name_can_stand_in_the_file(path: str, taken: list[str]) -> None:
    """`add` never writes what the next command refuses."""
    name = source_id_for(f"https://paper.example/{path}", taken)
    assert parse(with_source("format = 1\n", replace(PAPER, id=name)), "onrecord.toml").sources[0].id == name


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("15m", 15),
        ("1h30m", 90),
        ("2d", 2880),
        ("1w", 10080),
        ("90s", 1.5),
        ("0m", None),
        ("", None),
        ("1.5h", None),
        ("m", None),
    ],
)
def test_a_time_is_written_as_people_write_it(text: str, minutes: float | None) -> None:
    """Seconds in five digits are where slips are made."""
    assert duration(text) == (None if minutes is None else timedelta(minutes=minutes))
