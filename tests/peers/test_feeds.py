"""feedparser's test files: each is read or refused, and what is read is what feedparser finds."""

import io
import unicodedata
from fnmatch import fnmatch
from functools import cache
from typing import Any, NamedTuple

import feedparser

from peers.outcome import outcome
from peers.source import files_of
from wirewatch.formats import Reading, markup

SLOWEST = 2.0  # seconds
UNREAD = {  # feeds that are not told as feeds
    "wellformed/cdf/*": "a format of 1997, given up in the same year's browsers",
    "wellformed/base/cdf_*": "the same",
    "wellformed/atom10/entry_id_with_attributes.xml": "a root called feed, in no namespace",
}
OTHER_TITLES = {  # titles that are not what feedparser makes of them
    "illformed/chardet/*": "feedparser knows the encoding only where chardet is installed",
    "wellformed/sanitize/entry_title_crazy.xml": "what stands in a script is no text",
}

PLAIN = {  # files that are taken for plain text
    "runtests.py": "a program, which is text",
}


class Both(NamedTuple):
    """What a file is to us, and its entries as feedparser finds them."""

    ours: Reading
    theirs: list[Any]


@cache
def files() -> dict[str, bytes]:
    """Give feedparser's test files by their paths."""
    found = files_of("feedparser", "tests")
    assert len(found) > 2_000
    return found


def read_by_both() -> dict[str, Both]:
    """Give all files that we read as feeds."""
    found = {}
    for path, data in files().items():
        reading = outcome(data).reading
        if reading and reading.format == "feed":
            found[path] = Both(reading, feedparser.parse(io.BytesIO(data)).entries)
    assert len(found) > 1_000
    return found


def same(paths: set[str], known: dict[str, str]) -> None:
    """Fail for each path that is not known to differ, and for what is known and differs no more."""
    unknown = {path for path in paths if not any(fnmatch(path, one) for one in known)}
    assert not unknown, f"{len(unknown)} files: {sorted(unknown)[:20]}"
    gone = [one for one in known if not any(fnmatch(path, one) for path in paths)]
    assert not gone, f"these differ no more: {gone}"


def title(entry: Any) -> str:
    """Give the title that feedparser finds, as one line without markup."""
    written = str(dict.get(entry, "title", ""))
    if written and entry.title_detail.type != "text/plain":
        written = markup.line(markup.fragment(written))
    return " ".join(unicodedata.normalize("NFC", written).split())


def test_every_file_is_read_or_refused() -> None:
    """Whatever the file, it is read or refused within two seconds."""
    slow = [path for path, data in files().items() if outcome(data).seconds > SLOWEST]
    assert not slow


def test_feeds_with_entries_are_told() -> None:
    """A well-formed file in which feedparser finds entries is read as a feed."""
    read = read_by_both()
    with_entries = {
        path
        for path, data in files().items()
        if path.startswith("wellformed/") and feedparser.parse(io.BytesIO(data)).entries
    }
    assert len(with_entries) > 1_000
    same(with_entries - read.keys(), UNREAD)


def test_markup_is_no_plain_text() -> None:
    """What is no feed is refused, and not taken for plain text."""
    read = {path: outcome(data).reading for path, data in files().items()}
    same({path for path, one in read.items() if one and one.format == "wire"}, PLAIN)


def test_no_entry_is_lost() -> None:
    """Each entry that feedparser finds is an article, or passed over by name."""
    for path, (ours, theirs) in read_by_both().items():
        assert len(ours.articles) + len(ours.skipped) == len(theirs), path


def test_titles() -> None:
    """A title is what feedparser gives, without its markup."""
    other = set()
    for path, (ours, theirs) in read_by_both().items():
        found = [article.title for article in ours.articles if article.title]
        if found != [written for entry in theirs if (written := title(entry))]:
            other.add(path)
    same(other, OTHER_TITLES)


def test_links_and_identities() -> None:
    """An entry's link is the article's address, and its id ends the article's guid."""
    compared = 0
    for path, (ours, theirs) in read_by_both().items():
        if ours.skipped:
            continue
        for article, entry in zip(ours.articles, theirs, strict=True):
            assert article.url == (entry.get("link") or None), path
            assert article.guid.endswith(entry.get("id", "")), path
            compared += "link" in entry
    assert compared > 20
