"""Checks a proof that On Record made: `python check.py FILE.proof.zip [--fingerprint HEX] [--stamps-ca CA.pem]`.

This file needs Python 3.9 or later and the package `cryptography`, and nothing of On Record: a copy of it lies in
every proof, and you may take one from anywhere that you trust instead. It asks no network. What it verified, and what
not, it says in words; the exit code is 0 if all of it holds, 1 if something does not, 2 if it can't be checked here.

A proof is a ZIP file, uncompressed, written in one way only: README.txt, check.py, proof.json (what is claimed, with
the SHA-256 of every other file), proof.sig (the key's signature of proof.json), ledger/ (lines of the archive's ledger,
each with the digest of the one before, up to a line that the key signed), files/ (as they stand in the archive),
captures/ (what servers sent, as WARC records), stamps/ (what a service that you may trust for the time was asked and
answered: whose signature that is, openssl verifies by a certificate that you bring).
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

Line = dict[str, Any]  # JSON: a ledger line, or what a proof claims

FORMAT = 1
#: Bytes of a proof, and of a capture when it is unpacked.
MAX_PROOF = 4 * 1024**3
MAX_CAPTURE = 1024**3
#: Hexadecimal digits of a fingerprint, counted from its beginning, that name a key.
SHORTEST = 16
#: How a file of OpenTimestamps begins: its mark, version 1, "what follows is a SHA-256".
OTS_HEAD = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08"
_TAIL = b',"digest":"sha256:'
_TAIL_LENGTH = len(_TAIL) + 64 + 2


class Failed(Exception):  # noqa: N818  it is no error of this program
    """The proof does not hold; the message says where, and why."""


class Head(NamedTuple):
    """A line that is a signature, and the words that it signs."""

    line: Line
    words: bytes


# ---------------------------------------------------------------- the container


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the ZIP file of *files* (bytes by name): the same bytes for the same files, and no others."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, strict_timestamps=True) as container:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            container.writestr(entry, files[name])
    return stream.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the files of a proof, bytes by name. Every byte of *data* must be as `pack` writes it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            entries = container.infolist()
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise Failed("the file is compressed, which no proof is")
            files = {entry.filename: container.read(entry) for entry in entries}
    except (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        OSError,
        NotImplementedError,
        RuntimeError,
        EOFError,
    ) as error:
        raise Failed(f"the file is no whole proof: {error}") from error
    if pack(files) != data:
        raise Failed("bytes of the ZIP file itself were changed: it is not as a proof is written")
    return files


# ---------------------------------------------------------------- its parts


def digest_of(data: bytes) -> str:
    """Return "sha256:" and the SHA-256 of *data*."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def verify_signature(public: str, signature: str, words: bytes, what: str) -> None:
    """Fail unless *signature* is that of the key *public* over *words*; both in base64."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), words)
    except (InvalidSignature, ValueError, TypeError) as error:
        raise Failed(f"{what}: the signature is not that of this key over these words") from error


def parse_line(raw: bytes, where: str) -> Line:
    """Return the ledger line in *raw*, its own digest verified."""
    cut = len(raw) - _TAIL_LENGTH
    if cut <= 0 or raw[cut : cut + len(_TAIL)] != _TAIL or not raw.endswith(b'"}'):
        raise Failed(f"{where}: this is no whole ledger line")
    try:
        line = json.loads(raw)
    except ValueError as error:
        raise Failed(f"{where}: this is no ledger line") from error
    if not isinstance(line, dict) or line.get("digest") != digest_of(raw[:cut]):
        raise Failed(f"{where}: the line does not match its digest")
    return line


def statement(archive: str, seq: int, digest: str, at: str) -> bytes:
    """Return the words that a signed line signs: docs/FORMAT.md, "The ledger"."""
    return f"onrecord ledger 1\narchive {archive}\nline {seq}\ndigest {digest}\nat {at}\n".encode()


def check_keys(claims: Line, files: Mapping[str, bytes]) -> tuple[dict[str, str], list[str]]:
    """Return the public keys by id, each but the newest one tied to the next; and what is to be said of them."""
    public: dict[str, str] = {}
    told: list[str] = []
    for number, raw in enumerate(files["ledger/keys.jsonl"].splitlines(), 1):
        line = parse_line(raw, f"ledger/keys.jsonl, line {number}")
        name, half = line.get("key"), line.get("public", "")
        if line.get("event") != "keyed" or hashlib.sha256(base64.b64decode(half)).hexdigest()[:16] != name:
            raise Failed(f"ledger/keys.jsonl, line {number}: this names no key, or gives it another's name")
        if line.get("reason") == "rotated":
            after = public.get(str(line.get("after")))
            if after is None:
                raise Failed(f"ledger/keys.jsonl, line {number}: the key before this one is not here")
            words = f"onrecord key 1\narchive {claims['archive']}\nkey {half}\nafter {after}\n".encode()
            verify_signature(after, line.get("signature", ""), words, f"the key {name}")
        elif public:
            told.append(f"the key {name} follows a lost one: only its owner's word ties the two")
        public[name] = half
    if claims["key"] not in public:
        raise Failed("the key that signed this proof is not among the archive's")
    return public, told


def check_run(name: str, raw: bytes, claims: Line, public: Mapping[str, str]) -> tuple[dict[int, Line], Head]:
    """Return the lines of a run by number, its chain and its last line's signature verified; and that last line."""
    lines: dict[int, Line] = {}
    last: Line | None = None
    for number, row in enumerate(raw.splitlines(), 1):
        line = parse_line(row, f"{name}, line {number}")
        if last is not None and (line["seq"] != last["seq"] + 1 or line["prev"] != last["digest"]):
            raise Failed(
                f"{name}, line {number}: it does not follow the line before: lines are missing, swapped or added"
            )
        lines[line["seq"]] = last = line
    if last is None or last.get("event") != "signed":
        raise Failed(f"{name}: it does not end with a signed line")
    if last.get("archive") != claims["archive"]:
        raise Failed(f"{name}: it is the ledger of another archive")
    if last.get("key") not in public:
        raise Failed(f"{name}: it is signed with a key that is not the archive's")
    head = statement(last["archive"], last["seq"] - 1, last["prev"], last["at"])
    verify_signature(public[last["key"]], last.get("signature", ""), head, f"{name}, the last line")
    return lines, Head(last, head)


