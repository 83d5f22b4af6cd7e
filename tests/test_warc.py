"""WARC: a capture comes back as it was sent, and a crash costs no record that was whole."""

from __future__ import annotations

import gzip
import io
import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from onrecord.errors import StorageError, WarcFormatError
from onrecord.model import Capture, Exchange
from onrecord.warc import (
    IDENTICAL_PAYLOAD,
    NOT_MODIFIED,
    STORED_PAYLOAD,
    RevisitTarget,
    SegmentWriter,
    StoredRecord,
    iter_records,
    payload_digest,
    read_record,
    recover,
    stored_payload_id,
    write_cdxj,
)

GOLDEN = Path(__file__).parent / "golden" / "warc"
AT = datetime(2024, 5, 17, 10, 50, 3, 900_000, tzinfo=UTC)
PATH = "captures/2024/05/17-a.warc.gz"
PAGE = Exchange(
    url="https://paper.example/2024/Story?id=1&url=https://cdn.example/a%2fb",
    requested_at=AT,
    ip_address="192.0.2.7",
    request_head=b"GET /2024/Story HTTP/1.1\r\nHost: paper.example\r\n\r\n",
    status=200,
    reason="OK",
    http_version="1.1",
    headers=(
        ("content-TYPE", "Text/HTML; charset=utf-8"),
        ("X-Café", "crème"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    ),
    body="<p>Brücke gesperrt</p>".encode(),
)


class Segment:
    """A segment in memory, with ids that count upwards."""

    def __init__(self) -> None:
        numbers = itertools.count(1)
        self.stream = io.BytesIO()
        self.writer = SegmentWriter(
            self.stream,
            PATH,
            software="OnRecord/0.1.0",
            now=AT,
            operator="A Reader",
            new_id=lambda: f"<urn:uuid:00000000-0000-4000-8000-{next(numbers):012}>",
        )

    def read(self, capture: Capture) -> StoredRecord:
        """Return the record of *capture*."""
        return read_record(self.stream, capture.record.offset, path=PATH)

    def save(self, folder: Path) -> Path:
        """Write the segment to a file."""
        path = folder / "17-a.warc.gz"
        path.write_bytes(self.stream.getvalue())
        return path


@pytest.fixture
def segment() -> Segment:
    """Return a segment that holds its warcinfo alone."""
    return Segment()


def golden_segment() -> Segment:
    """Return a segment with a record of each kind that we write."""
    segment = Segment()
    page = segment.writer.write_exchange(PAGE)
    target = RevisitTarget.of(page)
    later = replace(PAGE, requested_at=AT.replace(day=18))
    segment.writer.write_exchange(later, revisit_of=target)
    segment.writer.write_exchange(
        replace(later, status=304, reason="Not Modified", headers=(("ETag", '"a"'),), body=b""),
        revisit_of=target,
    )
    picture = replace(PAGE, url="https://paper.example/a.png", headers=(("Content-Type", "image/png"),))
    segment.writer.write_exchange(picture, omit_payload=True)
    segment.writer.write_metadata(PAGE.url, [("via", "https://paper.example/feed")], at=AT)
    return segment


# ---------------------------------------------------------------- as sent


def test_an_exchange_comes_back_as_it_was(segment: Segment) -> None:
    """Case, order and repeats of headers, Latin-1 and the address's own escapes are evidence."""
    capture = segment.writer.write_exchange(PAGE)
    stored = segment.read(capture).exchange(request_head=PAGE.request_head)
    assert stored == replace(PAGE, requested_at=AT.replace(microsecond=0))


def test_a_request_comes_back_as_it_was(segment: Segment, tmp_path: Path) -> None:
    """What was asked explains what was answered."""
    segment.writer.write_exchange(PAGE)
    requests = [record for record in iter_records(segment.save(tmp_path)) if record.kind == "request"]
    assert [record.block for record in requests] == [PAGE.request_head]


def test_a_request_names_its_response(segment: Segment, tmp_path: Path) -> None:
    """The two are one exchange (WARC 1.1, 5.7)."""
    capture = segment.writer.write_exchange(PAGE)
    _, request, _ = iter_records(segment.save(tmp_path))
    assert request.header("WARC-Concurrent-To") == capture.record_id


def test_a_capture_can_be_made_again_from_its_record(segment: Segment) -> None:
    """The index is disposable: segments alone give the catalog back."""
    capture = segment.writer.write_exchange(PAGE)
    assert segment.read(capture).capture == capture


def test_a_body_without_its_chunks_does_not_claim_chunks(segment: Segment) -> None:
    """A reader that believed the header would look for chunk sizes in the text."""
    capture = segment.writer.write_exchange(replace(PAGE, headers=(("transfer-encoding", "chunked"),)))
    assert b"\r\nX-Archive-Orig-transfer-encoding: chunked\r\n" in segment.read(capture).head


def test_the_transfer_encoding_is_read_back_as_sent(segment: Segment) -> None:
    """The renaming is WARC's affair, not the reader's."""
    headers = (("transfer-encoding", "chunked"),)
    capture = segment.writer.write_exchange(replace(PAGE, headers=headers))
    assert segment.read(capture).http_headers == headers


def test_a_truncated_body_says_so(segment: Segment) -> None:
    """Nobody may take half a page for the whole."""
    capture = segment.writer.write_exchange(replace(PAGE, truncated="length"))
    assert segment.read(capture).header("WARC-Truncated") == "length"


def test_an_empty_body_is_a_payload(segment: Segment) -> None:
    """Redirects have none, and are kept."""
    capture = segment.writer.write_exchange(replace(PAGE, status=301, body=b""))
    assert segment.read(capture).payload == b""


@pytest.mark.parametrize("evil", ["a\r\nWARC-Type: warcinfo", "a\nb", "a b\x00"])
def test_no_address_writes_a_header_of_ours(segment: Segment, evil: str) -> None:
    """A link is strangers' text; a line break in it must not forge a record."""
    capture = segment.writer.write_exchange(replace(PAGE, url="https://paper.example/" + evil))
    assert segment.read(capture).kind == "response"


def test_a_header_with_a_line_break_stays_one_header(segment: Segment) -> None:
    """Nor may a server's words forge a header that it did not send."""
    capture = segment.writer.write_exchange(replace(PAGE, headers=(("X-A", "b\r\nX-C: d"),)))
    assert segment.read(capture).http_headers == (("X-A", "b X-C: d"),)


printable = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters=":\x7f"))
names = st.text(st.sampled_from("abcXYZ-_09"), min_size=1)


