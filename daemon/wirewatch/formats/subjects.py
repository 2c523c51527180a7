"""The English names of the topics of the IPTC, for subjects that are given as codes."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources

from wirewatch.formats.newscodes import short

_CODE = re.compile(r"(medtop|mediatopic|subj|subjectcode):([0-9]{8})", re.IGNORECASE)
_MEDIA_TOPICS = frozenset({"medtop", "mediatopic"})

# The older list names its subjects by the same top codes, in part with other words.
_SUBJECT_CODES = {
    "01000000": "arts, culture and entertainment",
    "02000000": "crime, law and justice",
    "03000000": "disaster and accident",
    "04000000": "economy, business and finance",
    "05000000": "education",
    "06000000": "environmental issue",
    "07000000": "health",
    "08000000": "human interest",
    "09000000": "labour",
    "10000000": "lifestyle and leisure",
    "11000000": "politics",
    "12000000": "religion and belief",
    "13000000": "science and technology",
    "14000000": "social issue",
    "15000000": "sport",
    "16000000": "unrest, conflicts and war",
    "17000000": "weather",
}


def named(subjects: tuple[str, ...]) -> tuple[str, ...]:
    """Put the English name of each known code right after it.

    Takes the subjects of an article; gives them in their order, each once whatever its case. A
    name the file gives itself stays where the file has it. Codes nobody knows stay alone.
    """
    given = {subject.casefold() for subject in subjects}
    return tuple(_once(_with_names(subjects, given)))


def _with_names(subjects: tuple[str, ...], given: set[str]) -> Iterator[str]:
    """Give each subject, and after a code its name if the file does not give that too."""
    for subject in subjects:
        yield subject
        name = _name_of(subject)
        if name is not None and name.casefold() not in given:
            yield name


def _once(subjects: Iterator[str]) -> Iterator[str]:
    """Give each subject the first time it comes, whatever its case."""
    seen: set[str] = set()
    for subject in subjects:
        folded = subject.casefold()
        if folded not in seen:
            seen.add(folded)
            yield subject


def _name_of(subject: str) -> str | None:
    """Look up the name of a subject that is a code or the address of one."""
    code = _CODE.fullmatch(short(subject))
    if code is None:
        return None
    names = _media_topics() if code[1].lower() in _MEDIA_TOPICS else _SUBJECT_CODES
    return names.get(code[2])


@cache
def _media_topics() -> dict[str, str]:
    """Read the names of the Media Topics by their codes."""
    table = resources.files("wirewatch.formats").joinpath("media-topics.toml")
    return tomllib.loads(table.read_text(encoding="utf-8"))
