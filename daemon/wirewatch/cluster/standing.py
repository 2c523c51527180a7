"""How a cluster stands, put together from what its queues and processes say. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from wirewatch.broker.topology import Settings
from wirewatch.cluster.account import Account, Follows
from wirewatch.cluster.depths import Depth
from wirewatch.states import Role
from wirewatch.store.desks import Leading

_RULED = (Role.WORKER, Role.DESK)  # whose rules decide what is told


class Standing(NamedTuple):
    """A cluster at about one moment: queues by name, all who answered, and desks by name.

    `at` is the highest position that all desks that answered have, `digests` what each of them
    has there; `measured` what each holds at one place in the log, if that was asked for. "" is
    for what a desk does not know.
    """

    queues: Mapping[str, Depth]
    accounts: Sequence[Account]
    at: int = 0
    digests: Mapping[str, str] = {}
    measured: Mapping[str, str] | None = None

    @property
    def desks(self) -> dict[str, Follows]:
        """Give the desks that answered, by name."""
        return {one.name: one.follows for one in self.accounts if one.follows}

    @property
    def leading(self) -> Leading | None:
        """Give who sends, as the desk knows it that is furthest."""
        known = [one.leading for one in self.desks.values() if one.leading]
        return max(known, default=None)

    @property
    def agree(self) -> bool:
        """Tell whether the desks hold the same, as far as that is known."""
        return len(_known(self.digests)) <= 1 and len(_known(self.measured or {})) <= 1

    def faults(self, settings: Settings) -> list[str]:
        """Say what is not as it should be; nothing where all is well."""
        parts = (
            _of_sending(self),
            _of_agreement(self),
            _of_rules(self),
            _of_work(self, settings),
            _of_desks(self, settings),
            (f"{one.role} {one.name}: {one.trouble}" for one in self.accounts if one.trouble),
        )
        return [said for part in parts for said in part]


def _known(digests: Mapping[str, str]) -> set[str]:
    """Give what is known of digests."""
    return {digest for digest in digests.values() if digest}


def _of_sending(standing: Standing) -> Iterator[str]:
    """Say that nobody sends."""
    leading = standing.leading
    if not standing.desks:
        yield "no desk answers: nothing is stored, and nobody is told"
    elif leading is None:
        yield "nobody sends: no desk has taken the lead yet"
    elif leading.desk not in standing.desks:
        yield f"nobody sends: {leading.desk} leads since {leading.since}, and does not answer"
    elif not standing.desks[leading.desk].leads:
        yield f"nobody sends: {leading.desk} was started anew since it took the lead"


def _of_agreement(standing: Standing) -> Iterator[str]:
    """Say that desks hold different things, or that it is not known."""
    remedy = "see docs/scale.md for what to do"
    if len(_known(standing.digests)) > 1:
        yield f"the desks disagree at position {standing.at} of the log; {remedy}"
    if not standing.at and any(one.position for one in standing.desks.values()):
        begun = [name for name, one in standing.desks.items() if not one.position]
        yield f"nothing of the log was performed yet by: {', '.join(begun)}"
    unknown = [name for name, digest in standing.digests.items() if not digest]
    if unknown:
        yield f"not known at position {standing.at}: {', '.join(unknown)}; desks are far apart"
    measured = standing.measured
    if measured is not None and len(_known(measured)) > 1:
        yield f"the desks hold different rows at the same place of the log; {remedy}"
    late = [name for name, digest in (measured or {}).items() if not digest]
    if late:
        yield f"no content digest came in time of: {', '.join(late)}"


def _of_rules(standing: Standing) -> Iterator[str]:
    """Say that processes go by different rules, or are different programs."""
    ruled = {one.rules for one in standing.accounts if one.role in _RULED}
    if len(ruled) > 1:
        yield f"rules differ: {len(ruled)} versions are at work; bring them to all, and reload"
    programs = sorted({one.program for one in standing.accounts})
    if len(programs) > 1:
        yield f"programs differ: {', '.join(programs)}; bring all machines to the newest"


def _of_work(standing: Standing, settings: Settings) -> Iterator[str]:
    """Say what lies where nothing should, and what nobody takes."""
    kept = {
        settings.failed: "arrivals that ended workers",
        settings.unreadable: "letters that are no arrivals",
    }
    for name, what in kept.items():
        if queue := _filled(standing, name):
            yield f"{queue.ready} {what} lie in {name}"
    for name in (settings.arrivals, settings.log):
        queue = _filled(standing, name)
        if queue and not queue.takers:
            yield f"nobody takes from {name}, where {queue.ready} wait"


def _of_desks(standing: Standing, settings: Settings) -> Iterator[str]:
    """Say which desks are down or share a name, and whose queue was cut."""
    for name, count in Counter(one.name for one in standing.accounts if one.follows).items():
        if count > 1:
            remedy = "give each a cluster.name of its own, and build them anew"
            yield f"{count} desks are named {name}, and take from one queue in turns; {remedy}"
    for name in names(standing.accounts):
        if queue := standing.queues.get(settings.desk(name)):
            if name not in standing.desks:
                yield f"the desk {name} does not answer, and {queue.ready} entries wait for it"
            if _filled(standing, settings.cut(name)):
                remedy = f"build it anew: wirewatch cluster forget {name}, then join"
                yield f"entries for the desk {name} were cut off; {remedy}"


def _filled(standing: Standing, name: str) -> Depth | None:
    """Give a queue in which something waits."""
    queue = standing.queues.get(name)
    return queue if queue and queue.ready else None


def names(accounts: Sequence[Account]) -> list[str]:
    """Name all desks that answer, or are known to one that does."""
    follows = [one.follows for one in accounts if one.follows]
    known = {name for one in follows for name in one.desks}
    return sorted(known | {one.name for one in accounts if one.role is Role.DESK})
