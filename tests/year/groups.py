"""Groups: the first is told at once, what follows within the interval together when it is over."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from year.books import Books, Delivery
from year.desk import group_of

_FIELD = re.compile(r"\{(\w+)\}")
_ARTICLES = """
SELECT d.id, a.story, a.agency, a.place, a.country, a.language, a.source
FROM deliveries d JOIN alerts al ON al.id = d.alert_id JOIN articles a ON a.id = al.article_id
"""


class Sent(NamedTuple):
    """A message of a group, from when it was let go to when it was known what came of it."""

    begin: datetime
    end: datetime
    ok: bool
    delivery: int
    place: int
    """Where it stands among all messages."""


class Groups:
    """Holds the messages of each group against each other."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._names = dict(self._named())
        self._sent: dict[tuple[str, str], list[Sent]] = self._messages()
        self._ends = {
            key: sorted(one.end for one in sent if one.ok) for key, sent in self._sent.items()
        }
        self._first: dict[int, int] = {}
        for place, claim in enumerate(books.lived.network.claims):
            for delivery in claim.deliveries:
                self._first.setdefault(delivery, place)

    def due(self, one: Delivery) -> datetime:
        """Give when an alert may go for all that its group says of the moment when it came."""
        group = self._names.get(one.id)
        if group is None or one.recalls is not None or one.escalation or one.breaks:
            return one.created
        last = self._last(one, group)
        if last is None or one.created >= last + one.wish.interval:
            return one.created
        return last + one.wish.interval

    def _last(self, one: Delivery, group: str) -> datetime | None:
        """Give when the last message of a group was known to have arrived, as an alert came.

        One that was under way then counts as of that moment.
        """
        sent = self._sent.get((one.channel, group), [])
        own = self._first.get(one.id)
        begun = bisect_right(sent, one.created, key=lambda other: other.begin)
        if any(one.created < other.end and other.delivery != one.id
               and (own is None or other.place < own) for other in sent[:begun]):  # fmt: skip
            return one.created
        ends = self._ends.get((one.channel, group), [])
        known = bisect_right(ends, one.created)
        return ends[known - 1] if known else None

    def _messages(self) -> dict[tuple[str, str], list[Sent]]:
        """Give the messages that were sent, by channel and group.

        Of one that was given back before it was begun nothing was sent.
        """
        found: defaultdict[tuple[str, str], list[Sent]] = defaultdict(list)
        for place, claim in enumerate(self._books.lived.network.claims):
            for delivery in claim.deliveries:
                group = self._names.get(delivery)
                if group is None:
                    continue
                tries, claims = self._books.tries[delivery], self._books.claims[delivery]
                came = next((one for one in tries if one.at > claim.at), None)
                again = next((other for other in claims if other.at > claim.at), None)
                if came and (again is None or came.at <= again.at):
                    sent = Sent(claim.at, came.at, came.ok, delivery, place)
                    found[claim.channel, group].append(sent)
        return found

    def _named(self) -> Iterator[tuple[int, str]]:
        """Name the group of each alert on a channel that wants groups."""
        for number, story, *values, source in self._books.lived.store.db.execute(_ARTICLES):
            one = self._books.deliveries[number]
            if one.wish.group and one.recalls is None:
                names = ("agency", "place", "country", "language")
                fields = dict(zip(names, values, strict=True))
                fields |= {"rule": one.rule, "severity": one.severity, "source": source}
                own = _filled(group_of(int(one.rule[1:4])) or "{rule}", fields)
                known = {"rule": one.rule, "story": str(story), "own": own}
                yield number, f"{one.wish.group} {known[one.wish.group]}"

    def misplaced(self) -> Iterator[str]:
        """Find alerts that are not in the group in which they belong."""
        for one in self._books.deliveries.values():
            if one.recalls is None and one.grouping != self._names.get(one.id):
                yield f"belongs to {self._names.get(one.id)}: {one}"

    def crowded(self) -> Iterator[str]:
        """Find what went out within the interval of its group, and nothing justifies it."""
        for one in self._books.deliveries.values():
            claims = self._books.claims[one.id]
            if one.id in self._books.lived.diary.by_hand or not claims:
                continue
            if claims[0].at < (due := self.due(one)):
                yield f"of its group nothing may go before {due}, it went {claims[0].at}: {one}"

    def parted(self) -> Iterator[str]:
        """Find alerts of a group that waited for the same moment, and did not go together."""
        waited: defaultdict[tuple[str, str, datetime, datetime], set[str]] = defaultdict(set)
        for one in self._books.deliveries.values():
            group, due = self._names.get(one.id), self.due(one)
            claims = self._books.claims[one.id]
            if group and claims and due > one.created and claims[0].at == due:
                waited[one.channel, group, due, claims[0].at].add(claims[0].key)
        for moment, keys in waited.items():
            if len(keys) > 1:
                yield f"{len(keys)} messages of a group at one moment: {moment} {keys}"


def _filled(template: str, fields: dict[str, str | None]) -> str:
    """Put an alert's own fields where a rule names them."""
    return _FIELD.sub(lambda found: fields[found[1]] or "unknown", template)
