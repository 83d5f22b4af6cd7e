"""What `status` says of a source's lists: when they were read, where they moved, which are the same."""

from __future__ import annotations

from typing import Any

from onrecord.archive import Archive
from onrecord.gaps import LEAST_SHOWN
from onrecord.store import FeedRow


def followed_lists(archive: Archive) -> frozenset[str]:
    """Return the addresses of all lists that are followed."""
    return frozenset(
        url
        for source in archive.config.sources
        for url in (*source.feeds, *([source.home] if source.home and source.front_page else []))
    )


def list_json(archive: Archive, feed: FeedRow, followed: frozenset[str]) -> dict[str, Any]:
    """Return a list for `--json`; *followed*: those that may be the same."""
    twins = [twin for twin in archive.state.twins_of(feed, least=LEAST_SHOWN) if twin.url in followed]
    return {
        "url": feed.url,
        "entries": feed.entries,
        "checked_at": f"{feed.checked_at:%Y-%m-%dT%H:%M:%SZ}" if feed.checked_at else None,
        "reason": feed.reason,
        "moved_to": feed.moved_to,
        "gone_at": f"{feed.gone_at:%Y-%m-%dT%H:%M:%SZ}" if feed.gone_at else None,
        "hub": feed.hub_url,
        "same_as": [{"source": twin.source, "url": twin.url} for twin in twins],
    }


def list_told(one: dict[str, Any], *, known: str | None) -> list[str]:
    """Return what a person should know of a list, given as for `--json`; *known*: why its source failed, as told."""
    told = []
    if one["gone_at"]:
        what = f"gone for good since {one['gone_at'][:10]}, says its server; find another with `onrecord add`"
        told.append(f"list gone: {one['url']}\n    {what}, or take it out of onrecord.toml")
    elif one["reason"] and one["reason"] != known:
        told.append(f"list failed: {one['url']}\n    {one['reason']}")
    if one["moved_to"]:
        what = f"moved for good to {one['moved_to']}, and is read there; write that into onrecord.toml"
        told.append(f"list moved: {one['url']}\n    {what}")
    told += [
        f"list twice: {one['url']}\n    shows the same entries as {twin['url']} of {twin['source']};"
        " take one of them out of onrecord.toml"
        for twin in one["same_as"]
    ]
    return told
