"""The house stands as ARCHITECTURE.md says: rooms import downwards, the core never touches the world."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import onrecord

SRC = Path(onrecord.__file__).parent

#: A room imports only what stands on a line before its own, or its own modules.
ROOMS: tuple[tuple[str, ...], ...] = (
    ("errors",),
    ("model",),
    ("text",),
    ("charsets", "dates", "urls"),
    ("markup", "pictures"),
    ("feeds", "extract", "sanitize", "schedule", "config", "ledger"),
    ("sites", "revisions", "removals", "legacy", "judge", "compare", "gaps"),
    ("render",),
    # above: the core, values in, values out; below: the edge, which touches the world
    ("log", "private"),
    ("warc", "store", "keys"),
    ("fetch",),
    ("archive",),
    ("search", "proof", "changes", "doors"),
    ("pipeline",),
    ("publish", "hooks"),
    ("reader",),
    ("demo",),
    ("cli",),
    ("__main__",),
)
EDGE = {
    "log",
    "private",
    "keys",
    "fetch",
    "warc",
    "store",
    "archive",
    "search",
    "proof",
    "changes",
    "doors",
    "pipeline",
    "publish",
    "hooks",
    "reader",
    "demo",
    "cli",
    "__main__",
}
RANK = {room: rank for rank, row in enumerate(ROOMS) for room in row}
WORLD = frozenset(
    {
        *("aiohttp", "apsw", "asyncio", "http", "logging", "os", "pathlib", "random", "shutil", "socket"),
        *("sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib.request", "warcio"),
    },
)
MODULES = sorted(path for path in SRC.rglob("*.py") if path.name != "__init__.py" or path.parent != SRC)


def room_of(path: Path) -> str:
    """Return the room that a module belongs to."""
    first = path.relative_to(SRC).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    """Yield the full name of each module that *path* imports."""
    package = ["onrecord", *path.relative_to(SRC).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            name = ".".join(part for part in (base, node.module) if part)
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names if name == "onrecord")


def name_of(path: Path) -> str:
    """Return a module's path, for the test's name."""
    return str(path.relative_to(SRC))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_room_has_its_place(path: Path) -> None:
    """A new room is put into ROOMS on purpose, where a reader looks for it."""
    assert room_of(path) in RANK, f"{name_of(path)}: add its room to ROOMS and to ARCHITECTURE.md"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_rooms_import_downwards(path: Path) -> None:
    """Whoever reads a room need not know the rooms that use it."""
    room = room_of(path)
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "onrecord" or len(parts) < 2 or parts[1] == room or parts[1] == "__version__":
            continue
        assert RANK[parts[1]] < RANK[room], f"{room} imports {parts[1]}, which does not stand before it"


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) not in EDGE], ids=name_of)
def test_the_core_never_touches_the_world(path: Path) -> None:
    """Every decision can be tested with values alone."""
    for name in imports_of(path):
        touched = name in WORLD or name.split(".")[0] in WORLD
        assert not touched, (
            f"{room_of(path)} is pure: values in, values out; no {name}. Move this to the edge."
        )


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_command_line_prints(path: Path) -> None:
    """A library that prints can't be used in one that does not."""
    if room_of(path) == "cli":
        return
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    assert not [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    """What a reader must hold in mind at once has a limit: 75 lines, docstring left out."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            length = (node.end_lineno or 0) - first.lineno + 1
            assert length <= 75, f"{name_of(path)}: {node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    """A module that passes 800 lines is two."""
    assert len(path.read_text("utf-8").splitlines()) <= 800
