"""Bytes become text once, and bytes that are no text are refused by name."""

import codecs
import unicodedata
from pathlib import Path

import pytest

from wirewatch import formats
from wirewatch.errors import Unreadable
from wirewatch.formats.document import Document
from wirewatch.model import Article
from wirewatch.states import FileReason

LIMIT = 1_000_000
LATIN = "ANKARA, 18 Aralık. Dört ülkenin deniz feneri bekçileri «fırtınadan» sonra ilk kez buluştu."
CYRILLIC = (
    "БИШКЕК, 18 декабря. /Кабар/. Хранители маяков договорились зажигать лампы за час до заката."
)
ARABIC = "الرياض، 15 فبراير. اجتمع حراس المنارات من أربع دول لأول مرة بعد عواصف الربيع."
DAY = CYRILLIC.encode()
BOM = codecs.BOM_UTF8


def _utf16(text: str, tail: bytes = b"") -> bytes:
    """Encode with the mark of little-endian UTF-16."""
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le") + tail


REFUSED = {
    "nothing": (b"", FileReason.EMPTY),
    "white space": (b" \t\r\n\n ", FileReason.EMPTY),
    "a mark and nothing else": (BOM, FileReason.NO_TEXT),
    "a leader and nothing else": (b" date 2024-12-07 \n", FileReason.NO_TEXT),
    "every byte": (bytes(range(256)), FileReason.BINARY),
    "half an archive": (b"\x1f\x8b\x08\x00\xc5\x91Wg\x02\xff", FileReason.TRUNCATED),
    "a program": (b"\x7fELF\x02\x01\x01\x00\x00\x00", FileReason.BINARY),
    "a control character": (b"The lamp\x02s are lit.", FileReason.BINARY),
    "a control character in UTF-16": (_utf16("The lamp\x02s are lit."), FileReason.BINARY),
    "a NUL": (b"The lamp\x00s are lit.", FileReason.NUL_BYTES),
    "a NUL beyond ASCII": (DAY + b"\x00", FileReason.NUL_BYTES),
    "a NUL after a mark": (BOM + b"The lamp\x00s are lit.", FileReason.NUL_BYTES),
    "a NUL in UTF-16": (_utf16("The lamp\x00s are lit."), FileReason.NUL_BYTES),
    "NULs alone": (b"\x00" * 4096, FileReason.NUL_BYTES),
    "a surrogate": (DAY + b"\xed\xa0\xbd" + DAY, FileReason.LONE_SURROGATES),
    "a surrogate pair as UTF-8": (b"Hi \xed\xa0\xbd\xed\xb8\x80 all", FileReason.LONE_SURROGATES),
    "a surrogate after a mark": (BOM + b"Hi \xed\xb8\x80 all of you", FileReason.LONE_SURROGATES),
    "a high surrogate in UTF-16": (_utf16("Hi", b"\x3d\xd8a\x00bc"), FileReason.LONE_SURROGATES),
    "a low surrogate in UTF-16": (
        _utf16("Hi", b"\x00\xdea\x00b\x00c\x00"),
        FileReason.LONE_SURROGATES,
    ),
    "a surrogate in UTF-32": (
        b"\xff\xfe\0\0\x3d\xd8\0\0a\0\0\0b\0\0\0",
        FileReason.LONE_SURROGATES,
    ),
    "cut inside two bytes": (DAY[:-2], FileReason.TRUNCATED),
    "cut inside three bytes": ((LATIN + "”").encode()[:-1], FileReason.TRUNCATED),
    "cut inside four bytes": ((LATIN + "𠀀").encode()[:-1], FileReason.TRUNCATED),
    "cut after a mark": (BOM + DAY[:-2], FileReason.TRUNCATED),
    "cut inside UTF-16": (_utf16("The lamps are lit.")[:-1], FileReason.TRUNCATED),
    "cut inside a pair": (_utf16("The lamps 𠀀")[:-2], FileReason.TRUNCATED),
    "cut inside UTF-32": ("The lamps".encode("utf-32")[:-2], FileReason.TRUNCATED),
    "a broken letter": (DAY * 3 + b"\xff" + DAY * 3, FileReason.UNDECODABLE),
    "half a letter inside": (DAY * 3 + b"\xd0 " + DAY * 3, FileReason.UNDECODABLE),
    "a broken letter after a mark": (BOM + DAY + b"\xff" + DAY, FileReason.UNDECODABLE),
    "high bytes": (bytes(range(0x80, 0x100)) * 3, FileReason.UNDECODABLE),
    "a line of 10 MB": (b"lamp " * 2_000_000, FileReason.LINE_TOO_LONG),
    "a line of 10 MB beyond ASCII": ("лампа".encode() * 1_000_000, FileReason.LINE_TOO_LONG),
    "XML": (b'<?xml version="1.0"?><a/>', FileReason.UNKNOWN_FORMAT),
    "unknown XML": (b"\n<?xml version='1.0'?><a>b</a>", FileReason.UNKNOWN_FORMAT),
    "JSON": (b'{"headline": "Lamps"}', FileReason.UNKNOWN_FORMAT),
}


