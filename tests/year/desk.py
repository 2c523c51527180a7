"""The desk: forty channels, three hundred rules and the routes, as a configuration that is loaded.

What channels may want is written down here and nowhere else: a new key of a channel's table is a
new field of `Wish`.
"""

from collections.abc import Container, Iterator
from pathlib import Path
from typing import NamedTuple

from wirewatch.deployment import Deployment, load_deployment

RULES = 300
INBOXES = ("wires", "press", "crawl", "mail")
LEAVING, SEASONAL, DYING = "leaving", "seasonal", "at-once-3"
_SEVERITIES = ("low", "low", "normal", "low", "normal", "high", "low", "normal", "high", "critical")
_TAGS = ("budget", "energy", "courts", "sport", "votes")
_QUERIES = (
    "{key}",
    "{key} AND {other}",
    '"{key} {other}"',
    "{key} NEAR/5 {other}",
    "{key} AND NOT unheard",
    "title:unheard OR {key}",
    "SENTENCE({key}, {other})",
)
_ONSETS, _VOWELS = (
    ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z"],
    ["a", "e", "i", "o", "u"],
)


class Wish(NamedTuple):
    """What a channel wants, in the words of the configuration."""

    name: str
    zone: str = "UTC"
    digest: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    rate: str = ""
    breaks: str = "critical"
    embargoed: bool = False

    @property
    def holds(self) -> bool:
        """Tell whether it lets anything wait."""
        return bool(self.digest or self.quiet or self.rate)

    def table(self) -> str:
        """Write the channel's table."""
        lines = [
            "[[channel]]",
            f'name = "{self.name}"',
            f'url = "json://127.0.0.1:9/{self.name}"',
            f'zone = "{self.zone}"',
            f"digest = {list(self.digest)}",
            f"quiet = {list(self.quiet)}",
            f'breaks = "{self.breaks}"',
            f"embargoed = {str(self.embargoed).lower()}",
        ]
        return "\n".join(lines + [f'rate = "{self.rate}"'] * bool(self.rate))


_LONDON, _YORK, _SYDNEY, _ALMATY = (
    "Europe/London",
    "America/New_York",
    "Australia/Sydney",
    "Asia/Almaty",
)
WISHES = (
    *(Wish(f"at-once-{number}") for number in range(7)),
    Wish("cleared", embargoed=True),
    Wish("cleared-digest", _LONDON, ("daily 09:00",), embargoed=True),
    Wish(LEAVING, _LONDON, ("mon-fri 12:00",)),
    Wish(SEASONAL),
    Wish("morning-london", _LONDON, ("daily 08:00",)),
    Wish("morning-york", _YORK, ("daily 08:00",)),
    Wish("morning-sydney", _SYDNEY, ("daily 07:30",), breaks="high"),
    Wish("morning-almaty", _ALMATY, ("daily 08:00",), breaks="never"),
    Wish("thrice", _LONDON, ("daily 07:00", "daily 13:00", "mon-fri 18:30")),
    Wish("skipped-london", _LONDON, ("daily 01:30",)),
    Wish("skipped-york", _YORK, ("daily 02:30",)),
    Wish("skipped-sydney", _SYDNEY, ("daily 02:15", "daily 02:45"), breaks="never"),
    Wish("weekly", _LONDON, ("sun 01:30",), breaks="high"),
    Wish("workdays", _ALMATY, ("mon-fri 09:00", "mon-fri 17:00")),
    Wish("night-london", _LONDON, quiet=("22:00-07:00",)),
    Wish("night-york", _YORK, quiet=("22:00-07:00", "sat,sun 00:00-24:00")),
    Wish("night-sydney", _SYDNEY, quiet=("23:00-02:30",), breaks="high"),
    Wish("night-almaty", _ALMATY, quiet=("20:00-08:00",), breaks="never"),
    Wish("gap-york", _YORK, quiet=("02:30-06:00",), breaks="never"),
    Wish("lunch", _LONDON, quiet=("12:30-13:30", "sun 00:00-24:00")),
    Wish("ten-an-hour", rate="10/h"),
    Wish("two-an-hour", rate="2/h"),
    Wish("one-a-minute", rate="1/m"),
    Wish("twenty-a-day", _YORK, rate="20/d"),
    Wish("four-an-hour-never", rate="4/h", breaks="never"),
    Wish("rate-and-night", _LONDON, quiet=("22:00-07:00",), rate="3/h"),
    Wish("rate-and-night-york", _YORK, quiet=("00:00-06:30",), rate="6/h", breaks="high"),
    Wish("digest-and-night", _LONDON, ("daily 06:00", "daily 20:00"), ("22:00-07:00",)),
    Wish("digest-and-rate", _SYDNEY, ("daily 08:00", "daily 08:20"), rate="1/h"),
    Wish("all", _YORK, ("daily 06:00", "daily 18:00"), ("21:00-07:00",), "2/h"),
    Wish("all-low", _SYDNEY, ("daily 02:30",), ("01:00-05:00",), "1/h", "normal"),
    Wish("hourly", _LONDON, tuple(f"daily {hour:02}:00" for hour in range(24))),
    Wish("busy-digest", _LONDON, ("mon,thu 10:00",), breaks="never"),
)
NAMES = tuple(wish.name for wish in WISHES)
BY_RULES = tuple(name for name in NAMES if name not in {LEAVING, SEASONAL, "busy-digest"})


