"""Proofs: a stranger can check what the archive held and since when, and no byte of it can be changed unseen."""

from __future__ import annotations

import ast
import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from documents import AT, document, exchange
from onrecord import archive as archives
from onrecord import keys, ledger
from onrecord.archive import Archive, Step, rotate, sign_head
from onrecord.errors import FormatError, UsageError
from onrecord.keys import Keyring
from onrecord.ledger import Event, Head
from onrecord.model import Capture, KeptPicture
from onrecord.proof import Proof, check, prove
from onrecord.render import document as documents

CHECKER = Path(check.__file__)
PATH = "articles/paper.example/2026/05/17-bridge.md"
FIRST = "articles/paper.example/2026/05/17-bridge.r1.md"
PICTURE = b"\xff\xd8\xff picture"
PICTURE_PATH = archives.picture_path(ledger.digest_of(PICTURE), "jpg")

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    """Return a person's keys."""
    return Keyring({"XDG_CONFIG_HOME": str(tmp_path_factory.mktemp("config"))})


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, keyring: Keyring) -> Path:
    """Return an archive of two articles, one of them revised on the next day, signed on both."""
    folder = tmp_path_factory.mktemp("news") / "news"
    archives.create(folder, now=AT)
    with Archive.open(folder, write=True) as archive:
        keep(archive, "bridge", 1, "The bridge is shut.", PATH)
        keep(archive, "tower", 1, "The tower leans.", "articles/paper.example/2026/05/17-tower.md")
        archive.seal(now=AT)
        sign_head(archive, keyring, now=AT)
        keep(archive, "bridge", 2, "The bridge is open.", PATH, day=1)
        archive.seal(now=AT + timedelta(days=1))
    return folder


def keep(archive: Archive, name: str, number: int, words: str, path: str, *, day: int = 0) -> None:
    """Keep a revision with its capture and a picture."""
    capture = archive.capture(exchange(f"https://paper.example/{name}", f"<p>{words}</p>".encode()))
    picture = KeptPicture(
        url="https://paper.example/p.jpg", path=PICTURE_PATH, digest=ledger.digest_of(PICTURE)
    )
    ordinal = 1 if name == "bridge" else 2
    doc = document(name, words, revision=number, number=ordinal, pictures={picture.url: picture})
    files = [(path, documents.write(doc).encode())]
    data = {"id": doc.id, "revision": number, "document": path, "url": doc.revision.article.canonical_url}
    if number > 1:
        files.insert(0, (FIRST, archive.files.read(path)))
        data["superseded"] = FIRST
    else:
        files.append((PICTURE_PATH, PICTURE))
    event = Event.REVISED if number > 1 else Event.CAPTURED
    step = Step(event=event, data={**data, "record": record(capture)}, files=tuple(files), document=doc)
    archive.commit([step], now=AT + timedelta(days=day))


def record(capture: Capture) -> dict[str, object]:
    """Return how a ledger line names a capture."""
    ref = capture.record
    told = {"id": capture.record_id, "path": ref.path, "offset": ref.offset, "length": ref.length}
    return {**told, "digest": capture.payload_digest, "media_type": capture.media_type}


@pytest.fixture(scope="module")
def proof(root: Path, keyring: Keyring) -> Proof:
    """Return the proof of the article that was revised."""
    return proved(root, keyring)


def proved(root: Path, keyring: Keyring) -> Proof:
    """Make a proof of the bridge."""
    with Archive.open(root, write=True) as archive:
        held = archive.catalog.find("https://paper.example/bridge")
        assert held is not None
        return prove(archive, held, keyring, now=AT + timedelta(days=1))


def resigned(files: Files, key: keys.Key) -> bytes:
    """Return a proof of *files* as the owner of *key* would sign it: only what lies below is left to convict it."""
    claims = json.loads(files["proof.json"])
    inner = {name: body for name, body in files.items() if name not in {"proof.json", "proof.sig"}}
    claims["digests"] = {name: check.digest_of(body) for name, body in inner.items()}
    claims["key"] = key.id
    body = json.dumps(claims).encode()
    signed = key.sign(b"onrecord proof 1\n" + check.digest_of(body).encode())
    return check.pack({**inner, "proof.json": body, "proof.sig": f"{signed}\n".encode()})


def owner(root: Path, keyring: Keyring) -> keys.Key:
    """Return the archive's key."""
    with Archive.open(root) as archive:
        found = keyring.find(archive.catalog.keys()[0].id)
    assert found is not None
    return found


# ---------------------------------------------------------------- what holds


def test_a_proof_holds(proof: Proof) -> None:
    """What was made is believed."""
    assert any(line.startswith(PATH) for line in check.check(proof.data))


