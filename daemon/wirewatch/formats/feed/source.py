"""The source of a feed: told by its root, decoded, and made fit for feedparser."""

import re

from wirewatch.formats.document import Document
from wirewatch.formats.plain import UNSEEN

_HEAD = 8_000  # characters in which the root element begins
_ROOT = re.compile(
    r"(?>\s+|\ufeff|<\?[^>]*\?>|<!--(?s:.*?)-->|<!doctype[^>\[]*(?:\[[^\]]*\]\s*)?>)*+"
    r"<(?P<name>(?:\w+:)?(?:rss|rdf|feed))\b(?P<attributes>[^>]*)>",
    re.IGNORECASE,
)
_OWN_ATTRIBUTES = {  # what tells a feed from other XML whose root is called the same
    "rss": "",
    "rdf": r"purl\.org/rss/|my\.netscape\.com/rdf/",
    "feed": r"www\.w3\.org/2005/atom|purl\.org/atom/",
}
_DECLARATION = re.compile(r"<\?xml\b[^>]*\?>", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|([0-9]{1,10}));", re.IGNORECASE)
_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
_SURROGATES = range(0xD800, 0xE000)
_LAST_CHARACTER = 0x10FFFF
# feedparser looks for an address in every author, in a time that grows with the square of a word.
_ENDLESS_WORD = re.compile(r"([\w.+-]{1000})[\w.+-]+", re.ASCII)
_BLANKS = re.compile(r"\s{16,}")
_XML_DECLARATION = "<?xml version='1.0' encoding='utf-8'?>\n"


def root_of(text: str) -> re.Match[str] | None:
    """Find the root element of a feed."""
    found = _ROOT.match(text[:_HEAD])
    if found is None:
        return None
    sign = _OWN_ATTRIBUTES[found["name"].lower().rpartition(":")[2]]
    return found if re.search(sign, found["attributes"], re.IGNORECASE) else None


def decoded(document: Document) -> str:
    """Decode as declared where that is possible, unless it is UTF-8 whatever it says."""
    declared = _ENCODING.match(document.data.lstrip()[:200])
    if declared:
        try:
            document.data.decode()
        except UnicodeDecodeError:
            try:
                return document.data.decode(declared[1].decode("ascii"))
            except (LookupError, ValueError):
                pass
    return document.text


def prepared(text: str) -> bytes:
    """Give a feed as UTF-8 that says so, without what makes feedparser stumble."""
    text = text.lstrip("\ufeff \t\r\n").translate(UNSEEN)
    declaration = _DECLARATION.match(text)
    text = text[declaration.end() :] if declaration else text
    text = _PAIR.sub(_joined, _REFERENCE.sub(_character, text))
    text = _ENDLESS_WORD.sub(r"\1", _BLANKS.sub(_shorter, text))
    return (_XML_DECLARATION + text).encode("utf-8", "replace")


def _character(reference: re.Match[str]) -> str:
    """Leave a reference to a character as it is; turn one to half of a pair into that half."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    if code in _SURROGATES:
        return chr(code)
    return reference[0] if code <= _LAST_CHARACTER else "\ufffd"


def _joined(pair: re.Match[str]) -> str:
    """Give the character that two halves stand for."""
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _shorter(blanks: re.Match[str]) -> str:
    """Shorten a long run of white space, so that a parting of paragraphs stays one."""
    return "\n\n" if blanks[0].count("\n") > 1 else " "
