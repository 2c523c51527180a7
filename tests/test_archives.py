"""Archives and compressed files: opened around any format, within limits, and never onto the disk."""

import bz2
import gzip
import io
import lzma
import os
import random
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard

from wirewatch.errors import Unreadable
from wirewatch.formats import Reading, Unpacking, parse, quick
from wirewatch.model import Skipped
from wirewatch.states import FileReason, SkipReason

LIMIT = 1_000_000
WIRE = b"ASTANA, March 2. The Majilis met, Kazinform reports.\n\nIt will meet again.\n"
NITF = (
    b"<nitf><head><docdata><doc-id id-string='1' regsrc='x'/></docdata></head><body>"
    b"<body.head><hedline><hl1>A bridge</hl1></hedline></body.head>"
    b"<body.content><p>It was opened.</p></body.content></body></nitf>"
)
MANIFEST = b"<?xml version='1.0'?><manifest/>"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
}
each_compression = pytest.mark.parametrize("kind", COMPRESSIONS)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make a zip."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def tarred(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """Make a tar."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


ARCHIVES: dict[str, Callable[[dict[str, bytes]], bytes]] = {"zip": zipped, "tar": tarred}
each_archive = pytest.mark.parametrize("kind", ARCHIVES)


def refused(data: bytes, unpacking: Unpacking | None = None) -> Unreadable:
    """Give the refusal of a file."""
    with pytest.raises(Unreadable) as caught:
        parse(data, LIMIT, unpacking)
    return caught.value


@each_compression
def test_compressed(kind: str) -> None:
    """A compressed file is the same article as the file, and its format says what was around it."""
    reading = parse(COMPRESSIONS[kind](WIRE), LIMIT)
    assert reading.articles == parse(WIRE, LIMIT).articles
    assert (reading.format, reading.parser) == (f"{kind}/wire", parse(WIRE, LIMIT).parser)


@each_compression
def test_streams_in_a_row(kind: str) -> None:
    """Streams that were appended to each other are read as one file, with padding behind them."""
    pack = COMPRESSIONS[kind]
    padding = b"" if kind == "zstd" else bytes(512)
    reading = parse(pack(WIRE[:30]) + pack(WIRE[30:]) + padding, LIMIT)
    assert reading.articles == parse(WIRE, LIMIT).articles