def _article(data: bytes) -> Article:
    """Parse a file that holds one article."""
    name, articles, *_ = formats.parse(data, LIMIT)
    assert name == "wire"
    assert len(articles) == 1
    return articles[0]


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_refused_by_name(data: bytes, reason: FileReason) -> None:
    """What holds no readable text is refused, for the reason that fits it."""
    with pytest.raises(Unreadable) as refused:
        formats.parse(data, LIMIT)
    assert refused.value.reason == reason
    assert refused.value.detail


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"Lamps\x00 lit", "5"),
        (b"Lamps \x01lit", "6"),
        (DAY + b"\xed\xa0\x80" + DAY, str(len(DAY))),
    ],
)
def test_place_of_the_fault(data: bytes, place: str) -> None:
    """A refusal says at which byte the fault is."""
    with pytest.raises(Unreadable, match=rf"\b{place}\b"):
        formats.parse(data, LIMIT)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [LATIN, CYRILLIC, ARABIC], ids=["Latin", "Cyrillic", "Arabic"])
def test_unicode_encodings(text: str, encoding: str) -> None:
    """A story is the same article in UTF-8 or UTF-16, with a byte order mark or without."""
    assert _article(text.encode(encoding)) == _article(text.encode())


def test_big_endian_with_mark() -> None:
    """Big-endian UTF-16 and UTF-32 are told by their marks."""
    for encoding, mark in (("utf-16-be", codecs.BOM_UTF16_BE), ("utf-32-be", codecs.BOM_UTF32_BE)):
        assert _article(mark + CYRILLIC.encode(encoding)) == _article(DAY)


LEGACY = {
    "Russian": ("cp1251", CYRILLIC),
    "Russian of Unix": ("koi8_r", CYRILLIC),
    "Russian of ISO": ("iso8859_5", CYRILLIC),
    "Ukrainian": (
        "koi8_u",
        "КИЇВ, 18 грудня. Доглядачі маяків уперше зустрілися після весняних бур.",
    ),
    "Hungarian": (
        "cp1250",
        "BUDAPEST, december 18. Az őrök megállapodtak, hogy a lámpák ősszel égnek.",
    ),
    "Polish": (
        "cp1250",
        "WARSZAWA, 18 grudnia. Latarnicy spotkali się po burzach i wybrali nowe żarówki.",
    ),
    "Czech": (
        "cp1250",
        "PRAHA, 18. prosince. Strážci majáků ze čtyř zemí se poprvé setkali po bouřích.",
    ),
    "French": (
        "cp1252",
        "PARIS, 18 décembre. Les gardiens se sont réunis après les tempêtes de l’été.",
    ),
    "Spanish": (
        "cp1252",
        "LIMA, 18 dic. Los guardianes se reunieron después de la primavera. Mañana irán más.",
    ),
    "German": (
        "cp1252",
        "BERLIN, 18. Dezember. Die Wärter aus vier Ländern wählten größere Lampen für März.",
    ),
    "Lithuanian": (
        "cp1257",
        "VILNIUS, gruodžio 18. Keturių šalių prižiūrėtojai susitiko pirmą kartą po audrų.",
    ),
    "Greek": (
        "cp1253",
        "ΑΘΗΝΑ, 18 Δεκεμβρίου. Οι φαροφύλακες τεσσάρων χωρών συναντήθηκαν για πρώτη φορά.",
    ),
    "Turkish": ("cp1254", LATIN),
    "Hebrew": (
        "cp1255",
        "ירושלים, 18 בדצמבר. שומרי המגדלורים של ארבע מדינות נפגשו לראשונה מאז סערות האביב.",
    ),
    "Arabic": ("cp1256", ARABIC),
    "Chinese": (
        "gb18030",
        "北京十二月十八日电。四个国家的灯塔看守人在春季风暴之后首次会面，他们同意点亮灯塔。",
    ),
    "Chinese of Taiwan": (
        "big5",
        "臺北十二月十八日電。四個國家的燈塔看守人在春季風暴之後首次會面，同意點亮燈塔。",
    ),
    "Japanese": (
        "shift_jis",
        "東京十二月十八日。四か国の灯台守が春の嵐のあと初めて集まり、明かりをともすことで合意した。",
    ),
    "Korean": (
        "euc_kr",
        "서울 십이월 십팔일. 네 나라의 등대지기들이 봄 폭풍 이후 처음으로 만나 등을 켜기로 합의했다.",
    ),
}


