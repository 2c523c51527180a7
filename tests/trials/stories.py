"""Wire stories made for the crash suite: unique, and a known share of them matches a rule."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

RULES = {
    "water": ("aquifer", ("desk",)),
    "treaty": ('"harbour treaty"', ("desk", "night", "group")),
}
"""Each rule by name: its query and the channels it tells."""

ESCALATED = {"treaty": ("boss",)}
"""The channels that hear of a rule because nobody has acknowledged its alert."""

CHANNELS = {"desk": "", "night": "", "boss": "", "group": 'group = "rule"\ninterval = "300ms"\n'}
"""Each channel by name, with what it wants to hear and when."""


def told(rule: str) -> tuple[str, ...]:
    """Give the channels that hear of a rule in the end."""
    return RULES[rule][1] + ESCALATED.get(rule, ())


_SENTENCES = {
    "water": "Members asked about the aquifer below the old town.",
    "treaty": "The harbour treaty is to be read a second time.",
}
_TURNS: tuple[tuple[str, ...], ...] = (("water",), (), ("treaty",), (), ("water", "treaty"), ())
_WORDS = (
    "bridge", "clerk", "county", "debate", "evening", "ferry", "garden", "hearing", "index",
    "journal", "kitchen", "ledger", "minutes", "notice", "orchard", "paper", "quarry", "record",
    "school", "table", "usher", "valley", "winter", "yard",
)  # fmt: skip


@dataclass(frozen=True)
class Story:
    """A file's bytes, and all that the daemon owes for them."""

    token: str
    """Stands in the headline, so that a message shows which story it tells of."""
    data: bytes
    body: str
    """The article's text as it is to be stored; empty when the bytes are no story."""
    alerts: frozenset[tuple[str, str]]
    """The rules that are true of it, each with a channel that is to be told."""
    kill: "Story | None" = None
    """The version that withdraws it, if one is to come: then its alerts are owed to nobody."""


def stories(rng: random.Random) -> Iterator[Story]:
    """Make stories without end."""
    for number, rules in enumerate(cycle(_TURNS)):
        token = f"q{rng.getrandbits(32):08x}-{number}"
        opening = f"Docket {token} came before the committee this week, Trend reports."
        paragraphs = [opening, *(_SENTENCES[rule] for rule in rules)]
        paragraphs += (_paragraph(rng) for _ in range(rng.randint(1, 12)))
        body = "\n\n".join(paragraphs)
        text = f" date 2026-11-02 ASTANA, Kazakhstan, November 2. {body}\n"
        alerts = frozenset((rule, channel) for rule in rules for channel in told(rule))
        yield Story(token, text.encode(), body, alerts)


def condemned(rng: random.Random) -> Story:
    """Make a story of an agency that will withdraw it, by the same guid."""
    token = f"k{rng.getrandbits(32):08x}"
    alerts = frozenset(("treaty", channel) for channel in told("treaty"))
    opening = f"Members had the papers of {token} before them this week."
    body = "\n\n".join((opening, _SENTENCES["treaty"], _paragraph(rng), _paragraph(rng)))
    sorry = f"The agency withdraws the story {token}, which was sent by mistake."
    kill = Story(f"{token}-kill", _ninjs(f"{token}-kill", 2, "canceled", sorry), sorry, frozenset())
    return Story(token, _ninjs(token, 1, "usable", body), body, alerts, kill)


def _ninjs(token: str, version: int, status: str, body: str) -> bytes:
    """Write a version of a story as ninjs."""
    uri = f"urn:agency:{token.removesuffix('-kill')}"
    item = {"uri": uri, "version": str(version), "type": "text", "pubstatus": status}
    item |= {"headline": f"Docket {token} came to the committee", "body_text": body}
    return json.dumps(item).encode()


def reflowed(story: Story) -> Story:
    """Give the same article in other bytes."""
    return Story(story.token, story.data.replace(b"\n", b"\r\n"), story.body, story.alerts)


def broken(rng: random.Random) -> Story:
    """Make a file that is no story."""
    return Story("", b"\x00\x01" + rng.randbytes(200), "", frozenset())


def _paragraph(rng: random.Random) -> str:
    """Make a paragraph of a few sentences."""
    sentences = (" ".join(rng.choices(_WORDS, k=rng.randint(6, 18))) for _ in range(3))
    return " ".join(f"{sentence.capitalize()}." for sentence in sentences)