def test_each_revision_is_signed_for_on_its_own_day(proof: Proof) -> None:
    """That it said so before the edit is what a journalist has to prove."""
    told = {line.partition(":")[0]: line for line in check.check(proof.data)}
    assert told[FIRST].endswith("signed for at 2026-05-17T10:00:00Z")
    assert told[PATH].endswith("signed for at 2026-05-18T10:00:00Z")


def test_captures_pictures_and_documents_are_in_it(proof: Proof) -> None:
    """The page's own bytes are what the document is measured by."""
    assert (proof.files, proof.captures) == (3, 2)


def test_other_articles_files_are_not_in_it(proof: Proof) -> None:
    """A proof may be handed to a court; the rest of the archive is not its business."""
    assert not [name for name in check.unpack(proof.data) if "tower" in name]


def test_the_same_proof_has_the_same_bytes(root: Path, keyring: Keyring, proof: Proof) -> None:
    """Two copies can be compared."""
    assert proved(root, keyring).data == proof.data


def test_the_checker_needs_the_standard_library_and_one_package() -> None:
    """A stranger reads it before running it."""
    tree = ast.parse(CHECKER.read_text("utf-8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in found} - set(sys.stdlib_module_names) == {"cryptography"}


def test_the_checker_that_lies_in_a_proof_says_that_it_holds(proof: Proof, tmp_path: Path) -> None:
    """With nothing of On Record around."""
    (tmp_path / "check.py").write_bytes(check.unpack(proof.data)["check.py"])
    done = checked(proof.data, tmp_path, tmp_path / "check.py")
    assert done.returncode == 0, done.stdout
    assert "HOLDS" in done.stdout.splitlines()[-1]


def checked(data: bytes, folder: Path, checker: Path = CHECKER) -> subprocess.CompletedProcess[str]:
    """Run the checker as a stranger does."""
    (folder / "one.proof.zip").write_bytes(data)
    words = [sys.executable, "-I", str(checker), str(folder / "one.proof.zip")]
    return subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False)


def test_after_a_rotation_what_the_old_key_signed_holds(tmp_path: Path, keyring: Keyring) -> None:
    """A key that is changed as a habit takes nothing away."""
    archives.create(tmp_path / "news", now=AT)
    with Archive.open(tmp_path / "news", write=True) as archive:
        keep(archive, "bridge", 1, "The bridge is shut.", PATH)
        archive.seal(now=AT)
        sign_head(archive, keyring, now=AT)
        rotate(archive, keyring, now=AT, is_lost=False)
    assert check.check(proved(tmp_path / "news", keyring).data)


def test_after_a_loss_the_checker_says_that_a_word_is_all_there_is(tmp_path: Path, keyring: Keyring) -> None:
    """A new key that says it follows a lost one may be anybody's."""
    archives.create(tmp_path / "news", now=AT)
    with Archive.open(tmp_path / "news", write=True) as archive:
        keep(archive, "bridge", 1, "The bridge is shut.", PATH)
        archive.seal(now=AT)
        sign_head(archive, keyring, now=AT)
        keyring.place_of(archive.catalog.keys()[0].id).unlink()
        rotate(archive, keyring, now=AT, is_lost=True)
    assert any(
        "only its owner's word" in line for line in check.check(proved(tmp_path / "news", keyring).data)
    )


# ---------------------------------------------------------------- what does not


@pytest.mark.parametrize("seed", range(4))
def test_a_byte_that_was_changed_is_noticed(proof: Proof, seed: int) -> None:
    """Any byte: of a picture, of README.txt, of the ZIP file's own dates."""
    chance = random.Random(seed)  # noqa: S311  it keeps no secret
    for at in chance.sample(range(len(proof.data)), 100):
        flipped = bytearray(proof.data)
        flipped[at] ^= 1 << chance.randrange(8)
        with pytest.raises(check.Failed):
            check.check(bytes(flipped))


def test_a_changed_proof_ends_with_1_and_a_reason(proof: Proof, tmp_path: Path) -> None:
    """A script and a person are both told."""
    files = check.unpack(proof.data)
    done = checked(check.pack({**files, f"files/{PATH}": b"The bridge never shut."}), tmp_path)
    assert (done.returncode, done.stdout.startswith(f"DOES NOT HOLD: files/{PATH}")) == (1, True)


@pytest.mark.parametrize("data", [b"", b"rubbish", b"PK\x03\x04" + bytes(100)])
def test_rubbish_is_no_proof(data: bytes) -> None:
    """It is said, not thrown."""
    with pytest.raises(check.Failed):
        check.check(data)


def test_another_key_than_the_one_named_is_noticed(proof: Proof) -> None:
    """Anybody can make an archive and a key."""
    with pytest.raises(check.Failed, match="another key than you named"):
        check.check(proof.data, keys.fingerprint(keys.make().public))


def test_a_few_letters_of_a_fingerprint_name_no_key(proof: Proof) -> None:
    """A key that begins with the same four is made in a second."""
    with pytest.raises(check.Failed, match="another key than you named"):
        check.check(proof.data, proof.fingerprint[:4])


def without_a_line(raw: bytes) -> bytes:
    """Take the second line out."""
    rows = raw.splitlines(keepends=True)
    return b"".join([rows[0], *rows[2:]])


def with_two_lines_swapped(raw: bytes) -> bytes:
    """Swap the first two lines."""
    rows = raw.splitlines(keepends=True)
    return b"".join([rows[1], rows[0], *rows[2:]])


def without_its_signature(raw: bytes) -> bytes:
    """Cut the ledger before its signed line."""
    return b"".join(raw.splitlines(keepends=True)[:-1])


def with_a_forged_head(raw: bytes) -> bytes:
    """Sign the last line anew, with another key under the name of the archive's."""
    rows = raw.splitlines(keepends=True)
    last = json.loads(rows[-1])
    before = Head(last["seq"] - 1, last["prev"])
    words = ledger.statement(last["archive"], before, AT)
    data = {"key": last["key"], "archive": last["archive"], "signature": keys.make().sign(words)}
    return b"".join([*rows[:-1], ledger.write(Event.SIGNED, data, head=before, at=AT)[1]])


def with_another_date(raw: bytes) -> bytes:
    """Let the signed line say that it was signed ten years before."""
    rows = raw.splitlines(keepends=True)
    last = json.loads(rows[-1])
    data = {name: last[name] for name in ("key", "archive", "signature")}
    before = Head(last["seq"] - 1, last["prev"])
    earlier = AT - timedelta(days=3650)
    return b"".join([*rows[:-1], ledger.write(Event.SIGNED, data, head=before, at=earlier)[1]])


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (without_a_line, "does not follow the line before"),
        (with_two_lines_swapped, "does not follow the line before"),
        (without_its_signature, "does not end with a signed line"),
        (with_a_forged_head, "not that of this key"),
        (with_another_date, "not that of this key"),
    ],
)
def test_a_forged_ledger_does_not_hold_though_the_rest_is_signed(
    root: Path, keyring: Keyring, proof: Proof, forge: Callable[[bytes], bytes], reason: str
) -> None:
    """Even the owner can't tell it otherwise than it was signed."""
    files = check.unpack(proof.data)
    name = json.loads(files["proof.json"])["runs"][0]
    with pytest.raises(check.Failed, match=reason):
        check.check(resigned({**files, name: forge(files[name])}, owner(root, keyring)))


