"""The properties of a PDF: what its Info dictionary and its catalogue say."""

import re

from wirewatch.formats.extras import library
from wirewatch.formats.language import code_of
from wirewatch.formats.moments import When, when
from wirewatch.formats.office.keywords import keywords_of
from wirewatch.formats.office.story import Properties
from wirewatch.formats.office.title import given_author, given_title
from wirewatch.formats.pdf.reader import Pdf

_DATE = re.compile(
    r"(?:D:)?(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?)?)?"
    r"(?:(Z)(?:00'?00'?)?|([+-]\d{2})'?(?:(\d{2})'?)?)?",
    re.ASCII,
)


def read_properties(pdf: Pdf) -> Properties:
    """Read the properties of an open document; those that it does not have are empty."""
    published, precision = moment_of(_value(pdf, "CreationDate"))
    return Properties(
        title=given_title(_value(pdf, "Title")),
        author=given_author(_value(pdf, "Author")),
        published=published,
        precision=precision,
        language=code_of(_language(pdf).replace("_", "-")),
        subjects=keywords_of(_value(pdf, "Keywords")),
    )


def moment_of(written: str) -> When:
    """Read a date as PDF has it, `D:20240102030405+05'00'` or a beginning of it."""
    found = _DATE.fullmatch(written.strip())
    if found is None:
        return None, None
    year, month, day, hour, minute, second, utc, hours, minutes = found.groups()
    if day is None:
        return when("-".join(filter(None, (year, month))))
    if hour is None:
        return when(f"{year}-{month}-{day}")
    zone = "Z" if utc else f"{hours}:{minutes or '00'}" if hours else ""
    return when(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{zone}")


def _value(pdf: Pdf, name: str) -> str:
    """Give a text of the Info dictionary; nothing where it is none or is damaged."""
    try:
        return str(pdf.get_metadata_value(name))
    except UnicodeDecodeError:
        return ""


def _language(pdf: Pdf) -> str:
    """Give the language of the catalogue; nothing where PDFium is too old to say."""
    raw = library("pypdfium2.raw")
    ask = getattr(raw, "FPDFCatalog_GetLanguage", None)
    size = ask(pdf, None, 0) if ask else 0
    if not ask or not size:
        return ""
    text = (raw.FPDF_WCHAR * (size // 2))()
    ask(pdf, text, size)
    return bytes(text).decode("utf-16-le", "ignore").partition("\0")[0]
