"""The lineage's job, whole: a feed is followed, and the folder of an hourly Git mirror comes out, byte for byte."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path

import pytest

from fetch_web import answer
from onrecord import legacy
from onrecord.archive import Archive
from onrecord.cli import run
from onrecord.model import Envelope
from rounds import FEED, Paper

SHARED = Path(__file__).parents[2] / "shared"
SEED = SHARED / "seed" / "article.md"
BUNDLE = SHARED / "legacy" / "history.bundle"

#: The lineage's fifth body dialect in small: a lead picture behind a proxy, a section, a foot.
BODY = (
    '<address>ADA MARSH</address><time pudate="2026-05-17 10:50:43" datetime="2026-05-17 10:50:43">2026年5月17日</time>'
    '<figure><img src="https://images.weserv.nl/?url=pictures.paper.example/pier.jpg" width="640" height="480">'
    "<figcaption>老桥的中墩。 <cite>Bo Ek</cite></figcaption></figure><section>"
    "<p>横跨河上的老桥周一傍晚关闭，此前在中墩上发现了一道裂缝。工程师说，裂缝自春天以来一直在扩大，没有人知道它有多深。</p>"
    "<p>渡轮将一直开到午夜，票价与过桥费相同。镇长说，修桥至少要到秋天，在那之前，大家得重新学会等船，也得重新学会聊天。</p>"
    "<p>老人们说，桥建成以前，人们就是这样过河的，也没有谁因此少见了谁。那时候两岸的孩子同在一所学校念书，冬天结冰，"
    "就踩着冰去上课；夏天涨水，先生就划船来接。桥修好的那一年，先生的船翻过来扣在院子里，做了鸡舍的屋顶。</p>"
    "<p>渡轮公司已经从下游借来第二条船。船长说，头一天来坐船的人比平时多了六倍，大多数人其实并不过河，只是想看看水。</p>"
    "<p>修桥的钱从哪里来，镇上还没有说定。三家木料场愿意先赊账，条件是桥栏杆上要刻它们的名字。</p></section>"
    "<footer><p>翻译：河口报</p></footer>"
)


def envelope(body: str = BODY, *, name: str = "lao-qiao-guan-bi", minute: int = 7) -> Envelope:
    """Return what a full-text feed gives for one article."""
    at = datetime(2026, 5, 17, 3, minute, 1, tzinfo=UTC)
    return Envelope(
        title="老桥关闭：中墩出现裂缝",
        url=f"http://paper.example/2026/{name}/",
        published_text=format_datetime(at),
        published_ms=int(at.timestamp() * 1000),
        body=body,
    )


def listing(*envelopes: Envelope) -> bytes:
    """Return the feed that gives *envelopes*, as the lineage's feeds did: the body in the description."""
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{escape(one.url)}</link>"
        f"<pubDate>{published(one)}</pubDate><description>{escape(one.body)}</description></item>"
        for one in envelopes
    )
    told = f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>河口报</title>{items}"
    return answer(f"{told}</channel></rss>".encode(), headers=["Content-Type: application/rss+xml"])


def published(one: Envelope) -> str:
    """Return an envelope's date as a feed prints it."""
    return format_datetime(datetime.fromtimestamp((one.published_ms or 0) / 1000, tz=UTC), usegmt=True)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper that lives in its feed alone, with one article."""
    made = Paper(tmp_path / "news")
    made.web.pages[FEED] = [listing(envelope())]
    return made


def exported(paper: Paper, dest: Path, *words: str) -> list[bytes]:
    """Export the paper's archive; return the article files, newest first."""
    assert run(["export", "legacy", str(dest), "--archive", str(paper.root), *words]) == 0
    return [path.read_bytes() for path in sorted(dest.glob("articles/*/*.md"))]


def test_a_file_comes_out_as_the_lineage_wrote_it(paper: Paper, tmp_path: Path) -> None:
    """Whoever reads such a mirror today must find every file as it was."""
    paper.round()
    assert exported(paper, tmp_path / "mirror") == [legacy.envelope_text(envelope()).encode()]


def test_it_comes_out_of_an_index_made_again(paper: Paper, tmp_path: Path) -> None:
    """It hangs on the files, not on a database."""
    paper.round()
    for place in paper.root.glob("*.sqlite*"):
        place.unlink()
    with Archive.open(paper.root, write=True) as archive:
        archive.rebuild()
    assert exported(paper, tmp_path / "mirror") == [legacy.envelope_text(envelope()).encode()]


