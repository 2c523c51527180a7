"""Reading what is stored: articles as they were, and the lists that people see."""

from conftest import START, having, told
from wirewatch.model import Article, Attempt, Found, Outcome
from wirewatch.sieve import EVERYTHING
from wirewatch.states import DeliveryReason, DeliveryState, Precision
from wirewatch.store.accept import accept
from wirewatch.store.archive import (
    alert_details,
    alert_log,
    article_count,
    candidates,
    deliveries_to_retry,
)
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.outbox import record

FULL = Article(
    guid="tag:full",
    title="A title",
    headline="A headline",
    body="A body,\n\nin two paragraphs: ТүркПА.",
    dateline="BAKU, March 2.",
    version=3,
    published="2026-03-02",
    published_precision=Precision.DAY,
    place="Baku",
    country="Azerbaijan",
    agency="Trend",
    byline="A. Writer",
    language="en",
    url="https://example.org/1",
    status="corrected",
)


def stored(article: Article) -> Outcome:
    outcome = told(f"{article.guid}.txt", article.body)
    return outcome._replace(found=(Found(article),))


def failed(store: Store, channel: str) -> None:
    """Let the due deliveries of a channel fail and be given up."""
    with store.write() as db:
        for message in claim(db, START, {channel: 9}):
            why = DeliveryReason.HTTP_ERROR
            attempt = Attempt(
                message.delivery_id, channel, START, False, 7.0, why, 500, None, "HTTP 500"
            )
            record(db, [attempt], lambda *_: START - START, START - START)


def test_an_article_comes_back_as_it_was_accepted(store: Store) -> None:
    """What is read from the store is the article that was accepted, in every field."""
    bare = Article("tag:bare", "", "Bare", "Bare body.")
    accept(store, [stored(FULL), stored(bare)], START)
    assert [one.article for one in candidates(store.db, EVERYTHING)] == [bare, FULL]
    newest = next(candidates(store.db, EVERYTHING))
    assert (newest.id, newest.source, newest.received) == (2, "wires", "2026-03-02T12:00:00.000Z")
    assert article_count(store.db) == 2


def test_full_text_gives_its_hits_newest_first(store: Store) -> None:
    """An FTS5 expression gives the articles that it finds, the newest first, and no other."""
    bodies = ("Alpha met.", "Beta left.", "Gamma met.")
    accept(store, [told(body, body) for body in bodies], START)
    assert [one.id for one in candidates(store.db, having('"met"'))] == [3, 1]
    assert [one.id for one in candidates(store.db, having('{title} : "met"'))] == []


def test_the_alert_log_is_newest_first_by_state_and_limited(store: Store) -> None:
    """The log gives deliveries newest first, those of one state when asked, at most so many."""
    accept(store, [told("a", "Alpha met.", ("desk", "phone")), told("b", "Beta met.")], START)
    failed(store, "phone")
    log = list(alert_log(store.db, None, 10))
    assert [(row["id"], row["channel"]) for row in log] == [(3, "desk"), (2, "phone"), (1, "desk")]
    assert (log[1]["state"], log[1]["reason"], log[1]["rule"]) == ("dead", "gave-up", "r1")
    assert [row["id"] for row in alert_log(store.db, DeliveryState.PENDING, 10)] == [3, 1]
    assert [row["id"] for row in alert_log(store.db, None, 1)] == [3]


def test_an_alert_is_shown_with_every_attempt(store: Store) -> None:
    """An alert's details hold its article's heading, each delivery and each attempt of those."""
    accept(store, [told("a", "Alpha met.", ("desk", "phone"))], START)
    failed(store, "phone")
    details = alert_details(store.db, 1)
    assert details is not None
    assert (details["rule"], details["headline"], details["path"]) == ("r1", "Alpha met.", "a")
    assert details["spans"] == '[["body",0,5]]'
    deliveries = details["deliveries"]
    assert isinstance(deliveries, list)
    assert [(d["channel"], len(d["attempted"])) for d in deliveries] == [("desk", 0), ("phone", 1)]
    assert deliveries[1]["attempted"][0]["http_code"] == 500
    assert alert_details(store.db, 2) is None


def test_deliveries_to_retry_are_those_of_the_alerts_or_the_dead(store: Store) -> None:
    """Named alerts give their own deliveries; `dead` gives every dead one, whatever its alert."""
    accept(store, [told("a", "Alpha met.", ("desk", "phone")), told("b", "Beta met.")], START)
    failed(store, "phone")
    assert deliveries_to_retry(store.db, [2], dead=False) == [3]
    assert deliveries_to_retry(store.db, [], dead=True) == [2]
    assert deliveries_to_retry(store.db, [2], dead=True) == [2, 3]
    assert deliveries_to_retry(store.db, [], dead=False) == []
