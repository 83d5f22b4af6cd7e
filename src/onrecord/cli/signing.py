"""Commands for the key that signs an archive's ledger: key show, key export, key import, key rotate."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from onrecord import archive as archives
from onrecord import keys, private
from onrecord.archive import Archive
from onrecord.cli.app import ArchiveOption, JsonOption, app, opened
from onrecord.cli.terminal import say, say_json
from onrecord.errors import UsageError
from onrecord.keys import Keyring
from onrecord.pipeline.report import utc_now
from onrecord.store import HeldKey

key_commands = typer.Typer(
    help="Show, copy, bring and replace the key that signs an archive's ledger.",
    epilog="Example: onrecord key show",
    no_args_is_help=True,
)
app.add_typer(key_commands, name="key")


def _in_use(archive: Archive) -> HeldKey:
    held = archives.key_in_use(archive)
    if held is None:
        raise UsageError("this archive has no key yet; the next `onrecord update` makes one")
    return held


@key_commands.command(name="show", epilog="Example: onrecord key show")
def show_command(archive_dir: ArchiveOption = None, *, as_json: JsonOption = False) -> None:
    """Show the archive's keys, the fingerprint to make known, and what was signed last."""
    keyring = Keyring(os.environ)
    with opened(archive_dir) as archive:
        in_use, held = _in_use(archive), archive.catalog.keys()
        last, head = archive.catalog.last_signed(), archive.head
        is_here = keyring.find(in_use.id, archive=archive.root) is not None
    told: dict[str, Any] = {
        "key": in_use.id,
        "fingerprint": keys.fingerprint(in_use.public),
        "public": in_use.public,
        "since": f"{in_use.at:%Y-%m-%dT%H:%M:%SZ}",
        "file": str(keyring.place_of(in_use.id)) if is_here and keyring.given() is None else None,
        "is_here": is_here,
        "signed": {"line": last.seq, "at": f"{last.at:%Y-%m-%dT%H:%M:%SZ}"} if last else None,
        "lines_since": head.seq - (last.seq if last else 0),
        "former": [{"key": one.id, "since": f"{one.at:%Y-%m-%dT%H:%M:%SZ}"} for one in held[1:]],
    }
    if as_json:
        say_json(told)
        return
    say(f"key          {told['key']}, since {told['since'][:10]}")
    say(f"fingerprint  {told['fingerprint']}")
    say(f"private half {told['file'] or ('in $' + keys.VARIABLE if is_here else 'not on this machine')}")
    signed = f"line {last.seq} of {told['signed']['at']}" if last else "nothing yet"
    say(f"last signed  {signed}; {told['lines_since']} lines since")
    for one in told["former"]:
        say(f"former key   {one['key']}, since {one['since'][:10]}")


@key_commands.command(name="export", epilog="Example: onrecord key export ~/news-key.pem")
def export_command(
    file: Annotated[Path, typer.Argument(metavar="FILE|-", help="A new file; - prints it.")],
    archive_dir: ArchiveOption = None,
) -> None:
    """Copy the private key to a file that only you can read: for safe keeping, or for another machine."""
    with opened(archive_dir) as archive:
        root, held = archive.root, _in_use(archive)
    key = Keyring(os.environ).find(held.id, archive=root)
    if key is None:
        raise UsageError(f"the key {held.id} is not on this machine; it is where the archive was made")
    if str(file) == "-":
        sys.stdout.write(key.as_pem().decode())
        return
    if file.exists():
        raise UsageError(f"{file}: there is a file of this name; name a new one")
    if file.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{file}: this is in the archive, which may be passed on; name a place outside")
    private.write(file, key.as_pem())
    say(f"{file}: the key {key.id}. Whoever has it can sign in your name.")


@key_commands.command(name="import", epilog="Example: onrecord key import ~/news-key.pem")
def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `key export` wrote.")],
    archive_dir: ArchiveOption = None,
) -> None:
    """Bring the private key of an archive to this machine."""
    keyring = Keyring(os.environ)
    with opened(archive_dir) as archive:
        held, root = archive.catalog.keys(), archive.root
    data = private.read(file, what="key", most=keys.MAX_FILE, archive=root)
    key = keys.from_pem(data, str(file))
    if key.id not in {one.id for one in held}:
        known = ", ".join(one.id for one in held) or "none yet"
        raise UsageError(f"{file}: the key {key.id} is not one of this archive's ({known})")
    say(f"{keyring.keep(key)}: the key {key.id}; the next round signs with it.")


@key_commands.command(name="rotate", epilog="Example: onrecord key rotate")
def rotate_command(
    archive_dir: ArchiveOption = None,
    *,
    lost: Annotated[
        bool, typer.Option("--lost", metavar="", help="The old key is gone: nothing signs for the new one.")
    ] = False,
) -> None:
    """Put a new key in the old one's place; the old one signs for it."""
    keyring = Keyring(os.environ)
    with opened(archive_dir, write=True) as archive:
        fresh = archives.rotate(archive, keyring, now=utc_now(), is_lost=lost)
    say(f"The key is {fresh.id} from now on: {keyring.place_of(fresh.id)}")
    say(f"Make its fingerprint known: {keys.fingerprint(fresh.public)}")
    if lost:
        say("What the old key signed stays signed. Nothing ties the new one to it but your word.")
