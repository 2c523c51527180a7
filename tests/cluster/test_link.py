"""The link and a broker of three nodes: nothing confirmed is lost, and the order is kept."""

import asyncio
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Protocol

import pytest

from wirewatch.broker.access import Access, BrokerUnavailableError
from wirewatch.broker.consumer import Consumer
from wirewatch.broker.letter import Letter, Parcel
from wirewatch.broker.link import Link
from wirewatch.broker.topology import Declared, Settings, of_desk, of_intake, of_worker

PATIENCE = 60.0
PREFETCH = 50

HOLD = """
import sys
from wirewatch.broker.access import Access
from wirewatch.broker.link import Link
link = Link(Access(tuple(sys.argv[3:])), "holder")
link.open()
taken = []
consumer = link.consume(sys.argv[1], int(sys.argv[2]))
while len(taken) < int(sys.argv[2]):
    taken += consumer.take(100, 1.0)
print("held", flush=True)
sys.stdin.read()
"""


class Broker(Protocol):
    """Nodes that can be ended as a power cut does; they are counted from 0."""

    @property
    def addresses(self) -> tuple[str, ...]: ...
    def kill(self, node: int) -> None: ...
    def restart(self, *nodes: int) -> None: ...


Join = Callable[..., Link]


@pytest.fixture
def settings() -> Settings:
    """Give names that no other test has used."""
    return Settings(prefix=f"test-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def join(broker: Broker) -> Iterator[Join]:
    """Give what opens a link: to these nodes (all by default), declaring that."""
    links: list[Link] = []

    def joined(declared: tuple[Declared, ...] = (), *nodes: int) -> Link:
        addresses = tuple(broker.addresses[n] for n in nodes) or broker.addresses
        link = Link(Access(addresses, heartbeat=1.0), f"link {len(links)}", declared)
        links.append(link)
        link.open()
        assert link.wait(PATIENCE), link.trouble
        return link

    yield joined
    for link in links:
        link.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("link-")]


def letters(first: int, last: int) -> list[Letter]:
    """Write letters that are numbered."""
    return [Letter(str(n), "numbered", b"x" * 100) for n in range(first, last + 1)]


def numbers(parcels: list[Parcel]) -> list[int]:
    """Read the numbers."""
    return [int(one.letter.id) for one in parcels]


def taken(consumer: Consumer, count: int, *, acknowledged: bool = True) -> list[Parcel]:
    """Take so many parcels."""
    got: list[Parcel] = []
    deadline = time.monotonic() + PATIENCE
    while len(got) < count and time.monotonic() < deadline:
        new = consumer.take(count - len(got), 0.5)
        got += new
        if acknowledged:
            consumer.acknowledge(new)
    return got


def wait_for(holds: Callable[[], bool]) -> bool:
    """Wait until something holds. Tells whether it does."""
    deadline = time.monotonic() + PATIENCE
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return held


def said(link: Link, verb: str, **fields: str) -> None:
    """Let the library handle a frame of the connection that publishes."""
    connection, loop = link._pair._out.connection, link._loop
    assert connection is not None
    assert connection.transport is not None
    assert loop is not None
    wire = connection.transport.connection
    handle = getattr(wire, f"_Connection__handle_connection_{verb}")
    asyncio.run_coroutine_threadsafe(handle(SimpleNamespace(**fields)), loop).result(PATIENCE)


