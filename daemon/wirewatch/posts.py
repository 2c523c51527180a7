"""The posts of several machines: only intake, or only a desk. What they share is the broker."""

import uuid
from collections.abc import Callable, Sequence

from wirewatch import __version__
from wirewatch.broker.link import Link
from wirewatch.broker.topology import Settings, of_answering, of_desk, of_intake, of_joining
from wirewatch.brokerage import ailments_of, link_of, name_of, settings_of
from wirewatch.clock import Clock, iso
from wirewatch.cluster.account import Account, Question
from wirewatch.cluster.answering import Answering, Tell
from wirewatch.cluster.election import Election
from wirewatch.cluster.following import Done, Following
from wirewatch.cluster.handing import Handing, HandingExaminer
from wirewatch.cluster.joining import end as end_joining
from wirewatch.cluster.measuring import Measuring
from wirewatch.cluster.metrics import CLUSTER, sighting
from wirewatch.cluster.proposals import Proposals
from wirewatch.cluster.relay import Relay
from wirewatch.cluster.stance import Stance
from wirewatch.cluster.unbroken import Unbroken
from wirewatch.config import Config
from wirewatch.deployment import Deployment
from wirewatch.model import Message, Outcome
from wirewatch.pipeline.acts import Accept, Performer
from wirewatch.pipeline.deliveries import Deliveries
from wirewatch.pipeline.examine import Examiner
from wirewatch.pipeline.families import Reading, read
from wirewatch.pipeline.journal import tell_committed
from wirewatch.pipeline.mandate import Mandate
from wirewatch.post import Place, Post, Stuck
from wirewatch.rules.matcher import Matcher
from wirewatch.states import Role
from wirewatch.store.database import Store
from wirewatch.store.desks import leading

_PATIENCE = 90.0  # seconds without an end of anything, after which a worker counts as stuck
_ENDING = 3.0  # seconds for the outbox to come to its end