def payload_of(packed: bytes, where: str) -> bytes:
    """Return the payload of the WARC record in a gzip member: what the server sent, after the HTTP headers."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        record = unpacker.decompress(packed, MAX_CAPTURE)
    except zlib.error as error:
        raise Failed(f"{where}: the record can't be unpacked ({error})") from error
    if not unpacker.eof or unpacker.unused_data:
        raise Failed(f"{where}: this is not one whole record")
    head, found, block = record.partition(b"\r\n\r\n")
    fields = dict(row.split(b": ", 1) for row in head.split(b"\r\n")[1:] if b": " in row)
    length = int(fields.get(b"Content-Length", b"-1"))
    if not found or not head.startswith(b"WARC/1.") or length < 0 or block[length:] != b"\r\n\r\n":
        raise Failed(f"{where}: this is no WARC record")
    _, found, payload = block[:length].partition(b"\r\n\r\n")
    if not found:
        raise Failed(f"{where}: the record holds no HTTP response")
    return payload


# ---------------------------------------------------------------- all of it


def check(data: bytes, fingerprint: str | None = None, trusted: str | None = None) -> list[str]:
    """Return what a proof proves, as lines of text; *trusted* names a file of certificates to verify stamps by.

    Raises:
        Failed: It does not hold.
    """
    files = unpack(data)
    for name in ("proof.json", "proof.sig", "ledger/keys.jsonl"):
        if name not in files:
            raise Failed(f"{name} is missing")
    try:
        claims = json.loads(files["proof.json"])
        if claims["format"] != FORMAT:
            raise Failed(f"it is of format {claims['format']}; this program knows {FORMAT}: take a newer one")
        return _checked(claims, files, fingerprint, trusted)
    except (ValueError, KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise Failed(f"a part of it is not understood: {type(error).__name__}: {error}") from error


def _checked(
    claims: Line, files: Mapping[str, bytes], fingerprint: str | None, trusted: str | None
) -> list[str]:
    public, told = check_keys(claims, files)
    owner = public[claims["key"]]
    print_of_key = hashlib.sha256(base64.b64decode(owner)).hexdigest()
    named = (fingerprint or print_of_key).lower().replace(":", "").rstrip("….")
    if len(named) < SHORTEST or not print_of_key.startswith(named):
        raise Failed(f"it is signed with another key than you named: {print_of_key}")
    signature = files["proof.sig"].decode("ascii").removesuffix("\n")
    words = b"onrecord proof 1\n" + digest_of(files["proof.json"]).encode()
    verify_signature(owner, signature, words, "proof.json")
    if files["proof.sig"] != f"{signature}\n".encode():
        raise Failed("proof.sig is not as a proof is written")
    others = {
        name: digest_of(body) for name, body in files.items() if name not in ("proof.json", "proof.sig")
    }
    for name in sorted(set(others) | set(claims["digests"])):
        if others.get(name) != claims["digests"].get(name):
            raise Failed(f"{name}: the file is not the one that was put in, or it is missing")
    lines: dict[int, Line] = {}
    heads: dict[int, Head] = {}
    for name in claims["runs"]:
        run, head = check_run(name, files[name], claims, public)
        lines |= run
        heads |= dict.fromkeys(run, head)
    told = [f"key: {print_of_key}", f"archive: {claims['archive']}", *told]
    told += [_file(one, files, lines, heads) for one in claims["files"]]
    told += [_capture(one, files, lines, heads) for one in claims["captures"]]
    told += [_stamp(one, files, heads, trusted) for one in claims["stamps"]]
    return told


def _file(one: Line, files: Mapping[str, bytes], lines: Mapping[int, Line], heads: Mapping[int, Head]) -> str:
    line, body = lines[one["line"]], files["files/" + one["path"]]
    kept = (digest_of(body), len(body))
    if kept not in [(put["digest"], put["size"]) for put in line.get("puts", [])]:
        raise Failed(f"{one['path']}: ledger line {line['seq']} does not say that these bytes were kept")
    return f"{one['path']}: {_when(line, heads)}"


def _when(line: Line, heads: Mapping[int, Head]) -> str:
    return f"on record at {line['at']} (line {line['seq']}), signed for at {heads[line['seq']].line['at']}"


def _capture(
    one: Line, files: Mapping[str, bytes], lines: Mapping[int, Line], heads: Mapping[int, Head]
) -> str:
    line, name = lines[one["line"]], one["file"]
    record = line.get("record") or {}
    if record.get("digest") != digest_of(payload_of(files[name], name)):
        raise Failed(f"{name}: this is not the payload that ledger line {line['seq']} names")
    return f"{name}: sent for {one['url']}; {_when(line, heads)}"


def _stamp(one: Line, files: Mapping[str, bytes], heads: Mapping[int, Head], trusted: str | None) -> str:
    """Check that an answer is about a signed head of this proof; with *trusted* certificates, that it is signed."""
    words = next((head.words for head in heads.values() if head.line["seq"] == one["line"]), None)
    if words is None:
        raise Failed(f"{one['file']}: it is about a line that is not in this proof")
    if files.get(one["words"]) != words:
        raise Failed(f"{one['words']}: these are not the words that were signed in line {one['line']}")
    imprint, answer = hashlib.sha256(words).digest(), files[one["file"]]
    if one["kind"] == "opentimestamps":
        if not answer.startswith(OTS_HEAD + imprint):
            raise Failed(f"{one['file']}: the calendar's answer is not about ledger line {one['line']}")
        return _OTS.format(**one)
    at = stated_time(imprint, answer)
    if at is None:
        raise Failed(f"{one['file']}: the service's answer is not about ledger line {one['line']}")
    told = f"{one['file']}: the service says that it saw line {one['line']} at {at}"
    if trusted is None:
        return f"{told}; its signature is NOT verified yet: {_OPENSSL.format(**one)}"
    with tempfile.TemporaryDirectory() as folder:
        for name, body in (("words", words), ("answer", answer)):
            (Path(folder) / name).write_bytes(body)
        command = ["openssl", "ts", "-verify", "-data", f"{folder}/words", "-in", f"{folder}/answer"]
        done = subprocess.run(
            [*command, "-CAfile", trusted], capture_output=True, text=True, timeout=60, check=False
        )
    if done.returncode != 0:
        raise Failed(
            f"{one['file']}: openssl does not find it signed by whom you trust: {done.stderr.strip()}"
        )
    return f"{told}, and signed for it, by {trusted} as openssl verifies it"


_OPENSSL = "check.py --stamps-ca CA.pem, or openssl ts -verify -data {words} -in {file} -CAfile CA.pem"
_OTS = (
    "{file}: a calendar took in line {line}; what it attests is NOT verified yet: unpack, then"
    " ots upgrade {file}; ots verify -f {words} {file}"
)


def stated_time(imprint: bytes, answer: bytes) -> str | None:
    """Return the time that an answer states for what has this SHA-256: RFC 3161, 2.4.2, TSTInfo."""
    _, found, rest = answer.partition(imprint)
    # serialNumber INTEGER, then genTime GeneralizedTime; both are short, so their lengths are one byte.
    if not found or rest[:1] != b"\x02" or len(rest) < 2:
        return None
    time = rest[2 + rest[1] :]
    if time[:1] != b"\x18" or len(time) < 2:
        return None
    digits = time[2 : 2 + time[1]].decode("ascii", "replace")
    if len(digits) < 15 or not digits[:14].isdigit() or not digits.endswith("Z"):
        return None
    return "{}-{}-{}T{}:{}:{}Z".format(digits[:4], *(digits[at : at + 2] for at in range(4, 14, 2)))


def main(words: list[str]) -> int:
    """Check the file that *words* name; return the exit code."""
    chosen: dict[str, str] = {}
    for option in ("--fingerprint", "--stamps-ca"):
        if option in words[:-1]:
            at = words.index(option)
            chosen[option], words = words[at + 1], words[:at] + words[at + 2 :]
    fingerprint, trusted = chosen.get("--fingerprint"), chosen.get("--stamps-ca")
    if len(words) != 1:
        sys.stderr.write("usage: python check.py FILE.proof.zip [--fingerprint HEX] [--stamps-ca CA.pem]\n")
        return 2
    if why := _missing(trusted):
        sys.stderr.write(f"{why}\n")
        return 2
    try:
        with open(words[0], "rb") as file:
            data = file.read(MAX_PROOF + 1)
    except OSError as error:
        sys.stderr.write(f"{words[0]}: can't be read ({error.strerror})\n")
        return 2
    if len(data) > MAX_PROOF:
        sys.stderr.write(f"{words[0]}: larger than {MAX_PROOF} bytes\n")
        return 2
    try:
        told = check(data, fingerprint, trusted)
    except Failed as error:
        sys.stdout.write(f"DOES NOT HOLD: {error}\n")
        return 1
    sys.stdout.write("".join(f"{line}\n" for line in told))
    known = " (you named it)" if fingerprint else ": ask them for its fingerprint"
    sys.stdout.write(f"HOLDS, if this key is the archive's owner's{known}.\n")
    return 0


def _missing(trusted: str | None) -> str | None:
    """Return what is not here that checking needs."""
    try:
        import cryptography  # noqa: F401
    except ImportError:
        return "check.py needs a package: python -m pip install cryptography"
    if trusted is None:
        return None
    if shutil.which("openssl") is None:
        return "openssl, which verifies stamps, is not here; leave --stamps-ca out"
    return None if Path(trusted).is_file() else f"{trusted}: there is no such file of certificates"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