def published(link: Link, queue: str, some: list[Letter]) -> None:
    """Publish, as often as it takes."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return link.publish("", queue, some, 5.0)
        except BrokerUnavailableError:
            assert time.monotonic() < deadline
            link.wait(1.0)


def first_sight(seen: list[int]) -> list[int]:
    """Give numbers in the order in which each was seen first."""
    return list(dict.fromkeys(seen))


def test_letters_come_as_they_were_sent(join: Join, settings: Settings) -> None:
    """Letters are handed out in their order, with all that was written on them, as new ones."""
    link = join(of_worker(settings))
    consumer = link.consume(settings.log, PREFETCH)
    sent = [Letter(str(n), "kind", f"Агентство {n}".encode(), {"of": "х"}) for n in range(300)]
    link.publish("", settings.log, sent, PATIENCE)
    got = taken(consumer, 300)
    assert [one.letter for one in got] == sent
    assert {one.returns for one in got} == {0}
    assert wait_for(lambda: link.depths([settings.log])[settings.log] == (0, 1))


def test_what_is_acknowledged_never_comes_again(join: Join, settings: Settings) -> None:
    """In whatever order parcels are acknowledged, only the others come again, as returned."""
    link = join(of_worker(settings))
    consumer = link.consume(settings.log, PREFETCH)
    link.publish("", settings.log, letters(1, 40), PATIENCE)
    got = taken(consumer, 40, acknowledged=False)
    consumer.acknowledge(got[10:20])
    consumer.acknowledge(got[:5] + got[15:25])
    consumer.acknowledge(got[30:])
    link.drop()
    again = taken(consumer, 10)
    assert numbers(again) == [6, 7, 8, 9, 10, 26, 27, 28, 29, 30]
    assert {one.returns for one in again} == {1}
    assert consumer.take(1, 0.2) == []


def test_an_earlier_session_is_over(join: Join, settings: Settings) -> None:
    """After a loss no parcel of before is given, and to acknowledge one changes nothing."""
    link = join(of_worker(settings))
    consumer = link.consume(settings.log, PREFETCH)
    link.publish("", settings.log, letters(1, 40), PATIENCE)
    before = taken(consumer, 1, acknowledged=False)
    link.drop()
    consumer.acknowledge(before)
    after = taken(consumer, 40, acknowledged=False)
    consumer.acknowledge(before)
    assert numbers(after) == list(range(1, 41))
    assert {one.session for one in after} == {before[0].session + 1}
    link.drop()
    assert numbers(taken(consumer, 40)) == list(range(1, 41))


def test_a_wait_can_be_ended(join: Join, settings: Settings) -> None:
    """`wake` ends a wait at once, and so does the loss of the connection."""
    link = join(of_worker(settings))
    consumer = link.consume(settings.log, PREFETCH)
    for end in (consumer.wake, link.drop):
        threading.Timer(0.2, end).start()
        began = time.monotonic()
        assert consumer.take(1, PATIENCE) == []
        assert time.monotonic() - began < PATIENCE / 2


def test_a_letter_that_nobody_takes(join: Join, settings: Settings) -> None:
    """What no queue takes is told of, and the link is there again for what comes next."""
    link = join(of_worker(settings))
    with pytest.raises(BrokerUnavailableError, match="no queue is there"):
        link.publish("", f"{settings.prefix}.nowhere", letters(1, 3), PATIENCE)
    assert link.wait(PATIENCE)
    link.publish("", settings.log, letters(1, 3), PATIENCE)
    assert link.depths([settings.log, "nowhere"]) == {settings.log: (3, 0), "nowhere": None}


def test_a_queue_that_is_there_with_other_arguments(
    broker: Broker, join: Join, settings: Settings
) -> None:
    """It is said which queue, what is different, and what to do; the link waits for that."""
    join(of_intake(settings))
    other = Settings(prefix=settings.prefix, tries=settings.tries + 1)
    with closing(Link(Access(broker.addresses), "other", of_intake(other))) as link:
        link.open()
        assert wait_for(lambda: settings.arrivals in link.trouble)
        for part in ("x-delivery-limit", "'6'", "'5'", "delete it"):
            assert part in link.trouble
        with pytest.raises(BrokerUnavailableError, match="x-delivery-limit"):
            link.publish("", settings.arrivals, letters(1, 1), 1.0)


def test_a_wrong_password(broker: Broker) -> None:
    """It is said whose name or password is refused, and the password is not shown."""
    access = Access(broker.addresses, password="no-such-word")  # noqa: S106
    with closing(Link(access, "stranger")) as link:
        link.open()
        assert wait_for(lambda: "'guest' is refused" in link.trouble)
        assert "no-such-word" not in link.trouble


def test_a_vhost_that_is_not_there(broker: Broker) -> None:
    """It is said which vhost is not there, or not for whom."""
    with closing(Link(Access(broker.addresses, vhost="nix"), "lost")) as link:
        link.open()
        assert wait_for(lambda: "vhost 'nix'" in link.trouble)


def test_all_desks_are_asked(join: Join, settings: Settings) -> None:
    """A question goes to every desk; all answers that come in time are given."""
    desks = {name: join(of_desk(settings, name)) for name in ("berlin", "paris")}

    def answering(name: str) -> None:
        """Answer one question."""
        consumer = desks[name].consume(settings.asked(name), 10)
        for asked in consumer.take(1, PATIENCE):
            desks[name].answer(asked, Letter(name, "answer", asked.letter.body.upper()))
            consumer.acknowledge([asked])

    threads = [threading.Thread(target=answering, args=(name,)) for name in desks]
    for thread in threads:
        thread.start()
    asker, question = join(of_worker(settings)), Letter("1", "question", b"how many?")
    answers = asker.ask(settings.asks, "", question, PATIENCE, most=2)
    for thread in threads:
        thread.join(PATIENCE)
    assert {one.id: one.body for one in answers} == {"berlin": b"HOW MANY?", "paris": b"HOW MANY?"}
    assert asker.ask(settings.asks, "", question, 0.2) == []


def test_a_cut_queue_tells(join: Join, settings: Settings) -> None:
    """A desk's queue that grew over its size loses its oldest, and a letter says so."""
    small = Settings(prefix=settings.prefix, desk_bytes=2_000)
    link = join(of_desk(small, "berlin"))
    link.publish(small.desks, "", letters(1, 10), PATIENCE)
    assert link.depths([small.cut("berlin")]) == {small.cut("berlin"): (0, 0)}
    link.publish(small.desks, "", letters(11, 60), PATIENCE)
    assert wait_for(lambda: link.depths([small.cut("berlin")])[small.cut("berlin")] == (1, 0))
    rest = numbers(taken(link.consume(small.desk("berlin"), PREFETCH), 5))
    assert rest == list(range(rest[0], rest[0] + 5))
    assert rest[0] > 1