class IntakePost(Post):
    """Files are taken in and handed over; workers elsewhere parse and match them."""

    command = "run --role intake"

    def __init__(self, config: Config) -> None:
        settings, name = settings_of(config), name_of(config)
        stands = (*of_intake(settings), *of_answering(settings, name))
        self._link = link_of(config, "intake", stands)
        self._settings = settings
        self._name = name
        self._process = uuid.uuid4().hex[:16]
        self._handing: Handing | None = None
        self._answering: Answering | None = None
        self._tell: Tell | None = None

    def examiner(self, deployment: Deployment, clock: Clock) -> Examiner:
        """Give what turns files into what is handed over; it needs no rules."""
        largest = deployment.config.cluster.largest
        return HandingExaminer(Matcher((), {}), clock, deployment.limits, most=largest)

    def join(self, place: Place) -> None:
        """Take one's place before the ledger."""
        settings = self._settings
        handing = Handing(self._link, settings.arrivals, place.clock, place.pause)

        def tell(_question: Question) -> Account:
            trouble = "; ".join(ailments_of(self._link))
            known = (self._name, Role.INTAKE, self._process, __version__, place.version())
            return Account(*known, handing.done, trouble)

        self._tell = tell
        asked = settings.asked(self._name)
        self._handing = handing
        self._answering = Answering(self._link, asked, tell, place.pulses)
        self._link.open()

    def workers(self) -> dict[str, Callable[[], None]]:
        """Give the thread that answers how this intake is."""
        return {"answer": self._answering.run} if self._answering else {}

    def patience(self) -> dict[str, float]:
        """Give the seconds after which it counts as stuck."""
        return {"answer": _PATIENCE}

    def figures(self) -> list[Reading]:
        """Give the metrics of an intake's part in the cluster."""
        return _figures(self._link, self._settings, self._tell)

    def hand_over(self, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
        """Bring arrivals to safety with the broker. Raises StoppedError."""
        if self._handing is None:
            raise RuntimeError("nothing can be handed over before the post is taken")
        return self._handing.hand_over(outcomes)

    def stuck(self) -> Stuck | None:
        """Tell since when nothing can be handed over, and why."""
        return self._handing.stuck if self._handing else None

    def shortcomings(self) -> list[str]:
        """Say whether the broker cannot be used, and since when arrivals wait for it."""
        stuck = self.stuck()
        waits = [f"nothing is handed over since {iso(stuck[0])}: {stuck[1]}"] if stuck else []
        return ailments_of(self._link) + waits

    def stop(self) -> None:
        """Ask the thread to end."""
        if self._answering:
            self._answering.stop()

    def close(self) -> None:
        """Leave the broker."""
        self._link.close()


class DeskPost(Post):
    """The log is followed, and of several desks one sends."""

    command = "run --role desk"
    takes_in = False
    keeps_outbox = False

    def __init__(self, config: Config) -> None:
        settings, name = settings_of(config), name_of(config)
        self._settings = settings
        self._name = name
        self._link = link_of(config, "desk", of_desk(settings, name))
        copied = of_joining(settings, name)
        self._relays = link_of(config, "relay", copied)  # it is dropped when copying fails
        self._proposals = Proposals(self._link, settings.log)
        self._desk: _Desk | None = None
        self._tell: Tell | None = None

    def examiner(self, deployment: Deployment, clock: Clock) -> Examiner:
        """Give what examines nothing: workers do that."""
        return Examiner(Matcher((), {}), clock, deployment.limits)

    def performer(self, store: Store) -> Performer:
        """Give who makes acts durable: not the store, but the log."""
        del store
        return self._proposals

    def mandate(self) -> Mandate:
        """Tell whether this desk sends."""
        return self._desk.election.mandate() if self._desk else Mandate(held=False)

    def join(self, place: Place) -> None:
        """Take one's place beside the outbox."""
        end_joining(place.store.path)
        settings, name, clock, pulses = self._settings, self._name, place.clock, place.pulses
        following = Following(self._link, settings.desk(name), place.store, clock, pulses)
        following.check = Unbroken(self._link, settings, name).check
        election = Election(self._link, settings.lead, name, clock, pulses)
        election.leading = leading(place.store.db)
        election.channels = lambda: tuple(place.deliveries.channels)
        election.changed = place.deliveries.wake
        relay = Relay(self._relays, settings.log, settings.desks, pulses)
        measuring = Measuring(place.store.path)
        stance = Stance(place.store.sibling(), following, election, measuring)

        def tell(question: Question) -> Account:
            trouble = "; ".join(self.shortcomings())
            known = (name, Role.DESK, election.instance, __version__, place.version())
            return Account(*known, relay.copied, trouble, stance.follows(question))

        self._tell = tell
        answering = Answering(self._link, settings.asked(name), tell, pulses)
        parts = (following, election, relay, answering)
        self._desk = _Desk(place.deliveries, parts, self._proposals, measuring)
        self._link.open()
        self._relays.open()

    def workers(self) -> dict[str, Callable[[], None]]:
        """Give the threads that follow the log, copy it, and stand for election."""
        return self._desk.workers() if self._desk else {}

    def patience(self) -> dict[str, float]:
        """Give for each of them the seconds after which it counts as stuck."""
        return dict.fromkeys(("follow", "relay", "elect", "answer"), _PATIENCE)

    def figures(self) -> list[Reading]:
        """Give the metrics of a desk's part in the cluster."""
        return _figures(self._link, self._settings, self._tell)

    def shortcomings(self) -> list[str]:
        """Say whether the broker cannot be used, by either link."""
        return list(dict.fromkeys(ailments_of(self._link) + ailments_of(self._relays)))

    def stop(self) -> None:
        """Ask the threads to end, once the outbox has come to its end by way of the log."""
        if self._desk:
            self._desk.stop()

    def close(self) -> None:
        """Leave the broker."""
        self._relays.close()
        self._link.close()


def _figures(link: Link, settings: Settings, tell: Tell | None) -> list[Reading]:
    """Read the metrics of a process's part in the cluster; none before it has a place there."""
    return read(CLUSTER, sighting(link, settings, tell(Question()))) if tell else []


class _Desk:
    """The parts of a desk, which hear of what is performed."""

    def __init__(
        self,
        deliveries: Deliveries,
        parts: tuple[Following, Election, Relay, Answering],
        proposals: Proposals,
        measuring: Measuring,
    ) -> None:
        self._following, self.election, self._relay, self._answering = parts
        self._deliveries = deliveries
        self._proposals = proposals
        proposals.late = self._late
        told = (measuring.done, self.election.done, self._accepted, proposals.done)
        self._following.done = list(told)

    def workers(self) -> dict[str, Callable[[], None]]:
        """Give the threads."""
        return {
            "follow": self._following.run,
            "relay": self._relay.run,
            "elect": lambda: self.election.run(self._following, self._proposals),
            "answer": self._answering.run,
        }

    def stop(self) -> None:
        """Ask the threads to end: who sends last, as long as others may hear of it."""
        self._deliveries.finished.wait(_ENDING)
        for part in (self.election, self._relay, self._following, self._answering):
            part.stop()

    def _accepted(self, done: Done) -> None:
        """Log what was taken in, and send what there is to tell."""
        if isinstance(done.entry.act, Accept):
            tell_committed(done.result)
            if self.election.leads and any(one.deliveries for one in done.result):
                self._deliveries.wake()

    def _late(self, result: object) -> None:
        """Give back what was claimed, and came when nobody waited for it any more."""
        if isinstance(result, list):
            self._deliveries.give_back(one for one in result if isinstance(one, Message))