def test_a_document_that_no_line_names_does_not_hold(root: Path, keyring: Keyring, proof: Proof) -> None:
    """What is claimed must stand in the ledger."""
    files = check.unpack(proof.data) | {f"files/{PATH}": b"The bridge never shut."}
    with pytest.raises(check.Failed, match="does not say that these bytes were kept"):
        check.check(resigned(files, owner(root, keyring)))


def test_a_capture_of_another_page_does_not_hold(root: Path, keyring: Keyring, proof: Proof) -> None:
    """The payload is what the ledger names, not the record."""
    files = check.unpack(proof.data)
    files["captures/r1.warc.gz"] = files["captures/r2.warc.gz"]
    with pytest.raises(check.Failed, match="not the payload"):
        check.check(resigned(files, owner(root, keyring)))


def test_a_strangers_key_signs_no_proof_of_this_archive(proof: Proof) -> None:
    """Whoever has a copy of the archive, but not the key, can't speak for it."""
    with pytest.raises(check.Failed, match="not among the archive's"):
        check.check(resigned(check.unpack(proof.data), keys.make()))


# ---------------------------------------------------------------- what is not made


def test_without_the_key_there_is_no_proof(root: Path, tmp_path: Path) -> None:
    """The message says how to get it."""
    with pytest.raises(UsageError, match="no proof was made"):
        proved(root, Keyring({"XDG_CONFIG_HOME": str(tmp_path)}))


def test_what_is_damaged_is_not_proved(tmp_path: Path, keyring: Keyring) -> None:
    """A proof that does not hold would harm its owner."""
    archives.create(tmp_path / "news", now=AT)
    with Archive.open(tmp_path / "news", write=True) as archive:
        keep(archive, "bridge", 1, "The bridge is shut.", PATH)
    (tmp_path / "news" / PICTURE_PATH).write_bytes(b"another picture")
    with pytest.raises((UsageError, FormatError), match="not what was put in"):
        proved(tmp_path / "news", keyring)
