"""pywb, which shares no code with us but warcio, as a judge of our captures.

It lives in an environment of its own (`make test` makes it): it patches the standard library, and brings a
package that takes the name of one of ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

_ASK = """
import sys, warnings
warnings.simplefilter("ignore")
from pywb.apps.frontendapp import FrontEndApp
from werkzeug.test import Client
index, archive, path = sys.argv[1:]
client = Client(FrontEndApp(config_file=None, custom_config={
    "debug": True, "collections": {"kept": {"index_paths": index, "archive_paths": archive}},
}))
answer = client.get(path)
with open("answer", "wb") as stream:
    stream.write(answer.status_code.to_bytes(2, "big") + answer.get_data())
"""


@cache
def _python() -> str | None:
    """Return the Python that has pywb: $ONRECORD_REPLAY, the one that make made, or this one."""
    made = ROOT / ".venv" / "replay" / "bin" / "python"
    for python in (os.environ.get("ONRECORD_REPLAY"), str(made), sys.executable):
        if python and Path(python).exists():
            found = subprocess.run(
                [python, "-W", "ignore", "-c", "import pywb"], capture_output=True, check=False
            )
            if found.returncode == 0:
                return python
    return None


def pywb_python() -> str:
    """Return the Python that has pywb, or skip the test."""
    python = _python()
    if python is None:
        pytest.skip("pywb is not installed; `make test` puts it beside")
    return python


def replay(folder: Path, *, index: Path, archive: Path, path: str) -> tuple[int, bytes]:
    """Return the status and body with which pywb answers *path*, from an index and the folder of its segments."""
    command = [pywb_python(), "-c", _ASK, str(index), f"{archive}/", path]
    subprocess.run(command, capture_output=True, check=True, cwd=folder)
    answer = (folder / "answer").read_bytes()
    return int.from_bytes(answer[:2], "big"), answer[2:]


def ask_pywb(code: str, *words: str) -> str:
    """Run *code* where pywb is; return what it prints."""
    command = [pywb_python(), "-W", "ignore", "-c", code, *words]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def keys_by_pywb(urls: list[str]) -> list[str]:
    """Return the keys under which pywb looks addresses up."""
    code = (
        "import json,sys;from pywb.utils.canonicalize import canonicalize;"
        "print(json.dumps([canonicalize(url) for url in json.loads(sys.argv[1])]))"
    )
    found: list[str] = json.loads(ask_pywb(code, json.dumps(urls)))
    return found
