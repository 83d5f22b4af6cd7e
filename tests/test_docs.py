"""The pages for users say what the program does: commands, options, exit codes, settings, links."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from onrecord import cli, config, errors
from onrecord.cli.app import app
from onrecord.demo.server import DemoServer

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
COMMANDS = (DOCS / "COMMANDS.md").read_text("utf-8")
SETTINGS = (DOCS / "SETTINGS.md").read_text("utf-8")

#: Described once for all commands, at the head of COMMANDS.md.
SHARED = {"--archive", "--help", "--version", "--install-completion", "--show-completion"}

_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        full = f"{before} {name}".strip()
        if hasattr(command, "commands"):
            yield from _commands(command, full)
        else:
            yield full, command


GROUP: Any = typer.main.get_command(app)
CLI: dict[str, Any] = dict(_commands(GROUP))


def _options(command: Any) -> set[str]:
    return {word for one in command.params for word in one.opts if word.startswith("--")}


def _section(text: str, heading: str) -> str:
    """Return what stands below "## heading", up to the next one; "" if there is none."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def _blocks(path: Path, *languages: str) -> list[tuple[str, str]]:
    """Return (rest of the fence's line, text) of the fenced blocks in one of *languages*."""
    return [(rest, text) for name, rest, text in _FENCE.findall(path.read_text("utf-8")) if name in languages]


# ---------------------------------------------------------------- commands


@pytest.mark.parametrize("name", CLI)
def test_a_command_is_in_the_documentation(name: str) -> None:
    """Whoever looks a command up finds it, with an example of what it prints."""
    assert f"$ onrecord {name}" in _section(COMMANDS, name)


@pytest.mark.parametrize("name", CLI)
def test_a_command_documents_all_its_options_and_no_others(name: str) -> None:
    """Whoever reads of an option can use it, and whoever has one can read of it."""
    prose = re.sub(r"```.*?```", "", _section(COMMANDS, name), flags=re.DOTALL)
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", prose))
    assert told == _options(CLI[name]) - SHARED


def test_the_shared_options_are_documented() -> None:
    """They are described in one place instead of thirteen."""
    head = _section(COMMANDS, "Options of all commands")
    assert not {word for word in _options(GROUP) | SHARED if word not in head}


@pytest.mark.parametrize("name", [*CLI, ""])
def test_help_ends_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Most people copy an example before they read a description."""
    assert cli.run([*name.split(), "--help"]) == 0
    assert re.search(r"(Example|Begin with): onrecord ", capsys.readouterr().out)


@pytest.mark.parametrize("name", CLI)
def test_an_example_in_help_is_a_command_that_exists(name: str) -> None:
    """An example that fails teaches mistrust."""
    example = str(CLI[name].epilog).partition(": ")[2]
    assert not [told for line in example.split("; ") if (told := _mistake(line))]


# ---------------------------------------------------------------- exit codes


def _documented_codes() -> dict[int, str]:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", _section(COMMANDS, "Exit codes"), re.MULTILINE)
    return {int(code): says for code, says in rows}


def _error_codes() -> Iterator[tuple[str, int]]:
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.OnRecordError):
            yield name, kind.exit_code


def test_the_exit_codes_are_those_of_the_command_line() -> None:
    """A script that acts on a code needs one list, not two."""
    listed = re.findall(r"(?:^|\s{2,})(\d+) {1,2}\S", str(cli.__doc__), re.MULTILINE)
    assert sorted(map(int, listed)) == sorted(_documented_codes())


@pytest.mark.parametrize(("name", "code"), list(_error_codes()))
def test_the_exit_code_of_an_error_is_documented(name: str, code: int) -> None:
    """A script may meet any of them."""
    assert code in _documented_codes(), f"{name} ends with {code}"


# ---------------------------------------------------------------- settings

_HEADINGS = {
    "": "At the head",
    "archive": "[archive]",
    "fetch": "[fetch]",
    "pictures": "[pictures]",
    "keep": "[keep]",
    "schedule": "[schedule]",
    "round": "[round]",
    "proof": "[proof]",
    "export": "[[export]]",
    "hook": "[[hook]]",
    "serve": "[serve]",
    "sources.*": '[sources."NAME"]',
}
_CLASSES: dict[str, type[Any]] = {
    "": config.Config,
    "archive": config.Config,
    "fetch": config.FetchConfig,
    "pictures": config.PictureConfig,
    "keep": config.KeepConfig,
    "schedule": config.ScheduleConfig,
    "round": config.RoundConfig,
    "proof": config.ProofConfig,
    "export": config.ExportConfig,
    "hook": config.HookConfig,
    "serve": config.ServeConfig,
    "sources.*": config.SourceConfig,
}


def _setting_rows() -> dict[str, tuple[str, str]]:
    """Return (default, meaning) of each row of SETTINGS.md, by its dotted key."""
    rows: dict[str, tuple[str, str]] = {}
    for section, heading in _HEADINGS.items():
        found = re.findall(
            r"^\| `(\w+)` \| (?:.+?) \| (.+?) \| (.+) \|$", _section(SETTINGS, heading), re.MULTILINE
        )
        rows |= {f"{section}.{key}".lstrip("."): (default, says) for key, default, says in found}
    return rows


def test_each_setting_is_documented_and_no_other() -> None:
    """A key that only the source code knows helps nobody."""
    assert sorted(_setting_rows()) == sorted(config.KEYS)


@pytest.mark.parametrize("key", config.KEYS)
def test_a_setting_means_the_same_in_the_documentation(key: str) -> None:
    """The sentence in the code and the one on the page are one sentence."""
    assert _setting_rows()[key][1] == config.KEYS[key]


@pytest.mark.parametrize("key", [key for key in config.KEYS if key != "format"])
def test_a_settings_default_is_the_one_that_is_documented(key: str) -> None:
    """Whoever leaves a key out knows what they get."""
    section, _, name = key.rpartition(".")
    one = next(each for each in fields(_CLASSES[section]) if each.name == name)
    documented = _setting_rows()[key][0].strip("`").replace("_", "")
    assert documented == _toml(one.default).replace("_", "")


def _toml(value: object) -> str:
    if value is MISSING:
        return "must be there"
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        unit = next((name, size) for name, size in (("d", 1440), ("h", 60), ("m", 1)) if minutes % size == 0)
        return f'"{minutes // unit[1]}{unit[0]}"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]" if value else "–"
    if value is None:
        return "–"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def test_the_example_of_settings_can_be_used() -> None:
    """It is what a person copies first."""
    examples = [text for _, text in _blocks(DOCS / "SETTINGS.md", "toml")]
    assert [config.parse(text, "onrecord.toml") for text in examples]


@pytest.mark.parametrize(
    "variable",
    ["ONRECORD_ARCHIVE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "PAGE_URL"],
)
def test_a_variable_that_is_read_is_documented(variable: str) -> None:
    """What is set for another program changes what this one does."""
    assert f"`{variable}`" in _section(SETTINGS, "Environment")


# ---------------------------------------------------------------- examples


def _mistake(line: str) -> str | None:
    """Return what is wrong with a line that calls onrecord, or None."""
    words = shlex.split(line, comments=True)
    words = words[next((at for at, word in enumerate(words) if word.endswith("onrecord")), len(words)) + 1 :]
    known, rest = {**dict.fromkeys(SHARED), "-h": None}, list(words)
    while rest and rest[0].startswith("-"):
        rest = rest[2 if rest[0] == "--archive" else 1 :]
    name = next((one for one in (" ".join(rest[:2]), " ".join(rest[:1])) if one in CLI), None)
    if name is None:
        return None if not rest and words else f"{line}: no such command"
    options = {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
    unknown = options - _options(CLI[name]) - set(known)
    return f"{line}: {name} has no {', '.join(sorted(unknown))}" if unknown else None


def _calls(path: Path) -> Iterator[str]:
    """Yield each line of a page's blocks that calls onrecord."""
    for _, text in _blocks(path, "sh", "cron", "ini", "console", "yaml", "bash"):
        for line in text.splitlines():
            # A program's path, or none, before the name; an option or a command after it.
            call = re.search(r'(?:^|[\s=(/"])(onrecord"? (?:--?|[a-z]).*)', line)
            if call and not line.lstrip().startswith("#") and not line.startswith("onrecord:"):
                yield re.split(r"[|>;)]| 2>&1", call[1].replace('onrecord"', "onrecord"))[0]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_command_on_a_page_exists(path: Path) -> None:
    """Whoever copies a line into a crontab finds out an hour later that it is wrong."""
    assert not [told for line in _calls(path) if (told := _mistake(line))]


