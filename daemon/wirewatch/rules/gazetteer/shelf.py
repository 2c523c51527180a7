"""Compiled gazetteers kept on disk: the world's parliaments take a quarter of a minute to compile.

What is kept is named after all that it was made of, the files and this program, so that nothing
stale is ever taken. It is made in a process of its own, which takes its memory with it when it
ends. Without a place to keep it everything is compiled each time.
"""

import hashlib
import json
import logging
import os
import subprocess
import sys
import zipfile
from array import array
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from marisa_trie import Trie

from wirewatch.errors import Fault
from wirewatch.event import Event
from wirewatch.rules.gazetteer.entry import Entry
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.lexicon import Compiled, Lexicon
from wirewatch.rules.gazetteer.makers import COMPILING, code_digest
from wirewatch.rules.gazetteer.meaning import Meaning, Sign, Spelling
from wirewatch.rules.gazetteer.reading import read_gazetteers

_log = logging.getLogger("wirewatch.rules")
_KEPT = 8  # books, those that were used last: of lists as they are, and as they were
_PARTS = 1 + 2 * len(Compiled._fields)  # files in a book for each list
_SMALL = 1_000_000  # bytes of a desk's own lists, which are read as quickly as a book is opened

_SERVICE = Path("/var/cache/wirewatch")  # which the systemd unit has

_Read = tuple[dict[str, Gazetteer], list[Fault]]


def shelved_gazetteers(shipped: Sequence[Path], own: Sequence[Path]) -> _Read:
    """Give what `read_gazetteers` gives, as far as it can from the shelf.

    The shipped lists lie there, and small lists of a desk's own are read beside them, unless they
    add to a shipped one.
    """
    if _size(own) > _SMALL:
        return _from_book(shipped, own)
    known, faults = _from_book(shipped, ())
    fresh, wrong = read_gazetteers((), own, known)
    if fresh.keys() & known.keys():
        return _from_book(shipped, own)
    return known | fresh, faults + wrong


def _from_book(shipped: Sequence[Path], own: Sequence[Path]) -> _Read:
    """Give the lists of some files from the book that holds them, which is made if need be."""
    book = book_of(shipped, own)
    try:
        return _taken(book), []
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        _log.warning(Event("compiling-lists", takes="some seconds, once"))
    words = [list(map(str, paths)) for paths in (shipped, own)]
    subprocess.run(
        [sys.executable, "-m", __name__, str(book)],
        input=json.dumps(words).encode(),
        capture_output=True,
        check=False,
    )
    try:
        return _taken(book), []
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return read_gazetteers(shipped, own)  # which tells what is wrong, if anything is


def book_of(shipped: Sequence[Path], own: Sequence[Path] = ()) -> Path:
    """Give the place of the book that holds some lists as they are now, made or not."""
    return _folder() / f"lists-{_digest(shipped, own)}.zip"


def main() -> None:
    """Make the book that is named, of the files that standard input lists as JSON."""
    shipped, own = (map(Path, paths) for paths in json.load(sys.stdin))
    gazetteers, faults = read_gazetteers(shipped, own)
    if not faults:
        _put(Path(sys.argv[1]), gazetteers)


def _size(paths: Sequence[Path]) -> int:
    """Give the bytes of some files; those that cannot be read have none."""
    return sum(path.stat().st_size for path in paths if path.is_file())


def _folder() -> Path:
    """Give the folder for what can be made again: systemd's, the XDG one, or ~/.cache.

    Commands that the service's user gives by hand take what the service has compiled.
    """
    given = os.environ.get("CACHE_DIRECTORY")
    if given:
        return Path(given.partition(":")[0])
    home = os.environ.get("XDG_CACHE_HOME")
    if not home and os.access(_SERVICE, os.W_OK):
        return _SERVICE
    return Path(home or Path.home() / ".cache") / "wirewatch"


def _digest(shipped: Sequence[Path], own: Sequence[Path]) -> str:
    """Digest all that decides what is compiled; files that cannot be read count as empty."""
    digest = hashlib.sha256(f"{sys.version} {code_digest(COMPILING)}".encode())
    for kind, paths in (("shipped", shipped), ("own", own)):
        for path in paths:
            try:
                inside = path.read_bytes()
            except OSError:
                inside = b""
            digest.update(repr((kind, path.name, len(inside))).encode())
            digest.update(inside)
    return digest.hexdigest()[:32]


