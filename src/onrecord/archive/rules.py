"""Where files of rules stand: those that come with On Record, and a person's own, in `sites/` beside onrecord.toml."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import onrecord.sites
from onrecord.archive.layout import SITES
from onrecord.errors import UsageError
from onrecord.sites import ENDINGS, MAX_FILE, Rulebook, Shelf

#: Files in `sites/`, ten times as many as the public collection has, and folders in folders.
MAX_FILES, MAX_DEPTH = 20_000, 4


def rulebook(root: Path | None = None, *files: Path) -> Rulebook:
    """Return the rules of single *files*, those of the archive at *root*, and those that come with On Record.

    Files are listed, and read when their host is first met; *files* and a person's own TOML are read at once, so that
    a mistake is told before any work.

    Raises:
        ConfigError: A file that a person wrote has mistakes.
        UsageError: One of *files* is not there, or is no file of rules.
    """
    own = own_shelves(root, *files)
    Rulebook(own).check()
    return Rulebook((*own, shipped()))


def own_shelves(root: Path | None, *files: Path) -> tuple[Shelf, ...]:
    """Return the shelves of single *files* and of the archive at *root*, with nothing read of them yet.

    Raises:
        UsageError: One of *files* is not there, or is no file of rules.
    """
    shelves = [_shelf_of(files)] if files else []
    if root is not None:
        shelves.append(_shelf(root / SITES, root))
    return tuple(shelves)


def shipped() -> Shelf:
    """Return the rules that come with On Record."""
    folder = Path(onrecord.sites.__file__).parent / "shipped"
    return replace(_shelf(folder, folder), owner="On Record's own ")


def _shelf(folder: Path, root: Path) -> Shelf:
    """Return the files of rules in *folder* and the folders in it, by name; the one nearest to *folder* counts."""
    paths: dict[str, str] = {}
    level = [folder] if folder.is_dir() else []
    for _ in range(MAX_DEPTH):
        inner: list[Path] = []
        for one in level:
            for entry in sorted(
                os.scandir(one), key=lambda entry: (entry.name.lower().startswith("www."), entry.name)
            ):
                if entry.is_dir(follow_symlinks=False) and entry.name != ".git":
                    inner.append(Path(entry.path))
                elif entry.name.lower().endswith(ENDINGS) and len(paths) < MAX_FILES:
                    # www.example.com.toml means what example.com.toml means, which counts where both are there.
                    name = entry.name.lower().removeprefix("www.")
                    paths.setdefault(name, entry.path.removeprefix(f"{root}{os.sep}"))
        level = inner
    return Shelf(paths, partial(_read, root))


def _shelf_of(files: tuple[Path, ...]) -> Shelf:
    for path in files:
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file of rules")
        if not path.name.lower().endswith(ENDINGS):
            raise UsageError(f"{path}: a file of rules is named by its host, and ends in .toml or .txt")
    names = {path.name.lower().removeprefix("www."): str(path) for path in files}
    return Shelf(names, partial(_read, Path()))


def _read(root: Path, path: str) -> bytes:
    with (root / path).open("rb") as file:
        return file.read(MAX_FILE + 1)
