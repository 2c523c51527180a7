"""What watches for open pages: one look for all, as long as any is open."""

import asyncio

import pytest

from wirewatch.errors import StoreError
from wirewatch.pages import live
from wirewatch.pages.live import FullError, State, Watch, event


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_LOOK", 0.0)


async def first(watch: Watch, count: int) -> list[bool]:
    """Give the first turns of a page."""
    found = []
    with watch.opened():
        async for has_changed in watch.changes():
            found.append(has_changed)
            if len(found) == count:
                break
    return found


def test_each_change_is_told_to_every_page() -> None:
    """Two pages that are open see the same changes, by one look."""
    looks = iter(range(10_000))

    async def read() -> State:
        return (next(looks) // 3,)

    async def run() -> list[list[bool]]:
        watch = Watch(read)
        return list(await asyncio.gather(first(watch, 3), first(watch, 3)))

    assert asyncio.run(run()) == [[True, True, True]] * 2


def test_a_page_hears_something_though_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """So no proxy hangs up, and a page that has gone is noticed."""
    monkeypatch.setattr(live, "_BREATH", 0.01)

    async def read() -> State:
        return (1,)

    assert asyncio.run(first(Watch(read), 2)) == [True, False]


def test_a_store_that_is_away_ends_nothing() -> None:
    """While a store is being restored nothing has changed; then something has."""
    answers: list[State | None] = [(1,), None, None, (2,)]

    async def read() -> State:
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if found is None:
            raise StoreError("away")
        return found

    assert asyncio.run(first(Watch(read), 2)) == [True, True]


def test_open_pages_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many nobody is let in; who leaves makes room."""
    monkeypatch.setattr(live, "_MOST", 1)

    async def read() -> State:
        return (1,)

    async def run() -> None:
        watch = Watch(read)
        with watch.opened(), pytest.raises(FullError), watch.opened():
            pass
        with watch.opened():
            pass
        await watch.close()

    asyncio.run(run())


def test_the_end_lets_every_page_go() -> None:
    """A page that waits ends when the server does."""
    looked = asyncio.Event()

    async def read() -> State:
        looked.set()
        return (1,)

    async def run() -> list[bool]:
        watch = Watch(read)
        page = asyncio.create_task(first(watch, 99))
        await looked.wait()
        await watch.close()
        return await asyncio.wait_for(page, 5)

    assert len(asyncio.run(run())) <= 2


def test_an_event_is_one_line_whatever_is_in_it() -> None:
    """A line break in a text begins no other event."""
    said = event("article", 7, "a\nid: 9\r\n\nb")
    assert said.splitlines() == ["event: article", "id: 7", 'data: "a\\nid: 9\\r\\n\\nb"', ""]
