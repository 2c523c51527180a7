"""The configuration and the store as pages have them: taken in anew when they change."""

import asyncio

import pytest

from conftest import Site, Wirewatch
from pages_desk import fill
from wirewatch.deployment import load_deployment
from wirewatch.errors import StoreError
from wirewatch.pages.reading import Readers
from wirewatch.pages.standing import Standing
from wirewatch.store.database import Store

MORE = '[[rule]]\nname = "more"\nquery = "budget"\nchannels = ["desk"]\n'


def test_changed_rules_are_taken_in(site: Site) -> None:
    """Files are looked at every few seconds; a faulty one leaves the old configuration in place."""
    now = [0.0]
    standing = Standing(load_deployment(site.config), lambda: now[0])
    rules = site.folder / "rules.toml"
    text = rules.read_text()
    rules.write_text(text + MORE)
    assert len(standing.current().rules) == 1
    now[0] += 5
    assert [rule.name for rule in standing.current().rules] == ["kz-az", "more"]
    rules.write_text("[[rule]]\n")
    now[0] += 5
    assert len(standing.current().rules) == 2
    rules.write_text(text)
    now[0] += 5
    assert len(standing.current().rules) == 1


def test_another_store_is_not_taken_in(site: Site) -> None:
    """Pages stay with the store that they were started on."""
    now = [0.0]
    standing = Standing(load_deployment(site.config), lambda: now[0])
    site.config.write_text(site.config.read_text().replace("wirewatch.db", "other.db"))
    now[0] += 5
    assert standing.current().config.store == site.database


def test_a_store_in_the_place_of_another_is_read(site: Site, wirewatch: Wirewatch) -> None:
    """After a restore the threads read the new file; each commit changes the version."""
    fill(site, wirewatch)
    count = "SELECT count(*) FROM articles"

    async def run() -> None:
        readers = Readers(site.database, threads=1)
        before = await readers.version()
        assert await readers.version() == before
        store = Store.open(site.database)
        store.db.execute("UPDATE articles SET note = 'x'").connection.commit()
        after = await readers.version()
        assert after != before
        store.close()
        assert (await readers.ask(lambda db: db.execute(count).fetchone())) == (6,)
        other = site.folder / "other.db"
        Store.open(other).close()
        kept = site.database.rename(site.folder / "kept.db")
        with pytest.raises(StoreError, match="no store"):
            await readers.version()
        kept.rename(site.database)
        assert (await readers.ask(lambda db: db.execute(count).fetchone())) == (6,)
        other.replace(site.database)
        assert (await readers.ask(lambda db: db.execute(count).fetchone())) == (0,)
        assert await readers.version() != after
        readers.close()

    asyncio.run(run())