@given(
    body=st.binary(),
    headers=st.lists(st.tuples(names, printable)),
    reason=printable,
    status=st.integers(min_value=100, max_value=999),
)
def test_any_exchange_comes_back(
    body: bytes, headers: list[tuple[str, str]], reason: str, status: int
) -> None:
    """Captures are the truth, whatever was sent."""
    segment = Segment()
    sent = replace(PAGE, body=body, headers=tuple(headers), reason=reason, status=status)
    stored = segment.read(segment.writer.write_exchange(sent)).exchange()
    assert (stored.body, stored.headers, stored.reason, stored.status) == (
        body,
        tuple(headers),
        reason,
        status,
    )


# ---------------------------------------------------------------- revisits


def test_the_same_payload_is_kept_once(segment: Segment) -> None:
    """A page that did not change costs a few hundred bytes a day."""
    first = segment.writer.write_exchange(PAGE)
    again = segment.writer.write_exchange(PAGE, revisit_of=RevisitTarget.of(first))
    assert segment.read(again).profile == IDENTICAL_PAYLOAD


def test_a_revisit_names_what_it_refers_to(segment: Segment) -> None:
    """Replay tools find the payload by address and date (WARC 1.1, 6.7.2)."""
    first = segment.writer.write_exchange(PAGE)
    record = segment.read(segment.writer.write_exchange(PAGE, revisit_of=RevisitTarget.of(first)))
    assert [record.header(f"WARC-Refers-To{suffix}") for suffix in ("", "-Target-URI", "-Date")] == [
        first.record_id,
        PAGE.url,
        "2024-05-17T10:50:03Z",
    ]


def test_a_revisit_keeps_its_own_headers(segment: Segment) -> None:
    """The answer was given anew; its date and server are evidence."""
    first = segment.writer.write_exchange(PAGE)
    later = replace(PAGE, headers=(("Age", "7"),))
    again = segment.writer.write_exchange(later, revisit_of=RevisitTarget.of(first))
    assert segment.read(again).http_headers == (("Age", "7"),)


