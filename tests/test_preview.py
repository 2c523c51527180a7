"""`wirewatch alerts preview`: what is shown is what a channel gets, and nobody is told."""

import json

import pytest

from conftest import START, STORY, Receiver, Site, Wirewatch
from wirewatch.model import Alarm
from wirewatch.states import AlarmKind, Severity
from wirewatch.store.alarms import Listeners, settle
from wirewatch.store.database import Store

MAIL = "mailto://127.0.0.1:9?from=a@example.org&to=b@example.org&mode=insecure"


@pytest.fixture
def stored(site: Site, receiver: Receiver, wirewatch: Wirewatch) -> Site:
    """Give a site with one alert, which its channel has been told of, and one more channel."""
    site.write(
        f"json://{receiver.host}/hook",
        '[[channel]]\nname = "mail"\nurl = "' + MAIL + '"\nlanguage = "de"\n',
    )
    (site.folder / "story.txt").write_text(STORY)
    assert wirewatch("ingest", site.folder / "story.txt", "--deliver").code == 0
    receiver.wait_for("/hook")
    return site


@pytest.mark.usefixtures("stored")
def test_a_preview_is_what_was_sent(receiver: Receiver, wirewatch: Wirewatch) -> None:
    """Subject and text are those that the service got, key and all, and nothing is sent."""
    [got] = receiver.got
    sent = json.loads(got.body)
    ran = wirewatch("alerts", "preview", 1)
    assert ran.code == 0
    assert ran.out == f"→ desk\nSubject: {sent['title']}\n\n{sent['message']}\n"
    assert len(receiver.got) == 1


def test_a_file_shows_what_it_would_raise(stored: Site, wirewatch: Wirewatch) -> None:
    """Of a file the messages are shown that it would raise, under the keys that they would have."""
    alert = wirewatch("alerts", "preview", 1).out.splitlines()
    file = wirewatch("alerts", "preview", stored.folder / "story.txt").out.splitlines()
    assert file[:6] == alert[:6]
    assert "file file/story.txt" in "\n".join(file)
    assert file[-1].rpartition(" ")[2] == alert[-1].rpartition(" ")[2]


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_another_form_and_channel(wirewatch: Wirewatch, form: str) -> None:
    """A channel that was not told is shown its own message, in its language, in any form."""
    ran = wirewatch("alerts", "preview", 1, "--channel", "mail", "--form", form)
    assert ran.code == 0
    assert ran.out.startswith("→ mail\nSubject: [HOCH] ")
    mark = {"text": "»Majilis«", "markdown": "**Majilis**", "html": "<mark>Majilis</mark>"}[form]
    assert mark in ran.out


def test_a_digest_is_shown_with_its_picture(stored: Site, wirewatch: Wirewatch) -> None:
    """A digest of the last alerts; written to a file, a page has its picture in it."""
    assert "[HIGH] 1 alert of 1 rule" in wirewatch("alerts", "preview", "--digest").out
    config = stored.config.read_text().replace('["desk"]', '["desk", "mail"]')
    stored.config.write_text(config)
    rules = stored.folder / "rules.toml"
    rules.write_text(rules.read_text().replace('["desk"]', '["desk", "mail"]'))
    (stored.folder / "more.txt").write_text(STORY.replace("joint sitting", "paper on water"))
    assert wirewatch("ingest", stored.folder / "more.txt").code == 0
    page = stored.folder / "page.html"
    ran = wirewatch("alerts", "preview", "--digest", "--channel", "mail", "--out", page)
    assert (ran.code, ran.out) == (0, f"wrote {page}\n")
    assert '<img src="data:image/png;base64,iVBOR' in page.read_text()
    assert "cid:" not in page.read_text()
    shown = wirewatch("alerts", "preview", "--digest", "--channel", "mail").out
    assert "(with a picture of " in shown


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "name an alert or a file"),
        (["1", "--digest"], 2, "name an alert or a file"),
        (["7"], 1, "there is no alert 7; `wirewatch alerts list` names them"),
        (["nothing.txt"], 1, "nothing.txt cannot be read"),
        (["1", "--channel", "dsk"], 2, "unknown channel 'dsk'; did you mean 'desk'?"),
        (["--digest", "--channel", "mail"], 1, "nobody would be told"),
    ],
)
def test_what_cannot_be_shown(
    stored: Site, wirewatch: Wirewatch, arguments: list[str], code: int, said: str
) -> None:
    """What is wrong is said with what to do."""
    assert stored.config.exists()
    ran = wirewatch("alerts", "preview", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_a_file_that_tells_nobody(stored: Site, wirewatch: Wirewatch) -> None:
    """A file that no rule is true of is said to tell nobody."""
    (stored.folder / "other.txt").write_text("PARIS, March 2. Nothing of it at all.")
    ran = wirewatch("alerts", "preview", stored.folder / "other.txt")
    assert (ran.code, ran.out) == (1, "")
    assert "nobody would be told" in ran.err


@pytest.mark.parametrize(
    ("form", "lines"),
    [
        ("text", ["the disk is full"]),
        ("markdown", ["**the disk is full**", ""]),
        ("html", ["<b>the disk is full</b><br>"]),
    ],
)
def test_an_alarm_is_shown(stored: Site, wirewatch: Wirewatch, form: str, lines: list[str]) -> None:
    """An alarm of the desk can be shown too, to those who were told and to others, in any form."""
    store = Store.open(stored.database)
    with store.write() as db:
        alarm = Alarm(AlarmKind.DISK, "store", "the disk is full")
        settle(db, START, [alarm], Listeners(("desk",), {AlarmKind.DISK: Severity.CRITICAL}))
    store.close()
    for channel, loud in (("desk", "CRITICAL"), ("mail", "KRITISCH")):
        ran = wirewatch("alerts", "preview", 2, "--channel", channel, "--form", form)
        shown = ran.out.splitlines()
        subject = f"Subject: [{loud}] Wirewatch: disk-low"
        assert shown[:-1] == [f"→ {channel}", subject, "", *lines]
        assert shown[-1].startswith(("ref ", "Ref. "))


def test_what_a_condition_said_and_an_escalation_are_shown(
    stored: Site, wirewatch: Wirewatch
) -> None:
    """A stored alert that rang over time, and that nobody has acknowledged, is shown to be that."""
    store = Store.open(stored.database)
    with store.write() as db:
        db.execute("UPDATE alerts SET said = '5 articles within 1 h'")
        db.execute("UPDATE deliveries SET escalation = 1")
    store.close()
    shown = wirewatch("alerts", "preview", 1).out
    assert "\n5 articles within 1 h\nNobody has acknowledged this alert.\n" in shown
    german = wirewatch("alerts", "preview", 1, "--channel", "mail", "--form", "text").out
    assert "\n5 articles within 1 h\nNiemand hat" in german
