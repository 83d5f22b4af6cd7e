"""The Google Reader API, as apps speak it; and newsboat, a real one."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Self

import apsw
import pytest

from onrecord.archive.layout import MARKS
from onrecord.config import SavedSearch, with_search
from onrecord.reader.items import id_of, number_of
from onrecord.store import Marks
from rounds import PARAGRAPHS, Paper
from served import PASSWORD, Clock
from wired import ADA, Wired, make_paper, wired

API = "/api/greader"
STATE = "user/-/state/com.google/"
SOURCE = "feed/paper.example"


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Give the paper, in a folder of the list."""
    made = make_paper(tmp_path_factory.mktemp("greader") / "news")
    settings = made.root / "onrecord.toml"
    told = f'{settings.read_text("utf-8")}title = "The Paper"\nfolder = ["News", "Harbour"]\n'
    settings.write_text(with_search(told, SavedSearch("Bells", "headline:bell OR headline:vault")), "utf-8")
    return made


@pytest.fixture
def wire(paper: Paper, tmp_path: Path) -> Iterator[Wired]:
    """Give the paper's reader, a day after its rounds, with nothing marked."""
    (paper.root / MARKS).unlink(missing_ok=True)
    clock = Clock()
    clock.passed = (paper.web.clock.now() - clock.now()).total_seconds() + 24 * 3600
    with wired(paper, tmp_path / "doors.sqlite", clock=clock) as one:
        yield one


def told(wire: Wired, path: str) -> Any:
    """Return what the API says."""
    answer = wire.get(f"{API}/reader/api/0/{path}")
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def post(wire: Wired, path: str, *form: tuple[str, str]) -> str:
    """Send a change, as apps do; return the answer."""
    headers = {"Authorization": f"GoogleLogin auth={ADA}/{wire.token}"}
    answer = wire.served.ask("POST", f"{API}/reader/api/0/{path}", headers=headers, form=list(form))
    assert answer.status == 200, answer.text
    return answer.text


def numbers(wire: Wired, query: str) -> list[int]:
    """Return the numbers of a stream's items."""
    return [int(one["id"]) for one in told(wire, f"stream/items/ids?{query}")["itemRefs"]]


def number(wire: Wired, words: str) -> int:
    """Return the number of the article whose headline has *words*."""
    return number_of(wire.held(words).id)


def long_id(wire: Wired, words: str) -> str:
    """Return the same in its long form."""
    return f"tag:google.com,2005:reader/item/{number(wire, words):016x}"


# ---------------------------------------------------------------- who


def test_an_app_logs_in_with_a_token(wire: Wired) -> None:
    """By the name and a token, as every app asks for."""
    form = {"Email": "Ada", "Passwd": wire.token, "service": "reader"}
    answer = wire.served.ask("POST", f"{API}/accounts/ClientLogin", form=form)
    auth = next(line for line in answer.text.splitlines() if line.startswith("Auth=")).removeprefix("Auth=")
    path = f"{API}/reader/api/0/user-info"
    assert wire.served.get(path, Authorization=f"GoogleLogin auth={auth}").status == 200


@pytest.mark.parametrize("secret", ["", PASSWORD, "a" * 32])
def test_an_app_without_a_token_is_told(wire: Wired, secret: str) -> None:
    """In the words that apps know."""
    answer = wire.served.ask("POST", f"{API}/accounts/ClientLogin", form={"Email": ADA, "Passwd": secret})
    assert (answer.status, answer.text) == (403, "Error=BadAuthentication\n")


# ---------------------------------------------------------------- what is followed


def test_what_is_followed_is_listed_with_its_folder(wire: Wired) -> None:
    """As it stands in the lists of feeds."""
    (one,) = told(wire, "subscription/list?output=json")["subscriptions"]
    assert (one["id"], one["title"], one["categories"]) == (
        SOURCE,
        "The Paper",
        [{"id": "user/-/label/News/Harbour", "label": "News/Harbour"}],
    )


def test_folders_are_tags(wire: Wired) -> None:
    """Apps make their tree of them."""
    assert {"id": "user/-/label/News/Harbour", "type": "folder"} in told(wire, "tag/list")["tags"]