def test_another_payload_is_never_a_revisit(segment: Segment) -> None:
    """Whatever the caller believed, bytes that differ are kept."""
    first = segment.writer.write_exchange(PAGE)
    changed = replace(PAGE, body=b"other")
    again = segment.writer.write_exchange(changed, revisit_of=RevisitTarget.of(first))
    assert segment.read(again).payload == b"other"


def test_a_304_refers_to_what_still_stands(segment: Segment) -> None:
    """Its digest is that of the payload it confirms (WARC 1.1, 6.7.3)."""
    first = segment.writer.write_exchange(PAGE)
    not_modified = replace(PAGE, status=304, headers=(), body=b"")
    record = segment.read(segment.writer.write_exchange(not_modified, revisit_of=RevisitTarget.of(first)))
    assert (record.profile, record.payload_digest) == (NOT_MODIFIED, first.payload_digest)


def test_a_picture_kept_as_a_file_is_named_by_its_digest(segment: Segment) -> None:
    """Its bytes live once, in pictures/; the record says which."""
    record = segment.read(segment.writer.write_exchange(PAGE, omit_payload=True))
    assert (record.profile, record.payload, record.payload_digest) == (
        STORED_PAYLOAD,
        b"",
        payload_digest(PAGE.body),
    )


def test_an_exchange_is_put_together_again_from_its_file(segment: Segment) -> None:
    """An export holds whole responses."""
    record = segment.read(segment.writer.write_exchange(PAGE, omit_payload=True))
    assert record.exchange(payload=PAGE.body).body == PAGE.body


# ---------------------------------------------------------------- other readers


def test_warcio_finds_every_digest_right(tmp_path: Path) -> None:
    """The reference implementation is the judge of what we write."""
    with golden_segment().save(tmp_path).open("rb") as stream:
        problems = []
        for record in ArchiveIterator(stream, check_digests=True):
            record.content_stream().read()
            problems += record.digest_checker.problems
    assert not problems


def test_warcio_checked_more_than_nothing(tmp_path: Path) -> None:
    """A digest in a form that the judge does not know would pass unseen."""
    with golden_segment().save(tmp_path).open("rb") as stream:
        passed = []
        for record in ArchiveIterator(stream, check_digests=True):
            record.content_stream().read()
            passed.append((record.rec_type, record.digest_checker.passed))
    assert {kind for kind, is_passed in passed if is_passed} == {
        "warcinfo",
        "request",
        "response",
        "metadata",
    }


def test_a_segment_is_what_it_was_when_the_format_was_fixed() -> None:
    """An archive written by this version is read by each later one, and the other way round."""
    written = gzip.decompress(golden_segment().stream.getvalue())
    assert written == (GOLDEN / "segment" / "segment.warc").read_bytes()


def test_an_old_segment_is_read_as_ever() -> None:
    """The golden file was written once, and is never written again."""
    records = list(iter_records(GOLDEN / "segment" / "segment.warc.gz"))
    assert [(record.kind, record.status) for record in records] == [
        ("warcinfo", None),
        ("request", None),
        ("response", 200),
        ("request", None),
        ("revisit", 200),
        ("request", None),
        ("revisit", 304),
        ("request", None),
        ("revisit", 200),
        ("metadata", None),
    ]


# ---------------------------------------------------------------- damage


def test_every_prefix_of_a_segment_keeps_its_whole_records(segment: Segment, tmp_path: Path) -> None:
    """Kill it at any moment: what was acknowledged is there."""
    segment.writer.write_exchange(PAGE)
    whole = segment.save(tmp_path)
    data = whole.read_bytes()
    ends = [0, *(record.ref.offset + record.ref.length for record in iter_records(whole))]
    torn = tmp_path / "torn.warc.gz"
    for length in range(len(data) + 1):
        torn.write_bytes(data[:length])
        kept = max(end for end in ends if end <= length)
        mended = recover(torn)
        assert (mended.size, torn.read_bytes(), mended.records) == (kept, data[:kept], ends.index(kept))


@pytest.mark.parametrize("tail", [b"\0" * 5000, b"\x1f\x8b\x08" * 50, b"news"])
def test_what_a_power_cut_left_behind_is_cut_off(tmp_path: Path, tail: bytes) -> None:
    """Some file systems grow a file before its bytes arrive."""
    path = golden_segment().save(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data + tail)
    recover(path)
    assert path.read_bytes() == data