def test_one_changed_word_changes_that_word_alone(paper: Paper, tmp_path: Path) -> None:
    """The lineage never wrote an article again: ours does, and touches nothing else."""
    paper.round()
    exported(paper, tmp_path / "mirror")
    edited = envelope(BODY.replace("秋天", "冬天"))
    paper.web.pages[FEED] = [listing(edited)]
    paper.round()
    assert exported(paper, tmp_path / "mirror") == [legacy.envelope_text(edited).encode()]


def test_a_late_item_gets_a_file_and_moves_no_other(paper: Paper, tmp_path: Path) -> None:
    """Names are stable for ever."""
    paper.round()
    before = exported(paper, tmp_path / "mirror")
    paper.web.pages[FEED] = [listing(envelope(), envelope(name="chi-dao-de-xin-wen", minute=1))]
    paper.round()
    assert exported(paper, tmp_path / "mirror")[1:] == before


@pytest.mark.parametrize(
    ("pictures", "src"),
    [
        ("proxy", b"https://images.weserv.nl/?url=pictures.paper.example/pier.jpg"),
        ("publisher", b"https://pictures.paper.example/pier.jpg"),
    ],
)
def test_the_setting_for_pictures_changes_the_src_alone(
    paper: Paper, tmp_path: Path, pictures: str, src: bytes
) -> None:
    """A reader behind a wall chooses where pictures come from."""
    paper.round()
    plain = legacy.envelope_text(envelope()).encode()
    wanted = plain.replace(b"https://images.weserv.nl/?url=pictures.paper.example/pier.jpg", src)
    assert exported(paper, tmp_path / "mirror", "--pictures", pictures) == [wanted]


def test_an_export_in_the_settings_is_a_step_of_every_round(
    paper: Paper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hourly job is one command."""
    paper.round()
    with (paper.root / "onrecord.toml").open("a") as file:
        file.write('[[export]]\nkind = "legacy"\ndest = "../mirror"\n')
    monkeypatch.setenv(
        "http_proxy", "http://127.0.0.1:9"
    )  # nobody answers: the round fails, the export is made
    run(["update", "--archive", str(paper.root)])
    assert len(list(tmp_path.glob("mirror/articles/*/*.md"))) == 1


def git(folder: Path, *words: str) -> str:
    """Run git in *folder*; return what it prints."""
    return subprocess.run(
        ["git", "-C", folder, *words], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_each_round_that_brought_something_is_a_commit_pushed(paper: Paper, tmp_path: Path) -> None:
    """Three rounds with news, three commits; a fourth without, none."""
    mirror, remote = tmp_path / "mirror", tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", remote], check=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", mirror], check=True)
    git(mirror, "remote", "add", "origin", str(remote))
    rounds = [
        listing(envelope()),
        listing(envelope(), envelope(name="di-er-tiao", minute=9)),
        listing(envelope(BODY.replace("秋天", "冬天")), envelope(name="di-er-tiao", minute=9)),
    ]
    for feed in [*rounds, rounds[-1]]:
        paper.web.pages[FEED] = [feed]
        paper.round()
        exported(paper, mirror, "--git")
    assert git(remote, "rev-list", "--count", "main") == "3"


@pytest.mark.skipif(not SEED.exists(), reason="needs ../shared/seed, which is not part of the project")
def test_the_seeds_file_comes_out_of_a_feed_that_gives_it(paper: Paper, tmp_path: Path) -> None:
    """The file that this project grew out of."""
    seed = legacy.parse(SEED.read_text("utf-8")).envelope
    assert seed
    paper.web.pages[FEED] = [listing(seed)]
    paper.round()
    assert exported(paper, tmp_path / "mirror") == [SEED.read_bytes()]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the lineage's own folder, as it was in July 2020."""
    if not BUNDLE.exists():
        pytest.skip("needs ../shared/legacy, which is not part of the project")
    folder = tmp_path_factory.mktemp("history") / "news"
    subprocess.run(["git", "clone", "--quiet", "-b", "main", BUNDLE, folder], check=True)
    return folder


@pytest.mark.parametrize("publication", ["纽约时报", "BBC", "德国之声", "法广", "美国之音"])
def test_files_of_other_publications_come_out_byte_for_byte(
    paper: Paper, tmp_path: Path, history: Path, publication: str
) -> None:
    """One dialect is no proof."""
    path = min((history / "articles" / publication).glob("*.md"))
    held = legacy.parse(path.read_bytes().decode("utf-8"))
    assert held.envelope
    paper.web.pages[FEED] = [listing(held.envelope)]
    paper.round()
    assert exported(paper, tmp_path / "mirror") == [path.read_bytes()]