def test_saved_searches_are_labels(wire: Wired) -> None:
    """What was searched once is read as a feed is."""
    assert {"id": "user/-/label/Bells", "type": "search"} in told(wire, "tag/list")["tags"]


def test_a_saved_search_is_marked_as_read(wire: Wired) -> None:
    """What it finds, and nothing else."""
    post(wire, "mark-all-as-read", ("s", "user/-/label/Bells"))
    assert len(numbers(wire, f"s={STATE}reading-list&xt={STATE}read")) == 2


def test_unread_is_counted(wire: Wired) -> None:
    """By source, by folder, in all."""
    post(wire, "edit-tag", ("i", str(number(wire, "Bell"))), ("a", f"{STATE}read"))
    counts = {one["id"]: one["count"] for one in told(wire, "unread-count?output=json")["unreadcounts"]}
    assert counts == {SOURCE: 3, "user/-/label/News/Harbour": 3, f"{STATE}reading-list": 3}


# ---------------------------------------------------------------- streams


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (f"s={STATE}reading-list", 4),
        (f"s={SOURCE}", 4),
        ("s=feed/nobody", 0),
        ("s=user/ada/label/News/Harbour", 4),
        ("s=user/-/label/Nothing", 0),
        ("s=user/-/label/Bells", 2),
        ("s=user/-/label/Bells&n=1", 1),
        (f"s=user/-/label/Bells&xt={STATE}read", 2),
        (f"s={STATE}starred", 0),
        (f"s={STATE}read", 0),
        (f"s={STATE}unheard-of", 0),
        (f"s={STATE}reading-list&xt={STATE}read", 4),
        (f"s={STATE}reading-list&n=2", 2),
        (f"s={STATE}reading-list&ot=99999999999", 0),
        (f"s={STATE}reading-list&nt=1", 0),
        (f"s={STATE}reading-list&n=rubbish&ot=rubbish", 4),
    ],
)
def test_a_stream_has_its_items(wire: Wired, query: str, count: int) -> None:
    """Whatever of it an app asks for."""
    assert len(numbers(wire, query)) == count


@pytest.mark.parametrize("order", ["", "&r=o"])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_stream_is_read_page_by_page(wire: Wired, order: str, size: int) -> None:
    """Each item once, in order, though all were kept in one second."""
    found: list[int] = []
    more = ""
    while True:
        page = told(wire, f"stream/items/ids?s={STATE}reading-list&n={size}{order}{more}")
        found += [int(one["id"]) for one in page["itemRefs"]]
        if "continuation" not in page:
            break
        more = f"&c={page['continuation']}"
    whole = numbers(wire, f"s={STATE}reading-list&n=100{order}")
    assert (found, len(set(found))) == (whole, 4)


def test_starred_items_are_read_page_by_page(wire: Wired) -> None:
    """The same holds for what was starred."""
    for words in ("Bell", "Bridge"):
        post(wire, "edit-tag", ("i", long_id(wire, words)), ("a", f"{STATE}starred"))
    first = told(wire, f"stream/items/ids?s={STATE}starred&n=1")
    rest = told(wire, f"stream/items/ids?s={STATE}starred&n=1&c={first['continuation']}")
    found = {int(one["id"]) for one in first["itemRefs"] + rest["itemRefs"]}
    assert (found, "continuation" in rest) == ({number(wire, "Bell"), number(wire, "Bridge")}, False)


def test_a_cursor_that_makes_no_sense_is_told(wire: Wired) -> None:
    """An app begins again."""
    assert wire.get(f"{API}/reader/api/0/stream/items/ids?s={STATE}reading-list&c=x").status == 400


def test_an_item_is_whole(wire: Wired) -> None:
    """Its text, who wrote it, where it stood, and in which folder it is."""
    found = told(wire, f"stream/items/contents?i={number(wire, 'Bell')}")["items"][0]
    assert (
        found["title"],
        found["author"],
        PARAGRAPHS[2] in found["summary"]["content"],
        found["origin"]["streamId"],
    ) == (
        "The Ferry Bell Rings Again",
        "Ada Marsh",
        True,
        SOURCE,
    )


