"""What `status` says of what was learned: of which sites, since when, and which of them were made anew."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from onrecord.archive import Archive
from onrecord.cli.terminal import plural, say
from onrecord.extract import SiteMemory
from onrecord.learning import Learning


def learned_json(archive: Archive) -> list[dict[str, Any]]:
    """Return what is known of each site's pages, and what was known before, for `--json`."""
    return [_site(archive, site) for site in archive.state.sites()]


def say_learned(sites: list[dict[str, Any]]) -> None:
    """Print which sites were made anew."""
    for one in sites:
        if one["made_anew_at"]:
            say(
                f"{one['site']} has been made anew, as its pages show since {one['made_anew_at'][:10]}; what is known"
                f" of them was learned from {plural(one['pages'], 'article')} since then."
            )


def _site(archive: Archive, site: str) -> dict[str, Any]:
    text = archive.state.learning(site)
    learning = Learning.from_json(site, text) if text else None
    memories = archive.state.memories(site)
    known = SiteMemory.from_json(memories[-1].memory) if memories else None
    return {
        "site": site,
        "pages": learning.era.seen if learning else 0,
        "made_anew_at": _text(learning.remade_at) if learning else None,
        "furniture": len(known.furniture) if known else 0,
        "paths": {name: sorted(paths) for name, paths in known.paths.items()} if known else {},
        "memories": [
            {
                "number": one.number,
                "digest": one.digest,
                "since": _text(one.since),
                "until": _text(one.until),
                "pages": one.pages,
                "made_anew": one.is_remade,
            }
            for one in memories
        ],
    }


def _text(at: datetime | None) -> str | None:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None
