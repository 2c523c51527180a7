"""The desk: three hundred rules and the routes, as a configuration that is loaded."""

from collections.abc import Container, Iterator
from datetime import timedelta
from pathlib import Path

from wirewatch.deployment import Deployment, load_deployment
from year.wishes import BY_RULES, ESCALATED, LEAVING, SEASONAL, WISHES

RULES = 300
INBOXES = ("wires", "press", "crawl", "mail")
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
_GROUPS = ("", "votes", "{rule} {place}", "{severity} {country}", "votes", "{source} {agency}")
_WHENS = {
    5: "articles = 3, within = '4d'",
    16: "stories = 2, within = '2d'",
    27: "outlets = 2",
    33: "articles = 2, outlets = 2, within = '12h'",
}
"""What must hold over time for some of each 36 rules to ring."""
_ONSETS, _VOWELS = (
    ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z"],
    ["a", "e", "i", "o", "u"],
)


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


def group_of(rule: int) -> str:
    """Give what a rule calls its own group; empty where it does not say."""
    return _GROUPS[rule % len(_GROUPS)]


def when_of(rule: int) -> str:
    """Give what must hold over time for a rule to ring; empty where nothing must."""
    return _WHENS.get(rule % 36, "")


def _rule(number: int) -> str:
    """Write a rule's table."""
    query = _QUERIES[number % len(_QUERIES)].format(key=_word(number), other=_word(number + 400))
    if number % 60 == 0:
        query = "@parliament:KZ"
    channels = {BY_RULES[number * step % len(BY_RULES)] for step in (1, 7)[: number % 3]}
    tags = [_TAGS[number % len(_TAGS)]] if number % 2 else []
    more = [f'group = "{group_of(number)}"'] * bool(group_of(number))
    more += [f"when = {{ {when_of(number)} }}"] * bool(when_of(number))
    return "\n".join(
        (
            f'[[rule]]\nname = "r{number:03}-{number % 10}"\ntitle = "Rule {number}"',
            f"query = '{query}'\nseverity = \"{_SEVERITIES[number % 10]}\"",
            f"channels = {sorted(channels)}\ntags = {tags}",
            *more,
            "",
        )
    )


def _routes(known: Container[str]) -> Iterator[str]:
    """Write the routes' tables, as far as their channels are configured."""
    high, tagged = 'severity = "high"', 'tag = ["votes"]'
    wanted = (
        ("busy-digest", 'language = ["en"]', True),
        ("two-hourly", 'severity = "high"\nsource = ["wires"]', True),
        ("at-once-0", 'severity = "critical"', True),
        (LEAVING, 'tag = ["budget"]\nsource = ["press"]', True),
        (SEASONAL, 'tag = ["sport"]\nplace = ["Astana"]', True),
        ("all", 'rule = ["r00*"]', True),
        ("morning-york", 'tag = ["energy"]\nlanguage = ["kk"]', False),
        ("digest-and-rate", 'tag = ["energy"]', True),
        ("skipped-york", 'rule = ["*-3", "*-4"]', True),
        ("night-almaty", high, True),
        ("at-once-2", high, True),
        ("two-an-hour", tagged, True),
        ("thrice", tagged, True),
        ("at-once-4", 'rule = ["*-6", "*-8"]', True),
        ("cleared-digest", 'severity = "normal"\nplace = ["Baku"]', False),
        ("ten-an-hour", 'severity = "normal"', False),
    )
    for channel, conditions, goes_on in wanted:
        if channel in known:
            said = f'channels = ["{channel}"]\ncontinue = {str(goes_on).lower()}'
            minutes = ESCALATED.get(channel, timedelta()) // timedelta(minutes=1)
            yield f'[[route]]\n{conditions}\n{said}\nafter = "{minutes}m"'


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
