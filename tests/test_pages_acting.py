"""What people do on the pages: it goes to the daemon's socket, and only by a form of these pages."""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest

from conftest import Site, Wirewatch
from pages_desk import Pages, fill
from test_control import serving
from wirewatch.clock import utc_now
from wirewatch.pipeline.acts import Alone
from wirewatch.store.database import Store, open_reader
from wirewatch.web.controlling import Controlling, ControlServer


@pytest.fixture
def pages(site: Site, wirewatch: Wirewatch) -> Pages:
    fill(site, wirewatch)
    return Pages(site.config, utc_now)


@pytest.fixture
def daemon(site: Site, pages: Pages) -> Iterator[None]:
    """Serve the socket of the store, as the daemon does."""
    assert pages.config == site.config
    store = Store.open(site.database)
    path = site.database.with_name("wirewatch.db.socket")
    with serving(ControlServer(path, Controlling(Alone(store), utc_now, lambda: None).routes)):
        yield
    store.close()


def told(pages: Pages, **form: str) -> str:
    """Do something by a form; give what the next page says of it."""
    answer = pages.ask("/act", method="POST", data={"back": "/alerts", **form}, follow=True)
    assert [one.status_code for one in answer.history] == [303]
    assert answer.url.path == "/alerts"
    return "".join(re.findall(r'<p class="notice[^>]*>(.*?)</p>', answer.text))


def value(site: Site, sql: str) -> object:
    """Ask the store for one value."""
    with closing(open_reader(site.database).conn) as db:
        found: object = db.execute(sql).fetchone()[0]
    return found


@pytest.mark.usefixtures("daemon")
def test_alerts_are_taken_on_by_name(pages: Pages, site: Site) -> None:
    """The name is noted, kept by the browser, and a second one is told that it is too late."""
    form = {"act": "acknowledge", "alert": "1", "by": "Ayan", "back": "/alerts/1"}
    answer = pages.ask("/act", method="POST", data=form, follow=True)
    assert "Taken on." in answer.text
    assert 'name="by" value="Ayan"' in answer.text
    assert str(value(site, "SELECT acknowledged_by FROM alerts")).startswith("Ayan")
    assert "before" in told(pages, act="acknowledge", alert="1", by="Bela")


@pytest.mark.usefixtures("daemon")
def test_a_proxy_says_who_it_is(pages: Pages, site: Site) -> None:
    """Where a proxy names who is logged in, that counts, and nothing that is typed."""
    site.config.write_text(site.config.read_text() + '[pages]\nuser_header = "X-User"\n')
    form = {"act": "acknowledge", "alert": "1", "by": "Mallory", "back": "/"}
    pages.ask("/act", method="POST", data=form, headers={"x-user": "Ayan"})
    assert str(value(site, "SELECT acknowledged_by FROM alerts")).startswith("Ayan")


@pytest.mark.usefixtures("daemon")
def test_silences_and_retries(pages: Pages, site: Site) -> None:
    """A silence begins with its reason, and ends; what failed is due at once."""
    assert "is at work until" in told(
        pages, act="silence", rule="kz-*", until="4h", comment="a rehearsal"
    )
    assert "a rehearsal" in pages.text("/alerts")
    assert "say why" in told(pages, act="silence", rule="kz-*", until="4h", comment="")
    assert "is over" in told(pages, act="unsilence", silence="1")
    assert "over already" in told(pages, act="unsilence", silence="1")
    assert "deliver" in told(pages, act="retry", alert="1")
    assert value(site, "SELECT count(*) FROM silences WHERE ended IS NOT NULL") == 1


def test_without_a_daemon_nothing_is_done(pages: Pages, site: Site) -> None:
    """It is said that none answers, without the place of its socket."""
    said = told(pages, act="acknowledge", alert="1")
    assert "start it with" in said
    assert str(site.folder) not in said
    assert value(site, "SELECT acknowledged FROM alerts") is None
    assert "Nothing of that kind" in told(pages, act="format")


def test_a_form_of_elsewhere_does_nothing(pages: Pages) -> None:
    """A browser that has cookies must send the token of our own form."""
    cookies = {"cookie": "wirewatch-name=Ayan"}
    form = {"act": "acknowledge", "alert": "1"}
    answer = pages.ask("/act", method="POST", data=form, headers=cookies)
    assert answer.status_code == 403
    assert pages.ask("/act").headers["location"] == "/"


def test_a_draft_is_saved_where_that_is_allowed(pages: Pages, site: Site) -> None:
    """Without a folder for it the page offers none, and refuses; with one it writes a file."""
    form = {"act": "save", "name": "new", "q": "title:Haushalt"}
    assert "do_save" not in pages.text("/workbench?name=new&q=title:Haushalt")
    assert "is not set" in told(pages, **form)
    (site.folder / "saved").mkdir()
    text = site.config.read_text().replace(
        'paths = ["rules.toml"]', 'paths = ["rules.toml", "saved/*.toml"]\nsave_to = "saved"'
    )
    site.config.write_text(text)
    assert "Save as a file" in pages.text("/workbench?name=new&q=title:Haushalt")
    assert "Saved as new.toml" in told(pages, **form)
    assert "title:Haushalt" in (site.folder / "saved" / "new.toml").read_text()
    said = told(pages, **(form | {"name": "../evil"}))
    assert "no name of a rule" in said
    assert str(site.folder) not in said


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=title:(budget", "^"),
        ("q=@parliament:KZ&rule=kz-az", "more than the rule"),
        ("rule=kz-az", "[[rule]]"),
        ("rule=kz-az", "└─"),
        ("rule=kz-az&q=majilis", "by both"),
        ("q=haushalt+AND+bonn", "└─"),
    ],
)
def test_the_workbench_tries_a_query(pages: Pages, query: str, shown: str) -> None:
    """It shows what is wrong, or what would have been caught, beside the live rule."""
    assert shown in pages.text(f"/workbench?{query}")
    fragment = pages.text(f"/workbench/trial?{query}")
    assert "<html" not in fragment
    assert shown in fragment


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2), ("state=pending", 2), ("state=dead", 0), ("channel=desk", 2), ("channel=other", 0),
        ("rule=kz-az", 2), ("taken=yes", 0), ("taken=no", 2), ("state=nonsense", 2), ("before=2", 1),
    ],
)  # fmt: skip
def test_the_outbox_is_filtered(pages: Pages, query: str, found: int) -> None:
    """By state, channel, rule, and whether somebody has taken the alert on."""
    assert pages.text(f"/alerts?{query}").count('<li class="posted') == found


def test_an_alert_shows_its_receipts_and_why(pages: Pages) -> None:
    """The sheet of an alert has its deliveries and the query of then; a page tells why it rang."""
    text = pages.text("/alerts/1")
    assert "@parliament:KZ AND @parliament:AZ" in text
    assert "desk" in text
    why = pages.text("/why?rule=kz-az&article=4")
    assert "did not ring" in why
    assert "@parliament:KZ" in why
    assert pages.ask("/why?rule=kz-az&article=99").status_code == 404
    assert pages.ask("/alerts/99").status_code == 404
    assert "kz-az" in pages.text("/why")


def test_rules_have_their_rate_and_last_hit(pages: Pages) -> None:
    """Each rule has how often it was true of late, and of what it was true last."""
    text = pages.text("/rules")
    assert 'href="/workbench?rule=kz-az"' in text
    assert "two rivers" in text