@each_compression
def test_a_stream_that_breaks_off(kind: str) -> None:
    """A compressed file that was cut short anywhere is refused: half of it is not stored."""
    noise = random.Random(3).randbytes(1_000).hex().encode()  # noqa: S311 - a test's own noise
    whole = COMPRESSIONS[kind](noise + WIRE)
    for end in range(12, len(whole) - 1, max(1, len(whole) // 50)):
        assert refused(whole[:end]).reason in {FileReason.TRUNCATED, FileReason.MALFORMED}, end


@each_compression
def test_a_damaged_stream(kind: str) -> None:
    """A compressed file with a wrong byte is refused, or is another text; it is never a crash."""
    whole = bytearray(COMPRESSIONS[kind](WIRE * 20))
    draw = random.Random(5)  # noqa: S311 - a test's own noise
    for _ in range(200):
        place, bit = draw.randrange(len(whole)), 1 << draw.randrange(8)
        whole[place] ^= bit
        _read_or_refused(bytes(whole))
        whole[place] ^= bit


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """Let something be done that takes at most so many bytes of memory at once."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < size
    finally:
        tracemalloc.stop()


@each_compression
def test_a_bomb(kind: str) -> None:
    """What expands to more than a file may is refused before it fills the memory."""
    bomb = COMPRESSIONS[kind](bytes(50_000_000))
    with at_most(130_000_000 if kind == "zstd" else 30_000_000):  # zstd has no smaller bites
        assert refused(bomb).reason == FileReason.EXPANDS_TOO_FAR
        assert refused(bomb, Unpacking(expansion=10**9, size=10_000_000)).reason == (
            FileReason.EXPANDS_TOO_FAR
        )


@each_archive
def test_many_files(kind: str) -> None:
    """The files of an archive become articles in its order; folders are nothing."""
    made = ARCHIVES[kind]({"wires/": b"", "wires/1.txt": WIRE, "wires/2.xml": NITF})
    if kind == "tar":
        made = tarred({"wires/1.txt": WIRE, "wires/2.xml": NITF})
    reading = parse(made, LIMIT)
    assert [one.headline for one in reading.articles] == [
        "The Majilis met, Kazinform reports.", "A bridge",
    ]  # fmt: skip
    assert (reading.format, reading.skipped) == (f"{kind}/wire+nitf", ())


@each_archive
def test_what_is_no_article_is_passed_over(kind: str) -> None:
    """Pictures, empty files, and what no format recognises are counted by name, with why."""
    reading = parse(
        ARCHIVES[kind](
            {
                "a.txt": WIRE, "b.jpg": JPEG, "c.txt": b"", "d.bin": b"\x01\x02\x03text",
                "e.xml": MANIFEST, "__MACOSX/._a.txt": b"\x00\x05\x16\x07",
            }
        ),
        LIMIT,
    )  # fmt: skip
    assert len(reading.articles) == 1
    assert reading.skipped == (
        Skipped("b.jpg: a JPEG picture", SkipReason.PICTURE),
        Skipped("c.txt", SkipReason.NO_CONTENT),
        Skipped("d.bin", SkipReason.BINARY),
        Skipped("e.xml", SkipReason.UNKNOWN_FORMAT),
        Skipped("__MACOSX/._a.txt", SkipReason.NO_CONTENT),
    )


@each_archive
def test_what_is_broken_breaks_the_archive(kind: str) -> None:
    """A broken file in an archive puts the whole of it aside, and is named: nothing is half stored."""
    error = refused(ARCHIVES[kind]({"a.txt": WIRE, "in/b.xml": NITF[:-30]}))
    assert (error.reason, error.detail.startswith("in/b.xml: ")) == (FileReason.MALFORMED, True)


@each_archive
def test_nothing_but_unknown_files(kind: str) -> None:
    """An archive in which no format recognises anything is put aside, not passed over."""
    error = refused(ARCHIVES[kind]({"a.jpg": JPEG, "b.xml": MANIFEST}))
    assert (error.reason, "b.xml" in error.detail) == (FileReason.UNKNOWN_FORMAT, True)


@each_archive
def test_nothing_but_pictures(kind: str) -> None:
    """An archive of pictures holds no article, and is not broken."""
    reading = parse(ARCHIVES[kind]({"a.jpg": JPEG}), LIMIT)
    assert (reading.articles, len(reading.skipped)) == ((), 1)


def test_nothing_in_it() -> None:
    """An archive without files is refused as empty."""
    assert refused(zipped({})).reason == FileReason.EMPTY


def test_archives_within_archives() -> None:
    """Archives lie within each other as deep as is allowed, and no deeper."""
    data = WIRE
    for _ in range(4):
        data = gzip.compress(data)
    assert len(parse(data, LIMIT).articles) == 1
    assert refused(gzip.compress(data)).reason == FileReason.EXPANDS_TOO_FAR
    assert parse(gzip.compress(tarred({"a.zip": zipped({"a.txt": WIRE})})), LIMIT).format == (
        "gzip/tar/zip/wire"
    )


@each_archive
def test_too_many_files(kind: str) -> None:
    """An archive with more files than are allowed is refused."""
    made = ARCHIVES[kind]({f"{number}.txt": WIRE for number in range(11)})
    assert refused(made, Unpacking(members=10)).reason == FileReason.EXPANDS_TOO_FAR
    assert len(parse(made, LIMIT, Unpacking(members=11)).articles) == 11


def test_a_zip_bomb_of_one_kernel() -> None:
    """Files of a zip that all expand the same bytes count together."""
    made = zipped({f"{number}.txt": b" " * 2_000_000 for number in range(200)})
    assert refused(made, Unpacking(expansion=100)).reason == FileReason.EXPANDS_TOO_FAR


def test_a_zip_that_lies_about_its_sizes() -> None:
    """What a zip says of its sizes is not believed."""
    made = bytearray(zipped({"a.txt": bytes(50_000_000)}))
    size = (50_000_000).to_bytes(4, "little")
    while size in made:
        made[made.index(size) : made.index(size) + 4] = (100).to_bytes(4, "little")
    assert refused(bytes(made)).reason in {FileReason.EXPANDS_TOO_FAR, FileReason.MALFORMED}


def test_a_password() -> None:
    """A zip with a password is refused as encrypted, with the name of the file."""
    made = bytearray(zipped({"a.txt": WIRE}))
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    error = refused(bytes(made))
    assert (error.reason, error.detail) == (FileReason.ENCRYPTED, "a.txt: it has a password")


@each_archive
def test_damaged_archives(kind: str) -> None:
    """An archive cut short or with a wrong byte is read or refused, never a crash."""
    whole = ARCHIVES[kind]({"a.txt": WIRE, "b.xml": NITF})
    for end in range(1, len(whole), len(whole) // 50):
        _read_or_refused(whole[:end])
    draw = random.Random(7)  # noqa: S311 - a test's own noise
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
        _read_or_refused(bytes(damaged))


def _read_or_refused(data: bytes) -> Reading | None:
    """Parse, or be refused with a reason."""
    try:
        return parse(data, LIMIT)
    except Unreadable:
        return None


def test_links_and_devices_are_not_followed() -> None:
    """Links, devices and FIFOs of a tar have no content, and nothing of them is opened."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, kind in (
            ("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("fifo", tarfile.FIFOTYPE),
            ("device", tarfile.CHRTYPE),
        ):  # fmt: skip
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    reading = parse(made.getvalue(), LIMIT)
    assert [(item, why) for item, why in reading.skipped] == [
        (name, SkipReason.NO_CONTENT) for name in ("link", "hard", "fifo", "device")
    ]


@each_archive
@pytest.mark.parametrize("name", ["../up.txt", "/etc/cron.d/x", "a\n\x1b[31m.txt", "\udcff.txt"])
def test_names_are_only_shown(
    kind: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No path of an archive is written to disk, whatever it is, and none ends up in a terminal."""
    monkeypatch.chdir(tmp_path)
    safe = name if kind == "tar" else name.encode("utf-8", "replace").decode()
    reading = parse(ARCHIVES[kind]({safe: JPEG}), LIMIT)
    assert list(tmp_path.parent.rglob("up.txt")) == []
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - names as they are
    (skipped,) = reading.skipped
    assert skipped.item.isprintable()


def test_a_sparse_file_is_bounded() -> None:
    """A tar's sparse file, which says it is huge, expands no further than is allowed."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("sparse")
        info.pax_headers = {
            "GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.name": "sparse",
            "GNU.sparse.size": str(10**12), "GNU.sparse.map": "0,0",
        }  # fmt: skip
        archive.addfile(info)
    assert refused(made.getvalue()).reason == FileReason.EXPANDS_TOO_FAR


@pytest.mark.parametrize(
    "data",
    [gzip.compress(WIRE), zipped({"a.txt": WIRE}), tarred({"a.txt": WIRE})],
    ids=["gzip", "zip", "tar"],  # the bytes hold the time, which differs from worker to worker
)
def test_what_takes_time_is_left_to_others(data: bytes) -> None:
    """What may take long is not read on the wires' own thread; plain wire text is."""
    assert quick(data, LIMIT) is None
    assert quick(WIRE, LIMIT) == parse(WIRE, LIMIT)


def test_old_tars() -> None:
    """Tars of before POSIX, which bear no name of their format, are told by their checksum."""
    made = bytearray(tarred({"a.txt": WIRE}, tarfile.USTAR_FORMAT))
    made[257:512] = bytes(255)
    made[148:156] = b" " * 8
    made[148:156] = b"%06o\x00 " % sum(made[:512])
    assert parse(bytes(made), LIMIT).format == "tar/wire"


def test_pictures_alone() -> None:
    """A picture that comes by itself is known, counted and no article."""
    for data, why in (
        (JPEG, SkipReason.PICTURE),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", SkipReason.PICTURE),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", SkipReason.AUDIO),
        (b"\x00\x00\x00\x18ftypmp42", SkipReason.VIDEO),
    ):
        reading = parse(data, LIMIT)
        assert (reading.format, reading.articles, reading.skipped[0].why) == ("media", (), why)


def test_text_is_no_picture() -> None:
    """A story that begins as some media file does is a story."""
    assert parse(b"GIF8 ASTANA, March 2. The Majilis met.", LIMIT).format == "wire"


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_line_of_200_megabytes(kind: str) -> None:
    """A line of 200 MB in a compressed file is refused, and takes twice its length of memory."""
    packed = b"".join([COMPRESSIONS[kind](b"a" * 10_000_000)] * 20)
    with at_most(410_000_000):
        assert refused(packed, Unpacking(expansion=10**6)).reason == FileReason.LINE_TOO_LONG


@pytest.mark.parametrize("member", range(1, 5))
def test_a_damaged_header_of_a_tar(member: int) -> None:
    """A tar of which a later header is damaged is refused, not stored as far as it could be read."""
    whole = bytearray(tarred({f"{number}.txt": WIRE for number in range(5)}))
    whole[member * 1024 + 3] ^= 1
    assert refused(bytes(whole)).reason == FileReason.MALFORMED


def test_a_tar_cut_between_its_files() -> None:
    """A tar that ends where a file of it does, without its own end, is refused as truncated."""
    whole = tarred({f"{number}.txt": WIRE for number in range(5)})
    for files in range(1, 5):
        assert refused(whole[: files * 1024]).reason == FileReason.TRUNCATED


@each_archive
def test_two_archives_in_a_row(kind: str) -> None:
    """Two archives in one file are refused: of two zips or tars only one would be read."""
    one = ARCHIVES[kind]({"a.txt": WIRE})
    assert refused(one + ARCHIVES[kind]({"b.xml": NITF})).reason == FileReason.MALFORMED


@pytest.mark.parametrize(
    "sign", ["mimetype", "META-INF/MANIFEST.MF", "[Content_Types].xml", "AndroidManifest.xml"]
)
def test_zips_that_are_formats_of_their_own(sign: str) -> None:
    """ODT, EPUB, JAR and the like are an unknown format, and not stored as their packaging."""
    error = refused(zipped({sign: b"application/vnd.oasis.opendocument.text", "a.txt": WIRE}))
    assert error.reason == FileReason.UNKNOWN_FORMAT
    assert parse(zipped({"b.odt": zipped({sign: b"x"}), "a.txt": WIRE}), LIMIT).skipped == (
        Skipped("b.odt", SkipReason.UNKNOWN_FORMAT),
    )


def test_accessories_are_no_stories() -> None:
    """Style sheets, check sums and the like that lie beside stories are passed over."""
    reading = parse(zipped({"a.txt": WIRE, "style.CSS": b"body { }", "a.md5": b"00 a.txt"}), LIMIT)
    assert [why for _, why in reading.skipped] == [SkipReason.DATA] * 2


def test_too_many_articles() -> None:
    """A file with more articles than may be stored together is refused as too large."""
    made = zipped({f"{number}.txt": WIRE + b"%d" % number for number in range(11)})
    assert refused(made, Unpacking(articles=10)).reason == FileReason.TOO_LARGE


def test_large_files_are_left_to_others() -> None:
    """What is over a megabyte is not read on the wires' own thread, whatever it is."""
    assert quick(b"ASTANA, March 2. The Majilis met.\n\n" * 40_000, LIMIT) is None