@pytest.mark.parametrize(("encoding", "text"), LEGACY.values(), ids=LEGACY)
def test_legacy_encodings(encoding: str, text: str) -> None:
    """A story in an encoding from before Unicode is read as it was meant."""
    assert _article(text.encode(encoding)) == _article(text.encode())


@pytest.mark.parametrize("shift", range(4))
@pytest.mark.parametrize("language", ["Chinese", "Japanese", "Korean"])
def test_long_legacy_text(language: str, shift: int) -> None:
    """A long story in a legacy encoding is read, wherever its letters fall in the bytes."""
    encoding, story = LEGACY[language]
    text = "A" * shift + "\n\n" + "\n\n".join([story] * 1000)
    assert Document(text.encode(encoding), LIMIT).text == text


def test_stored_as_nfc() -> None:
    """A story that arrives in decomposed letters is stored composed, as the same article."""
    article = _article(unicodedata.normalize("NFD", LATIN).encode())
    assert article == _article(LATIN.encode())
    assert unicodedata.is_normalized("NFC", article.body)


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_newlines(newline: str) -> None:
    """A story is the same article whichever newline its sender uses."""
    text = f"{LATIN}\n\nİkinci toplantı.\nÜçüncüsü yok.\n"
    assert _article(text.replace("\n", newline).encode()) == _article(text.encode())


@pytest.mark.parametrize("letter", ["a", "л"])
def test_line_limit(letter: str) -> None:
    """A line may be as long as the limit, counted in characters, and no longer."""
    text = "\n".join([letter * 50] * 20)
    assert Document(text.encode(), 50).text == text
    with pytest.raises(Unreadable, match="50 characters, the limit is 49"):
        _ = Document(text.encode(), 49).text


def test_format_by_dropping_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A format is added by adding its file, and is asked in the order of its rank."""
    (tmp_path / "shouted.py").write_text(
        "from wirewatch.formats.document import Format\n"
        "def loud(document): return document.text.isupper()\n"
        "FORMAT = Format('zz-shouted', 'capitals', 10, loud, lambda document: [])\n"
    )
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    formats.formats.cache_clear()
    try:
        names = [known.name for known in formats.formats()]
        assert names.index("zz-shouted") < names.index("wire") == len(names) - 1
        with pytest.raises(Unreadable) as refused:
            formats.parse(b"LAMPS LIT", LIMIT)
        assert refused.value.reason == FileReason.NO_TEXT
        assert formats.parse(b"Lamps lit", LIMIT)[0] == "wire"
    finally:
        formats.formats.cache_clear()


def test_formats_describe_themselves() -> None:
    """Every format has a name of its own and says what it reads."""
    known = formats.formats()
    assert len({each.name for each in known}) == len(known)
    assert all(each.reads for each in known)
