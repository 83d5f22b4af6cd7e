"""What `status` says of courtesy: what each host was asked, and how often for nothing."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from onrecord.archive import Archive
from onrecord.cli.terminal import printed, say
from onrecord.text import size_told

#: Hosts that are printed before the rest is counted; `--json` has them all.
HOSTS_SHOWN = 50


def courtesy_json(archive: Archive) -> list[dict[str, Any]]:
    """Return what each host was asked, for `--json`, the most asked first."""
    return [
        {"host": host, "since": first, "until": last, **figures}
        for host, first, last, figures in archive.state.asked()
    ]


def say_courtesy(hosts: list[dict[str, Any]]) -> None:
    """Print what each host was asked."""
    if not hosts:
        say("No server has been asked yet; `onrecord update` runs a round.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("host", overflow="fold")
    for name in ("requests", "bytes", "unchanged", "failed", "told to\nwait", "robots.txt\nforbids"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in hosts[:HOSTS_SHOWN]:
        table.add_row(*_columns(one))
    figures = {
        name: sum(one[name] for one in hosts) for name in hosts[0] if name not in {"host", "since", "until"}
    }
    table.add_row(*_columns({"host": "all", **figures}), style="bold")
    printed.print(table, soft_wrap=False)
    if len(hosts) > HOSTS_SHOWN:
        say(f"and {len(hosts) - HOSTS_SHOWN} more hosts: `onrecord status --courtesy --json` has them all")
    say(f"Since {min(one['since'] for one in hosts)}; robots.txt and what was asked while adding included.")


def _columns(one: dict[str, Any]) -> tuple[str, ...]:
    asked = one["allowed"] + one["disallowed"]
    return (
        one["host"],
        str(one["requests"]),
        size_told(one["bytes"]),
        _share(one["not_modified"], one["requests"]),
        str(one["failures"]),
        str(one["postponed"]),
        f"{one['disallowed']} of {asked}",
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"