def test_the_hourly_workflow_is_yaml_with_a_job() -> None:
    """It is copied as a whole."""
    (workflow,) = [yaml.safe_load(text) for _, text in _blocks(DOCS / "HOURLY.md", "yaml")]
    steps = workflow["jobs"]["round"]["steps"]
    assert all(("run" in step) != ("uses" in step) for step in steps)


def test_the_start_in_the_readme_runs(
    demo_server: DemoServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A newcomer's first minute; the Heron Bay Courier stands in for the publication."""
    for name in ("no_proxy", "NO_PROXY", "ONRECORD_ARCHIVE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, demo_server.proxy_url)
    monkeypatch.chdir(tmp_path)
    (start,) = [text for rest, text in _blocks(ROOT / "README.md", "sh") if "runnable" in rest]
    printed = ""
    for line in start.splitlines():
        first_id = re.search(r"^([a-z2-7]{12})  ", printed, re.MULTILINE)
        words = line.replace("cnbc.com", "heronbay.example").split()
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
            _hurry(Path("onrecord.toml"))
            continue
        words = [first_id[1] if word == "ID" and first_id else word for word in words]
        assert cli.run(words[1:]) == 0, line
        printed = capsys.readouterr().out
        assert printed, line


def _hurry(settings: Path) -> None:
    """Take the pauses out: nobody's server is asked."""
    text = re.sub(r"(?m)^(\w+_pause) = .*$", r"\1 = 0.01", settings.read_text("utf-8"))
    settings.write_text(text, "utf-8")


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_link_leads_to_a_file_that_exists(path: Path) -> None:
    """A reader who follows a link arrives."""
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    inner = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert not [link for link in inner if not (path.parent / (link.partition("#")[0] or path.name)).exists()]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_link_within_a_page_leads_to_a_heading(path: Path) -> None:
    """A table of contents that leads nowhere is worse than none."""
    text = path.read_text("utf-8")
    headings = {_anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)\s]+)\)", text)) <= headings


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_page_names_a_machine(path: Path) -> None:
    """What holds on one person's disk helps no other."""
    assert not re.findall(
        r"(?<![\w.$~}])/(?:home|root|tmp|work|Users|private|mnt)/\S*", path.read_text("utf-8")
    )


def test_the_readme_has_every_page_of_the_documentation() -> None:
    """What no page leads to is not read."""
    readme = (ROOT / "README.md").read_text("utf-8")
    assert not [path.name for path in DOCS.glob("*.md") if f"(docs/{path.name})" not in readme]