def test_work_that_fails_is_put_aside(join: Join, settings: Settings) -> None:
    """Work that came back more often than it may lies in the queue of what failed."""
    tried = Settings(prefix=settings.prefix, tries=2)
    link = join(of_worker(tried))
    consumer = link.consume(tried.arrivals, 10)
    link.publish("", tried.arrivals, letters(1, 1), PATIENCE)
    for returns in range(3):
        assert [one.returns for one in taken(consumer, 1, acknowledged=False)] == [returns]
        link.drop()
    failed = taken(link.consume(tried.failed, 10), 1)
    assert numbers(failed) == [1]
    assert failed[0].letter.headers["x-first-death-reason"] == "delivery_limit"


def test_a_broker_without_room(join: Join, settings: Settings) -> None:
    """While it takes nothing, publishing fails at once, and what was taken can be acknowledged.

    The word of it comes by the library's own way; once there is room, all is as before.
    """
    link = join(of_worker(settings))
    consumer = link.consume(settings.log, PREFETCH)
    link.publish("", settings.log, letters(1, 3), PATIENCE)
    got = taken(consumer, 3, acknowledged=False)
    said(link, "blocked", reason="low on disk")
    assert link.blocked == "low on disk"
    with pytest.raises(BrokerUnavailableError, match=r"low on disk.*make room"):
        link.publish("", settings.log, letters(4, 5), PATIENCE)
    consumer.acknowledge(got)
    said(link, "unblocked")
    assert (link.blocked, link.connected) == ("", True)
    link.publish("", settings.log, letters(4, 5), PATIENCE)
    assert numbers(taken(consumer, 2)) == [4, 5]


@pytest.mark.parametrize("end", ["killed", "dropped"])
def test_the_next_taker_goes_on(broker: Broker, join: Join, settings: Settings, end: str) -> None:
    """What one taker had in hand when it ended comes to the next: that first, all in order."""
    link = join(of_worker(settings))
    link.publish("", settings.log, letters(1, 30), PATIENCE)
    words = [sys.executable, "-c", HOLD, settings.log, str(PREFETCH), *broker.addresses]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        link.publish("", settings.log, letters(31, 200), PATIENCE)
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        after = join().consume(settings.log, PREFETCH)
        assert after.take(1, 0.3) == []
        if end == "killed":
            holder.kill()
        else:
            holder.communicate()
        got = taken(after, 200)
    assert numbers(got) == list(range(1, 201))
    assert [one.returns for one in got] == [1] * PREFETCH + [0] * 150


@pytest.mark.parametrize("victim", ["leader", "taker", "both"])
def test_a_node_is_killed(broker: Broker, join: Join, settings: Settings, victim: str) -> None:
    """Whichever node ends, all that was confirmed comes, in the order in which it was published.

    The queue's leader is on the node by which it was declared first.
    """
    leading, taking = 0, 0 if victim == "both" else 1
    join(of_worker(settings), leading).close()
    publishing = join((), 2, 1, 0)
    consumers = [join((), node, 2).consume(settings.log, PREFETCH) for node in (taking, 2)]
    seen: list[int] = []
    done = threading.Event()

    def take(consumer: Consumer) -> None:
        """Take and acknowledge."""
        while not done.is_set():
            got = consumer.take(20, 0.2)
            seen.extend(numbers(got))
            consumer.acknowledge(got)

    threads = [threading.Thread(target=take, args=(one,)) for one in consumers]
    for thread in threads:
        thread.start()
    last = 0
    for turn in range(60):
        if turn == 20:
            broker.kill(taking if victim == "taker" else leading)
        published(publishing, settings.log, letters(last + 1, last + 20))
        last += 20
    complete = wait_for(lambda: len(set(seen)) >= last)
    done.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert complete
    assert first_sight(seen) == list(range(1, last + 1))