@pytest.mark.parametrize("form", ["{0}", "tag:google.com,2005:reader/item/{0:016x}", "{0:016x}"])
def test_an_item_is_known_by_each_form_of_its_id(wire: Wired, form: str) -> None:
    """Apps use all three."""
    found = json.loads(post(wire, "stream/items/contents", ("i", form.format(number(wire, "Bell")))))
    assert [one["id"] for one in found["items"]] == [long_id(wire, "Bell")]


@pytest.mark.parametrize(
    "given", ["", "0", "-1", "9" * 19, "9" * 400, "x", "tag:google.com,2005:reader/item/zz"]
)
def test_an_item_that_is_none_is_passed_over(wire: Wired, given: str) -> None:
    """An app that remembers what was forgotten here gets the rest."""
    found = json.loads(post(wire, "stream/items/contents", ("i", given), ("i", str(number(wire, "Bell")))))
    assert len(found["items"]) == 1


def test_a_stream_is_given_whole(wire: Wired) -> None:
    """For apps that do not ask for ids first."""
    found = told(wire, f"stream/contents/{SOURCE.replace('/', '%2F')}?n=3")
    assert (len(found["items"]), "continuation" in found) == (3, True)


def test_what_is_old_is_not_unread(paper: Paper, tmp_path: Path) -> None:
    """An app that meets an archive of ten years does not show all of it as new."""
    clock = Clock()
    clock.passed = (paper.web.clock.now() - clock.now()).total_seconds() + 31 * 24 * 3600
    with wired(paper, tmp_path / "doors.sqlite", clock=clock) as one:
        states = told(one, f"stream/contents/{SOURCE}")["items"][0]["categories"]
        assert (told(one, "unread-count")["unreadcounts"], f"{STATE}read" in states) == ([], True)


@pytest.mark.parametrize("article_id", ["aaaaaaaaaaaa", "777777777777", "m5q2abcxyz37"])
def test_a_number_is_an_id(article_id: str) -> None:
    """There and back, within 64 bits."""
    assert (id_of(number_of(article_id)), number_of(article_id) < 1 << 63) == (article_id, True)


# ---------------------------------------------------------------- marks


@pytest.mark.parametrize(("tag", "stream"), [("read", "read"), ("starred", "starred")])
def test_a_tag_is_set_and_taken_back(wire: Wired, tag: str, stream: str) -> None:
    """As on the pages: it is one mark."""
    item = ("i", str(number(wire, "Bell")))
    post(wire, "edit-tag", item, ("a", f"{STATE}{tag}"), ("T", "x"))
    marked = numbers(wire, f"s={STATE}{stream}")
    post(wire, "edit-tag", item, ("r", f"{STATE}{tag}"))
    assert (marked, numbers(wire, f"s={STATE}{stream}")) == ([number(wire, "Bell")], [])


def test_kept_unread_is_unread(wire: Wired) -> None:
    """Some apps say it so."""
    item = ("i", str(number(wire, "Bell")))
    post(wire, "edit-tag", item, ("a", f"{STATE}read"))
    post(wire, "edit-tag", item, ("a", f"{STATE}kept-unread"))
    assert numbers(wire, f"s={STATE}read") == []


@pytest.mark.parametrize(
    "stream",
    [SOURCE, "user/-/label/News/Harbour", f"{STATE}reading-list", f"user/ada/{STATE[7:]}reading-list"],
)
def test_all_is_marked_as_read(wire: Wired, stream: str) -> None:
    """At one touch."""
    post(wire, "mark-all-as-read", ("s", stream))
    assert told(wire, "unread-count")["unreadcounts"] == []


def test_what_came_later_stays_unread(wire: Wired) -> None:
    """What was kept while one looked was not seen."""
    post(wire, "mark-all-as-read", ("s", SOURCE), ("ts", "1000000"))
    assert len(numbers(wire, f"s={SOURCE}&xt={STATE}read")) == 4


def test_a_mark_of_an_app_is_the_readers_own(wire: Wired) -> None:
    """What was read on the telephone is read in the browser."""
    post(wire, "edit-tag", ("i", str(number(wire, "Bell"))), ("a", f"{STATE}starred"))
    with closing(Marks(wire.paper.root / MARKS)) as marks:
        assert marks.starred_ids(ADA) == [wire.held("Bell").id]


# ---------------------------------------------------------------- a real client


