"""Formats: bytes in, articles out. One file or folder for each kind of file, found by discovery."""

from wirewatch.formats.archives.allowance import Unpacking
from wirewatch.formats.detection import formats, parser_of
from wirewatch.formats.reading import Origin, Reading, parse, quick

__all__ = ["Origin", "Reading", "Unpacking", "formats", "parse", "parser_of", "quick"]
