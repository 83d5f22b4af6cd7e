"""Commands for who may read from elsewhere: user add, list, password, remove; token add, list, remove."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from onrecord.cli.app import ArchiveOption, JsonOption, app, opened
from onrecord.cli.terminal import plural, say, say_json
from onrecord.doors import LEAST, Doors, Role, place_of
from onrecord.doors.tokens import scopes_from
from onrecord.errors import UsageError
from onrecord.pipeline.report import utc_now

user_commands = typer.Typer(
    help="Say who may read the archive from another machine, or log in at this one.",
    epilog="Example: onrecord user add ada",
    no_args_is_help=True,
)
token_commands = typer.Typer(
    help="Give apps a password of their own, which can be taken back.",
    epilog='Example: onrecord token add ada "Ada\'s telephone"',
    no_args_is_help=True,
)
app.add_typer(user_commands, name="user")
app.add_typer(token_commands, name="token")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")]
#: Characters of a password that are read from a pipe.
_MOST_READ = 4_096


@contextmanager
def _doors(archive_dir: object) -> Iterator[Doors]:
    with opened(archive_dir) as archive:  # type: ignore[arg-type]
        origin = archive.origin()
    doors = Doors(place_of(origin, os.environ))
    try:
        yield doors
    finally:
        doors.close()


def _password(name: str) -> str:
    """Return a new password: asked for twice on a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        asked = f"A password for {name}, of at least {LEAST} characters"
        return str(typer.prompt(asked, hide_input=True, confirmation_prompt="The same once more", err=True))
    given = sys.stdin.readline(_MOST_READ).rstrip("\r\n")
    if not given:
        raise UsageError("no password came: type it on a terminal, or give it as a line of standard input")
    return given


@user_commands.command(name="add", epilog="Example: onrecord user add ada --role editor")
def add_command(
    name: NameArgument,
    archive_dir: ArchiveOption = None,
    *,
    role: Annotated[
        str, typer.Option(metavar="reader|editor", help="An editor may also follow publications.")
    ] = "reader",
) -> None:
    """Make a user; the password is asked for, or read from standard input. From then on everybody logs in."""
    if role not in {Role.READER, Role.EDITOR}:
        raise UsageError(f"--role {role}: reader or editor")
    with _doors(archive_dir) as doors:
        is_first = not doors.has_users()
        made = doors.add(name, _password(name), role=Role(role), now=utc_now())
    say(f"{made}: a new {role}")
    if is_first:
        say("From now on the reader asks everybody for a password, at this machine too.")


@user_commands.command(name="list", epilog="Example: onrecord user list")
def list_command(archive_dir: ArchiveOption = None, *, as_json: JsonOption = False) -> None:
    """List the users."""
    with _doors(archive_dir) as doors:
        users = doors.users()
    if as_json:
        rows = [
            {"name": one.name, "role": one.role, "made_at": one.made_at.isoformat(), "tokens": one.tokens}
            for one in users
        ]
        say_json(rows)
        return
    for one in users:
        say(f"{one.name}: {one.role}, since {one.made_at:%Y-%m-%d}, {plural(one.tokens, 'token')}")
    if not users:
        say("no user has been made: the reader answers whoever sits at this machine, and nobody else")


@user_commands.command(name="password", epilog="Example: onrecord user password ada")
def password_command(name: NameArgument, archive_dir: ArchiveOption = None) -> None:
    """Give a user a new password; all sessions and tokens end."""
    with _doors(archive_dir) as doors:
        if doors.kept_password(name)[1] is None:
            raise UsageError(f"{name}: no user of this name; `onrecord user list` shows who there is")
        changed = doors.set_password(name, _password(name))
    say(f"{changed}: the password is new; what was logged in, apps too, must log in again")


@user_commands.command(name="remove", epilog="Example: onrecord user remove ada")
def remove_command(name: NameArgument, archive_dir: ArchiveOption = None) -> None:
    """Remove a user, with all sessions and tokens. What they marked stays in the archive's folder."""
    with _doors(archive_dir) as doors:
        removed = doors.remove(name)
        is_last = not doors.has_users()
    say(f"{removed}: removed")
    if is_last:
        say("There is no user any more: the reader answers whoever sits at this machine, and nobody else.")


@token_commands.command(name="add", epilog='Example: onrecord token add ada "Ada\'s telephone"')
def add_token_command(
    user: Annotated[str, typer.Argument(metavar="USER", help="Whose token it is.")],
    app_name: Annotated[str, typer.Argument(metavar="APP", help="What the app is called.")],
    archive_dir: ArchiveOption = None,
    *,
    scope: Annotated[
        str, typer.Option(metavar="SCOPE,…", help="What it may do: read, mark, edit; no more than its user.")
    ] = "read,mark",
) -> None:
    """Make a token: a password for one app. It is printed once, and not kept."""
    with _doors(archive_dir) as doors:
        secret = doors.add_token(user, app_name, scopes_from(scope.split(",")), now=utc_now())
    say(secret)


@token_commands.command(name="list", epilog="Example: onrecord token list")
def list_tokens_command(archive_dir: ArchiveOption = None, *, as_json: JsonOption = False) -> None:
    """List the tokens, never their secrets."""
    with _doors(archive_dir) as doors:
        tokens = doors.tokens()
    if as_json:
        rows = [
            {
                "user": one.user,
                "app": one.name,
                "scopes": sorted(one.scopes),
                "made_at": one.made_at.isoformat(),
                "used_at": one.used_at.isoformat() if one.used_at else None,
            }
            for one in tokens
        ]
        say_json(rows)
        return
    for one in tokens:
        used = f"last used {one.used_at:%Y-%m-%d}" if one.used_at else "not used yet"
        say(f"{one.user}: {one.name}: {', '.join(sorted(one.scopes))}; made {one.made_at:%Y-%m-%d}, {used}")
    if not tokens:
        say("no token has been made")


@token_commands.command(name="remove", epilog='Example: onrecord token remove ada "Ada\'s telephone"')
def remove_token_command(
    user: Annotated[str, typer.Argument(metavar="USER", help="Whose token it is.")],
    app_name: Annotated[str, typer.Argument(metavar="APP", help="As `token list` names it.")],
    archive_dir: ArchiveOption = None,
) -> None:
    """Take a token back: the app that has it can do nothing any more."""
    with _doors(archive_dir) as doors:
        doors.remove_token(user, app_name)
    say(f"{app_name}: taken back")