class Terminal:
    """A program in a terminal of 120 columns: what it shows is waited for, keys are typed."""

    def __init__(self, words: list[str], home: Path) -> None:
        self._words = words
        self._env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TERM": "xterm", "LANG": "C.UTF-8"}

    def __enter__(self) -> Self:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self._process = subprocess.Popen(
            self._words, stdin=theirs, stdout=theirs, stderr=theirs, env=self._env, start_new_session=True
        )
        os.close(theirs)
        self._terminal = ours
        self._shown = ""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self._process.kill()
        self._drain()
        self._process.wait(30)
        os.close(self._terminal)

    def type(self, keys: str) -> None:
        """Type keys."""
        self._shown = ""
        os.write(self._terminal, keys.encode())

    def wait_for(self, words: str) -> None:
        """Wait until it shows *words*."""
        while words not in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\(B", "", self._shown):
            ready, _, _ = select.select([self._terminal], [], [], 30)
            assert ready, f"never shown: {words}; but {self._shown[-2000:]}"
            self._shown += os.read(self._terminal, 65_536).decode(errors="replace")

    def _drain(self) -> None:
        """Read what it still writes, until it ends."""
        with suppress(OSError):
            while os.read(self._terminal, 65_536):
                pass


@pytest.mark.skipif(shutil.which("newsboat") is None, reason="newsboat is not installed")
class TestNewsboat:
    """newsboat syncs over this API, with `urls-source "feedhq"`."""

    @pytest.fixture
    def home(self, tmp_path: Path, wire: Wired) -> Path:
        """Give newsboat's folder, set up for the reader."""
        (tmp_path / "config").write_text(
            f'urls-source "feedhq"\nfeedhq-url "{wire.served.address}{API}"\nfeedhq-login "{ADA}"\n'
            f'feedhq-password "{wire.token}"\nfeedhq-flag-star "s"\nfeedhq-min-items 100\nhttp-auth-method any\n',
            "utf-8",
        )
        (tmp_path / "urls").write_text("", "utf-8")
        return tmp_path

    def run(self, home: Path, *words: str) -> str:
        """Run newsboat; return what it says."""
        done = subprocess.run(
            ["newsboat", *self.files(home), *words],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={"HOME": str(home), "PATH": "/usr/bin:/bin", "TERM": "xterm"},
        )
        return done.stdout + done.stderr

    def files(self, home: Path) -> list[str]:
        """Return the words that name newsboat's files."""
        return ["-C", str(home / "config"), "-u", str(home / "urls"), "-c", str(home / "cache.db")]

    def items(self, home: Path) -> dict[str, int]:
        """Return newsboat's items: whether each is unread, by its title."""
        with closing(apsw.Connection(str(home / "cache.db"))) as cache:
            return dict(cache.execute("SELECT title, unread FROM rss_item"))

    def test_it_syncs_what_is_held(self, home: Path) -> None:
        """All articles, unread."""
        self.run(home, "-x", "reload")
        assert self.items(home)["The Ferry Bell Rings Again"] == 1

    def test_it_learns_what_was_read_elsewhere(self, home: Path, wire: Wired) -> None:
        """What was read in the browser is read there."""
        post(wire, "edit-tag", ("i", str(number(wire, "Bell"))), ("a", f"{STATE}read"))
        self.run(home, "-x", "reload")
        assert self.items(home)["The Ferry Bell Rings Again"] == 0

    def test_it_marks_what_is_read_and_starred_there(self, home: Path, wire: Wired) -> None:
        """Opened in a terminal and given the flag for a star, it is so in the browser too."""
        self.run(home, "-x", "reload")
        with Terminal(["newsboat", "-q", *self.files(home)], home) as terminal:
            for words, keys in (
                ("Your feeds", "/Bell\r"),  # search
                ("Search results", "\r"),  # open the first
                ("Feed: The Paper", "\x05"),  # Ctrl-E
                ("Flags:", "s\r"),
                ("updated", "Q"),
            ):
                terminal.wait_for(words)
                terminal.type(keys)
        with closing(Marks(wire.paper.root / MARKS)) as marks:
            assert (marks.read_ids(ADA), marks.starred_ids(ADA)) == (
                {wire.held("Bell").id},
                [wire.held("Bell").id],
            )
