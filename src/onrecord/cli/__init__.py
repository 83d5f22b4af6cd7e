"""The command line: arguments in, calls, messages out. The only room that prints.

Exit codes (docs/COMMANDS.md lists them too):

    0  done                                 6  the disk said no: full, read-only, not permitted
    1  an error that is our own mistake     7  a file of the archive is damaged
    2  the command's words make no sense    8  no such article
    3  onrecord.toml, or a rule, is wrong   9  done, but not all of it: a source failed …
    4  the folder is no archive             10 `verify` left damage
    5  another process writes to it         130 interrupted
"""

from __future__ import annotations

import os
import signal
import sys

from onrecord.cli import (  # noqa: F401  each adds its commands
    admitting,
    changing,
    checking,
    commands,
    comparing,
    copying,
    exporting,
    following,
    lending,
    opml,
    proving,
    reading,
    ruling,
    searching,
    serving,
    shrinking,
    signing,
)
from onrecord.cli.app import app
from onrecord.cli.terminal import complain
from onrecord.errors import OnRecordError, StorageError

INTERRUPTED = 130


def main() -> None:
    """Run the command and end with its exit code."""
    # A service that is stopped ends as one on which Ctrl-C was pressed: sealed, with nothing lost.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Run the command with *words*; return its exit code."""
    try:
        app(args=words, prog_name="onrecord")
    except SystemExit as end:
        if end.code == INTERRUPTED:
            complain("stopped; what was kept is kept")
        return end.code if isinstance(end.code, int) else 0
    except OnRecordError as error:
        complain(str(error))
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output has seen enough (`onrecord list | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        # A folder that can't be made, a list that can't be read: a person can see to it.
        complain(
            f"{error.filename or 'the disk'}: {error.strerror or error}; see to it and run the command again"
        )
        return StorageError.exit_code
    return 0