def phrase_of(rule: int) -> str:
    """Give words of which a rule is true."""
    return "Majilis of Kazakhstan" if rule % 60 == 0 else f"{_word(rule)} {_word(rule + 400)}"


def _word(number: int) -> str:
    """Make up a word, the same for the same number."""
    number += 3_000
    letters = ""
    while number:
        number, onset = divmod(number, len(_ONSETS))
        number, vowel = divmod(number, len(_VOWELS))
        letters += _ONSETS[onset] + _VOWELS[vowel]
    return letters + "q"


def _rule(number: int) -> str:
    """Write a rule's table."""
    query = _QUERIES[number % len(_QUERIES)].format(key=_word(number), other=_word(number + 400))
    if number % 60 == 0:
        query = "@parliament:KZ"
    channels = {BY_RULES[number * step % len(BY_RULES)] for step in (1, 7)[: number % 3]}
    tags = [_TAGS[number % len(_TAGS)]] if number % 2 else []
    return (
        f'[[rule]]\nname = "r{number:03}-{number % 10}"\ntitle = "Rule {number}"\n'
        f"query = '{query}'\nseverity = \"{_SEVERITIES[number % 10]}\"\n"
        f"channels = {sorted(channels)}\ntags = {tags}\n"
    )


def _routes(known: Container[str]) -> Iterator[str]:
    """Write the routes' tables, as far as their channels are configured."""
    wanted = (
        ("busy-digest", 'language = ["en"]', True),
        ("hourly", 'severity = "high"\nsource = ["wires"]', True),
        ("at-once-0", 'severity = "critical"', True),
        (LEAVING, 'tag = ["budget"]\nsource = ["press"]', True),
        (SEASONAL, 'tag = ["sport"]\nplace = ["Astana"]', True),
        ("all", 'rule = ["r00*"]', True),
        ("morning-york", 'tag = ["energy"]\nlanguage = ["kk"]', False),
        ("digest-and-rate", 'tag = ["energy"]', True),
        ("skipped-york", 'rule = ["*-3", "*-4"]', True),
        ("cleared-digest", 'severity = "normal"\nplace = ["Baku"]', False),
        ("ten-an-hour", 'severity = "normal"', False),
    )
    for channel, conditions, goes_on in wanted:
        if channel in known:
            said = f'channels = ["{channel}"]\ncontinue = {str(goes_on).lower()}'
            yield f"[[route]]\n{conditions}\n{said}"


def deployed(folder: Path, without: Container[str] = ()) -> Deployment:
    """Write the desk's configuration, `without` some channels, and load it as the daemon does."""
    wishes = [wish for wish in WISHES if wish.name not in without]
    inboxes = (f'[[inbox]]\nname = "{name}"\npath = "{name}"' for name in INBOXES)
    parts = (
        '[store]\npath = "wirewatch.db"',
        *inboxes,
        '[rules]\npaths = ["rules.toml"]',
        *(wish.table() for wish in wishes),
        *_routes({wish.name for wish in wishes}),
    )
    (folder / "wirewatch.toml").write_text("\n".join(parts))
    (folder / "rules.toml").write_text("\n".join(map(_rule, range(RULES))))
    return load_deployment(folder / "wirewatch.toml")