def _put(book: Path, gazetteers: dict[str, Gazetteer]) -> None:
    """Keep compiled gazetteers; only the newest few books stay."""
    book.parent.mkdir(parents=True, exist_ok=True)
    part = book.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(part, "w") as file:
        for number, gazetteer in enumerate(gazetteers.values()):
            said = json.dumps(_said(gazetteer), ensure_ascii=False)
            file.writestr(f"{number}/list.json", said, zipfile.ZIP_DEFLATED)
            for kind, lexicon in gazetteer.compiled._asdict().items():
                file.writestr(f"{number}/{kind}", lexicon.names.tobytes())
                file.writestr(f"{number}/{kind}.meant", lexicon.meant.tobytes())
    part.replace(book)
    books = sorted(book.parent.glob("lists-*.zip"), key=lambda path: path.stat().st_mtime)
    for old in books[:-_KEPT]:
        old.unlink(missing_ok=True)


def _taken(book: Path) -> dict[str, Gazetteer]:
    """Take compiled gazetteers. Raises OSError, ValueError or KeyError when they are not there."""
    gazetteers = {}
    with zipfile.ZipFile(book) as file:
        with suppress(OSError):  # it may be another user's
            os.utime(book)
        for number in range(len(file.namelist()) // _PARTS):
            said = json.loads(file.read(f"{number}/list.json"))
            compiled = Compiled(
                *(
                    _lexicon(
                        said[kind],
                        file.read(f"{number}/{kind}"),
                        file.read(f"{number}/{kind}.meant"),
                    )
                    for kind in Compiled._fields
                )
            )
            gazetteer = Gazetteer(
                said["name"],
                tuple(_entry(*row) for row in said["entries"]),
                said["digest"],
                tuple(said["include"]),
                kept=compiled,
            )
            gazetteers[gazetteer.name] = gazetteer
    return gazetteers


def _said(gazetteer: Gazetteer) -> dict[str, Any]:
    """Write a gazetteer as JSON, but for its names."""
    return {
        "name": gazetteer.name,
        "digest": gazetteer.digest,
        "include": gazetteer.include,
        "entries": [
            (one.id, one.name, one.country, sorted(one.groups)) for one in gazetteer.entries
        ],
        **{kind: _told(lexicon) for kind, lexicon in gazetteer.compiled._asdict().items()},
    }


def _told(lexicon: Lexicon) -> dict[str, Any]:
    """Write a lexicon as JSON, but for its names."""
    meanings = dict.fromkeys(one for sense in lexicon.senses for one in sense)
    numbers = {one: number for number, one in enumerate(meanings)}
    return {
        "meanings": list(numbers),
        "senses": [[numbers[one] for one in sense] for sense in lexicon.senses],
        "heads": lexicon.joined_heads,
        "kind": lexicon.meant.typecode,
        "longest": lexicon.longest,
    }


def _lexicon(told: dict[str, Any], names: bytes, meant: bytes) -> Lexicon:
    """Read what `_told` wrote, with the names."""
    trie, numbers = Trie(), array(told["kind"])
    trie.frombytes(names)
    numbers.frombytes(meant)
    known = [_meaning(row) for row in told["meanings"]]
    senses = tuple(tuple(known[number] for number in sense) for sense in told["senses"])
    return Lexicon(trie, numbers, senses, told["heads"], told["longest"])


def _entry(key: str, name: str, country: str | None, groups: list[str]) -> Entry:
    """Read an entry: what it is called for people, and which parts of a list it belongs to."""
    return Entry(key, name, country, frozenset(groups))


def _meaning(row: list[Any]) -> Meaning:
    """Read a meaning: a spelling has twice as many columns as a sign."""
    if len(row) == len(Sign._fields):
        return Sign(*row)
    gazetteer, entry, exact, near, members, beside = row
    return Spelling(
        gazetteer, entry, exact, tuple(near), tuple((key, one) for key, one in members), beside
    )


if __name__ == "__main__":
    main()
