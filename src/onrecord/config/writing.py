"""Writing into onrecord.toml: sources that were found, searches that are saved; a person's words stay byte for byte.

Pure: text in, text out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any
from urllib.parse import unquote

import tomlkit
from tomlkit.exceptions import TOMLKitError

from onrecord.config.serving import SavedSearch
from onrecord.config.settings import (
    MAX_SOURCE_ID,
    SECTIONS,
    SourceConfig,
    Wrong,
    parse,
    quoted,
)
from onrecord.errors import ConfigError
from onrecord.model import SourceId
from onrecord.text import fold_space
from onrecord.urls import file_stem, host_of


def with_source(text: str, source: SourceConfig) -> str:
    """Return *text* with *source* in it; the person's own words and comments stay byte for byte.

    What a person wrote of a source stands; feeds that are not among its feeds are added to them. If there
    is nothing to add, *text* comes back as it is.

    Raises:
        ConfigError: *text* can't be used as it is, or the source can't stand in it.
    """
    config = parse(text, "onrecord.toml")
    held = next((each for each in config.sources if each.id == source.id), None)
    if held is None:
        changed = _appended(text, source)
    else:
        fresh = [feed for feed in source.feeds if feed not in held.feeds]
        changed = _with_feeds(text, source.id, fresh) if fresh else text
    if changed != text:
        parse(changed, "onrecord.toml")
    return changed


def with_sources(text: str, sources: Sequence[SourceConfig]) -> str:
    """Return *text* with *sources*, none of which is in it yet: as `with_source`, in one pass.

    Raises:
        ConfigError: *text* can't be used as it is, or one of the sources can't stand in it.
    """
    parse(text, "onrecord.toml")
    changed = _appended(text, *sources)
    parse(changed, "onrecord.toml")
    return changed


def with_search(text: str, search: SavedSearch) -> str:
    """Return *text* with *search* in it, in place of the one of its name.

    Raises:
        ConfigError: *text* can't be used as it is, or the search can't stand in it.
    """
    config = parse(text, "onrecord.toml")
    if search in config.searches:
        return text
    if not config.searches and not re.search(r"(?m)^\s*\[?\s*searches\b", text):
        newline = "\r\n" if "\r\n" in text else "\n"
        gap = "" if not text else newline if text.endswith("\n") else newline * 2
        line = f"{tomlkit.string(search.name).as_string()} = {tomlkit.string(search.query).as_string()}"
        changed = f"{text}{gap}[searches]{newline}{line}{newline}"
    else:
        changed = _edited_searches(text, lambda table: table.update({search.name: search.query}))
    parse(changed, "onrecord.toml")
    return changed


def without_search(text: str, name: str) -> str:
    """Return *text* without the search of this name.

    Raises:
        ConfigError: *text* can't be used as it is.
    """
    config = parse(text, "onrecord.toml")
    if all(one.name != name for one in config.searches):
        return text
    return _edited_searches(text, lambda table: table.pop(name))


def _edited_searches(text: str, edit: Callable[[Any], object]) -> str:
    try:
        document = tomlkit.parse(text)
        if "searches" not in document:
            document.add("searches", tomlkit.table())
        edit(document["searches"])
        return tomlkit.dumps(document)
    except (TOMLKitError, AttributeError, KeyError, TypeError) as error:
        what = "edit it by hand, the file is written in a way that can't be edited here"
        raise ConfigError("onrecord.toml", [("searches", what)]) from error


def _appended(text: str, *sources: SourceConfig) -> str:
    """New tables at the end are TOML whatever stands before them, and touch none of that."""
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text else newline if text.endswith("\n") else newline * 2
    tables = "\n".join(f"{_table(source)}\n" for source in sources)
    return text + gap + tables.replace("\n", newline)


_DEFAULTS = {("full_text", "auto"), ("enclosures", "list")}


def _table(source: SourceConfig) -> str:
    table = tomlkit.table()
    for key, (read, _) in SECTIONS["sources.*"].items():
        value = getattr(source, key)
        if value is None or value is False or value == () or (key, value) in _DEFAULTS:
            continue
        # A page's title and language are strangers' words: what can't stand here is left out.
        tidy = fold_space(value) if isinstance(value, str) else value
        if not isinstance(read(list(tidy) if isinstance(tidy, tuple) else tidy), Wrong):
            table.add(key, _item(tidy))
    return f"[sources.{tomlkit.string(source.id).as_string()}]\n{table.as_string()}".rstrip("\n")


def _item(value: object) -> Any:
    if not isinstance(value, tuple):
        return tomlkit.item(value)
    array = tomlkit.array()
    array.extend(value)
    return array.multiline(multiline=len(value) > 1)


def _with_feeds(text: str, source_id: str, fresh: list[str]) -> str:
    try:
        document = tomlkit.parse(text)
        table: Any = document["sources"]
        if "feeds" not in table[source_id]:
            table[source_id]["feeds"] = _item(tuple(fresh))
        else:
            feeds = table[source_id]["feeds"]
            is_spread = "\n" in feeds.as_string()
            for feed in fresh:
                if is_spread:
                    feeds.add_line(feed)
                else:
                    feeds.append(feed)
        return tomlkit.dumps(document)
    except (TOMLKitError, AttributeError, KeyError, TypeError) as error:
        what = (
            f"add these by hand, the file is written in a way that can't be edited here: {', '.join(fresh)}"
        )
        raise ConfigError("onrecord.toml", [(f"sources.{quoted(source_id)}.feeds", what)]) from error


def source_id_for(url: str, taken: Collection[str]) -> SourceId:
    """Return a name for the source at *url*, a legal folder name that is not among *taken* by any case.

    The host without "www."; where that is taken, with the path's words behind it, then with a number.
    """
    host = host_of(url).removeprefix("www.").strip("[]").replace(":", "-") or "source"
    path = url.partition("://")[2].partition("/")[2].partition("?")[0].partition("#")[0]
    words = [file_stem(unquote(part, errors="ignore"), limit_bytes=24) for part in path.split("/") if part]
    folded = {name.casefold() for name in taken}
    base = _legal(host)
    for candidate in (base, _legal("-".join([host, *words[:3]]))):
        if candidate.casefold() not in folded:
            return SourceId(candidate)
    number = next(
        number for number in range(2, len(folded) + 3) if f"{base}-{number}".casefold() not in folded
    )
    return SourceId(f"{base}-{number}")


def _legal(name: str) -> str:
    parts = [file_stem(part, limit_bytes=64) for part in name.split(".") if part]
    return ".".join(parts).encode("utf-8")[: MAX_SOURCE_ID - 8].decode("utf-8", "ignore").rstrip(".-")
