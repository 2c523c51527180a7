"""Reading a file's bytes: what it is, what lies in it, and the articles of all that."""

import re
from typing import NamedTuple

from wirewatch.errors import Unreadable
from wirewatch.formats.archives import compressed, members
from wirewatch.formats.archives.allowance import Allowance, Unpacking
from wirewatch.formats.archives.members import Member
from wirewatch.formats.completion import completed
from wirewatch.formats.detection import binary_format, parser_of, text_format
from wirewatch.formats.document import Document, Format
from wirewatch.model import Article, Skipped
from wirewatch.states import WITHDRAWN, FileReason, SkipReason

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANK = "".join(map(chr, (*range(0x21), *range(0x7F, 0xA1))))
_PASSED_OVER = {  # what is no article in an archive, where alone it would be put aside
    FileReason.BINARY: SkipReason.BINARY,
    FileReason.EMPTY: SkipReason.NO_CONTENT,
    FileReason.NO_TEXT: SkipReason.NO_TEXT,
    FileReason.UNKNOWN_FORMAT: SkipReason.UNKNOWN_FORMAT,
}
_ACCESSORIES = (".css", ".js", ".ini", ".md5", ".sha1", ".sha256", ".sfv", ".log", ".db")
"""What files are called that lie beside others in archives, and would pass for plain text."""
_ADDED = ("language", "subjects")  # what `completed` may give an article
_QUICK = 1_000_000  # bytes; mail and tagged text take a second for two of these
_FORKS = ("__MACOSX/", "._")  # what macOS adds to archives beside the files


class Origin(NamedTuple):
    """Where an article is from: which format read it, from which file of an archive.

    `added` names the fields that are not from the file: told from its text, or looked up.
    """

    format: str
    member: str
    added: tuple[str, ...]


class Reading(NamedTuple):
    """What a file was read as: its format, its articles, and the items that are none.

    `format` names what lies around it too, as `gzip/feed` or `zip/nitf+wire`, of the formats those
    that gave articles; `parser` is what read them, with its version. `origins` has one for each
    article, in their order.
    """

    format: str
    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...] = ()
    parser: str = ""
    origins: tuple[Origin, ...] = ()


def parse(data: bytes, line_limit: int, unpacking: Unpacking | None = None) -> Reading:
    """Read a file's bytes, whatever archives are around them.

    Raises Unreadable with the reason when nothing can be read, when there is neither an article
    nor an item that is none, when a line is longer than `line_limit` characters, or when archives
    hold more than `unpacking` allows.
    """
    allowed = unpacking or Unpacking()
    opened = _Opened(line_limit, Allowance(allowed, len(data)), allowed.articles)
    opened.read(data, 0)
    return opened.reading()


def quick(data: bytes, line_limit: int) -> Reading | None:
    """Read a file as `parse` does; None where it may take long: large, archived, heavy formats."""
    if len(data) > _QUICK:
        return None
    document = Document(data, line_limit)
    known = binary_format(document)
    if known is None and _archive(data):
        return None
    known = known or text_format(document)
    if known.heavy:
        return None
    opened = _Opened(line_limit, Allowance(Unpacking(), len(data)), len(data))
    opened.take(known, document)
    return opened.reading()


def _is_blank(item: Article | Skipped) -> bool:
    """Tell whether nothing is left of an article without its control characters.

    What is withdrawn may have no text at all.
    """
    if isinstance(item, Skipped) or item.status in WITHDRAWN:
        return False
    return not any(text.strip(_BLANK) for text in (item.title, item.headline, item.body))


def _archive(data: bytes) -> str | None:
    """Tell which kind of archive or compression a file is, or None."""
    return compressed.kind_of(data) or members.kind_of(data)


class _Opened:
    """What was found in a file so far."""

    def __init__(self, line_limit: int, allowance: Allowance, most: int) -> None:
        self._line_limit = line_limit
        self._most = most
        self._allowance = allowance
        self._around: dict[str, None] = {}
        self._formats: dict[str, str] = {}
        self._articles: list[Article] = []
        self._skipped: list[Skipped] = []
        self._origins: list[Origin] = []
        self._within: list[str] = []

    def read(self, data: bytes, depth: int) -> None:
        """Read bytes that lie in so many archives."""
        document = Document(data, self._line_limit)
        known = binary_format(document)
        kind = None if known else _archive(data)
        if kind is None:
            self.take(known or text_format(document), document)
            return
        self._allowance.reach(depth + 1)
        self._around[kind] = None
        if compressed.kind_of(data):
            self.read(compressed.decompressed(kind, data, self._allowance), depth + 1)
            return
        for member in members.members(kind, data, self._allowance):
            self._member(member, depth + 1)

    def take(self, known: Format, document: Document) -> None:
        """Take all items of a document. Raises Unreadable (no-text) when there are none."""
        items = [item for item in known.parse(document) if not _is_blank(item)]
        if not items:
            raise Unreadable(FileReason.NO_TEXT, f"no article in this {known.name} file")
        self._formats[known.name] = parser_of(known)
        for item in items:
            if isinstance(item, Article):
                self._add(item, known.name)
        self._skipped += (item for item in items if isinstance(item, Skipped))

    def _add(self, article: Article, known: str) -> None:
        """Take an article, with what its file does not say of it. Raises Unreadable (too-large)."""
        if len(self._articles) == self._most:
            raise Unreadable(FileReason.TOO_LARGE, f"it holds more than {self._most:,} articles")
        whole = completed(article)
        added = (one for one in _ADDED if getattr(article, one) != getattr(whole, one))
        self._articles.append(whole)
        self._origins.append(Origin(known, "/".join(self._within), tuple(added)))

    def _member(self, member: Member, depth: int) -> None:
        """Take a file of an archive; what is broken in it breaks the archive."""
        name = _UNPRINTABLE.sub("\ufffd", member.name)
        before = len(self._skipped)
        if member.data is None or name.startswith(_FORKS) or "/._" in name:
            self._skipped.append(Skipped(name, SkipReason.NO_CONTENT))
            return
        if name.lower().endswith(_ACCESSORIES):
            self._skipped.append(Skipped(name, SkipReason.DATA))
            return
        self._within.append(name)
        try:
            self.read(member.data, depth)
        except Unreadable as error:
            why = _PASSED_OVER.get(error.reason)
            if why is None:
                raise Unreadable(error.reason, f"{name}: {error.detail}") from error
            self._skipped.append(Skipped(name, why))
            return
        finally:
            self._within.pop()
        self._skipped[before:] = [
            Skipped(f"{name}: {item}", why) for item, why in self._skipped[before:]
        ]

    def reading(self) -> Reading:
        """Give all that was found. Raises Unreadable when nothing is known of it, or nothing is."""
        if not self._articles:
            if not self._skipped:
                raise Unreadable(FileReason.EMPTY, "an archive without files")
            unknown = [item for item, why in self._skipped if why is SkipReason.UNKNOWN_FORMAT]
            if unknown:
                detail = f"no known format recognises {unknown[0]}"
                raise Unreadable(FileReason.UNKNOWN_FORMAT, detail)
        telling = dict.fromkeys(origin.format for origin in self._origins) or self._formats
        inside = ["+".join(telling)] if telling else []
        return Reading(
            "/".join([*self._around, *inside]),
            tuple(self._articles),
            tuple(self._skipped),
            "+".join(self._formats[name] for name in telling),
            tuple(self._origins),
        )