def test_damage_in_the_middle_cuts_nothing_off(tmp_path: Path) -> None:
    """A flipped bit is no torn end: the records behind it are whole."""
    path = golden_segment().save(tmp_path)
    data = bytearray(path.read_bytes())
    data[40] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(WarcFormatError, match="byte 0 "):
        recover(path)
    assert path.read_bytes() == data


def test_any_flipped_byte_of_a_record_is_noticed(segment: Segment) -> None:
    """A digest that is not looked at proves nothing."""
    capture = segment.writer.write_exchange(PAGE)
    data = segment.stream.getvalue()
    start, end = capture.record.offset, capture.record.offset + capture.record.length
    # The rest of a gzip header (time, flags, system: RFC 1952, 2.3) says nothing of the record.
    for at in [*range(start, start + 3), *range(start + 10, end)]:
        flipped = bytearray(data)
        flipped[at] ^= 0x01
        with pytest.raises(WarcFormatError):
            read_record(io.BytesIO(flipped), start, path=PATH)


def test_a_payload_that_was_exchanged_is_noticed(segment: Segment) -> None:
    """Sound gzip with other words in it is the damage that matters most."""
    capture = segment.writer.write_exchange(PAGE)
    data = segment.stream.getvalue()[capture.record.offset :]
    forged = gzip.compress(gzip.decompress(data).replace(b"gesperrt", b"geoeffnet"[:8]))
    with pytest.raises(WarcFormatError, match="Digest does not match"):
        read_record(io.BytesIO(forged), 0, path=PATH)


def test_damage_names_the_file_and_the_place(segment: Segment) -> None:
    """A person must find what to mend."""
    capture = segment.writer.write_exchange(PAGE)
    with pytest.raises(WarcFormatError) as caught:
        read_record(segment.stream, capture.record.offset + 1, path=PATH)
    assert f"{PATH}: the record at byte {capture.record.offset + 1}" in str(caught.value)


def test_a_record_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive passed on by others must not fill a reader's memory."""
    monkeypatch.setattr("onrecord.warc.reading.MAX_RECORD_BYTES", 1000)
    bomb = gzip.compress(b"\0" * 100_000)
    with pytest.raises(WarcFormatError, match="unpacks to over 1000 bytes"):
        read_record(io.BytesIO(bomb), 0, path=PATH)


class FullDisk(io.BytesIO):
    """A disk with *room* bytes left."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: object) -> int:
        """Write, or say what a full disk says."""
        assert isinstance(data, bytes)
        if self.tell() + len(data) > self.room:
            raise OSError(28, "No space left on device")
        return super().write(data)


def test_a_full_disk_leaves_whole_exchanges() -> None:
    """What stands in the archive can be read, even if the last page did not fit."""
    disk = FullDisk(1500)
    writer = SegmentWriter(disk, PATH, software="OnRecord/0.1.0", now=AT)
    writer.write_exchange(PAGE)
    size = writer.size
    with pytest.raises(StorageError, match="the disk is full; make room"):
        writer.write_exchange(replace(PAGE, body=bytes(range(256)) * 8))
    assert (disk.getbuffer().nbytes, writer.size) == (size, size)


# ---------------------------------------------------------------- index


def test_the_index_of_the_writer_is_the_index_of_the_file(tmp_path: Path) -> None:
    """A lost index is made again."""
    segment = golden_segment()
    assert segment.writer.cdxj_lines == write_cdxj(segment.save(tmp_path), path=PATH)


def test_an_index_line_leads_to_its_record(segment: Segment) -> None:
    """Replay reads one gzip member, not the segment."""
    segment.writer.write_exchange(PAGE)
    (line,) = segment.writer.cdxj_lines
    fields = json.loads(line.split(" ", 2)[2])
    assert read_record(segment.stream, int(fields["offset"]), path=PATH).payload == PAGE.body


def test_only_what_can_be_replayed_is_in_the_index() -> None:
    """A 304 alone, or a picture without its bytes, would shadow what can be shown."""
    lines = golden_segment().writer.cdxj_lines
    assert [json.loads(line.split(" ", 2)[2])["mime"] for line in lines] == ["text/html", "warc/revisit"]


def test_a_stored_payload_is_referred_to_by_its_digest(segment: Segment) -> None:
    """Whoever puts the whole record together later knows which name it has been given."""
    record = segment.read(segment.writer.write_exchange(PAGE, omit_payload=True))
    assert record.header("WARC-Refers-To") == stored_payload_id(payload_digest(PAGE.body))
