"""Web archives: what is cut short or damaged is refused as a whole, with the record's place."""

import base64
import hashlib
import random
import unicodedata

import pytest

from warc_samples import PAGE, URL, answer, read, record, refusal
from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document
from wirewatch.formats.warc import FORMAT
from wirewatch.model import Article, Skipped
from wirewatch.states import FileReason

GOOD = record(answer())


def digested(block: bytes, kind: str = "response") -> bytes:
    """Give a record with the digest of its block."""
    digest = base64.b32encode(hashlib.sha1(block).digest()).decode()  # noqa: S324 - as crawlers do
    return record(block, kind, URL, "application/http", f"WARC-Block-Digest: sha1:{digest}")


RECORDS = (
    digested(b"software: quay\r\n", "warcinfo"),
    digested(b"GET /lamps HTTP/1.1\r\n\r\n", "request"),
    digested(answer()),
    digested(answer(b"\x89PNG\r\n\x1a\n\x00", media_type="image/png")),
    digested(answer(b"", "Location: /", status="301 x")),
    record(b"", "revisit"),
)
ARCHIVE = b"".join(RECORDS)


@pytest.mark.parametrize(
    ("second", "detail"),
    [
        (b"WARC/9.9" + GOOD[8:], "is none that can be read"),
        (b"The lamps were lit.\r\n", "is none that can be read"),
        (GOOD.replace(b"Content-Length", b"Content-Width"), "has no length"),
        (GOOD.replace(b"Content-Length: ", b"Content-Length: -"), "has no length"),
        (GOOD.replace(b"Content-Length: ", b"Content-Length: " + b"9" * 400), "has no length"),
        (GOOD.replace(b"Content-Length: ", "Content-Length: ٣".encode()), "has no length"),
        (GOOD.replace(b"Content-Length: ", b"Content-Length: 1"), "lacks "),
        (GOOD.replace(PAGE, PAGE[5:]), "lacks 1 of its bytes"),
        (GOOD.replace(PAGE, PAGE[1:]) + GOOD, "does not end where its length says"),
        (GOOD.replace(PAGE, PAGE + b"x"), "does not end where its length says"),
        (GOOD[:-2], "does not end where its length says"),
        (GOOD.replace(b"WARC-Type", b"WARC-Tape"), "has no type"),
        (RECORDS[2].replace(b"eleven", b"twelve"), "does not fit its digest"),
        (RECORDS[0][:-20].partition(b"\r\n\r\n")[0] + b"\r\n\r\n", "lacks "),
    ],
)
def test_malformed(second: bytes, detail: str) -> None:
    """A record that is none refuses the archive, in words, and with its place."""
    reason, said = refusal(GOOD, second)
    assert reason is FileReason.MALFORMED
    assert detail in said
    assert f"the record at byte {len(GOOD):,} " in said
    _, said = refusal(b"\r\n", GOOD, second)
    assert f"the record at byte {len(GOOD) + 2:,} " in said


def test_nothing_is_printed(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """What the library would say of odd records, it says to nobody."""
    refusal(GOOD, GOOD.replace(PAGE, PAGE + b"x"))
    read(record(answer(), url="https://quay.example/a lamp"))
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_cut_anywhere() -> None:
    """Of all places to cut an archive only those between records go unseen."""
    whole = read(ARCHIVE)
    ends = {sum(map(len, RECORDS[:count])): count for count in range(1, len(RECORDS))}
    for cut in range(5, len(ARCHIVE)):
        document = Document(ARCHIVE[:cut], 1_000_000)
        if cut not in ends:
            with pytest.raises(Unreadable, match="at byte"):
                FORMAT.parse(document)
            continue
        assert list(FORMAT.parse(document)) == whole[: max(0, ends[cut] - 2)]


def test_flipped() -> None:
    """With a bit flipped an archive is refused, or gives clean articles."""
    chance = random.Random(43)  # noqa: S311 - the same damage every time
    for _ in range(200):
        data = bytearray(ARCHIVE)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        document = Document(bytes(data), 1_000_000)
        try:
            items = FORMAT.parse(document) if FORMAT.recognises(document) else []
        except Unreadable:
            continue
        for item in items:
            text = "".join(map(str, item))
            assert unicodedata.is_normalized("NFC", text)
            assert not any(char < " " and char != "\n" for char in text)
            text.encode()


def test_flipped_in_a_page() -> None:
    """With a digest, no changed letter of a page goes unseen."""
    chance = random.Random(44)  # noqa: S311 - the same damage every time
    start = RECORDS[2].index(PAGE)
    for _ in range(50):
        data = bytearray(RECORDS[2])
        data[start + chance.randrange(len(PAGE))] ^= 1 << chance.randrange(8)
        assert refusal(bytes(data))[0] is FileReason.MALFORMED


@pytest.mark.parametrize("name", ["sha1", "SHA-256", "md5", "sha512"])
@pytest.mark.parametrize(
    "written",
    [base64.b32encode, base64.b16encode, base64.b64encode, base64.urlsafe_b64encode, bytes.hex],
)
def test_ways_to_write_a_digest(name: str, written: object) -> None:
    """A digest is understood in every way that crawlers write it."""
    block = answer()
    digest = hashlib.new(name.replace("-", ""), block, usedforsecurity=False).digest()
    text = written(digest)  # type: ignore[operator]
    text = text if isinstance(text, str) else text.decode()
    line = f"WARC-Block-Digest: {name}:{text}"
    assert isinstance(read(record(block, "response", URL, "", line))[0], Article)
    changed = block.replace(b"eleven", b"twelve")
    assert refusal(record(changed, "response", URL, "", line))[0] is FileReason.MALFORMED


@pytest.mark.parametrize("digest", ["", "sha1", "lamp256:AAAA", "shake_128:AAAA"])
def test_unknown_digest(digest: str) -> None:
    """A digest that cannot be made is no sign of damage."""
    line = f"WARC-Block-Digest: {digest}"
    assert isinstance(read(record(answer(), "response", URL, "", line))[0], Article)


def test_one_digest_is_enough() -> None:
    """A page that is as it was is read, whatever a tool has done to the header above it."""
    payload = base64.b32encode(hashlib.sha1(PAGE).digest()).decode()  # noqa: S324 - the same
    lines = f"WARC-Payload-Digest: sha1:{payload}", f"WARC-Block-Digest: sha1:{'A' * 32}"
    assert isinstance(read(record(answer(), "response", URL, "", *lines))[0], Article)
    assert isinstance(read(record(PAGE, "resource", URL, "text/html", *lines))[0], Article)
    assert refusal(record(answer(PAGE + b"x"), "response", URL, "", *lines))
    assert refusal(record(b"HTTP/1.1 200 OK", "response", URL, "", *lines))
    (revisit,) = read(record(b"HTTP/1.1 200 OK\r\n\r\n", "revisit", URL, "", *lines))
    assert isinstance(revisit, Skipped)  # its digests are those of what it stands for
    (wrong,) = read(record(answer(PAGE + b"x"), "response", URL, "", lines[0]))
    assert isinstance(wrong, Article)  # what counts as payload is in dispute
