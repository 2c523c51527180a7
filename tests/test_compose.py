"""From matches to alerts: who is told, and the key by which a repeat is known."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import START
from wirewatch.alerts.compose import compose
from wirewatch.keys import delivery_key
from wirewatch.model import Article, Match, Span
from wirewatch.states import DeliveryState, Severity

ARTICLE = Article("guid", "Title", "Headline", "Body")


def match(rule: str, *channels: str) -> Match:
    return Match(rule, "hash", "Title", Severity.NORMAL, channels, (Span("body", 0, 4),))


def test_each_match_that_names_channels_is_one_alert() -> None:
    """Every match with channels is an alert with a delivery for each, due now; others only mark."""
    matches = [match("one", "desk", "phone"), match("silent"), match("two", "desk")]
    alerts = compose(ARTICLE, matches, START)
    assert [alert.match.rule for alert in alerts] == ["one", "two"]
    assert [[one.channel for one in alert.deliveries] for alert in alerts] == [
        ["desk", "phone"],
        ["desk"],
    ]
    planned = [one for alert in alerts for one in alert.deliveries]
    assert {(one.due, one.state) for one in planned} == {(START, DeliveryState.PENDING)}
    assert len({one.key for one in planned}) == 3


def test_a_channel_named_twice_is_told_once() -> None:
    """A rule that names a channel twice does not tell it twice."""
    [alert] = compose(ARTICLE, [match("one", "desk", "phone", "desk")], START)
    assert [one.channel for one in alert.deliveries] == ["desk", "phone"]


def test_the_key_is_the_same_for_the_same_news() -> None:
    """The key does not depend on when or where a message is made, nor on a corrected text."""
    later = START + timedelta(days=1)
    edited = ARTICLE._replace(title="Other", body="Other", agency="Other")
    [first], [again] = (
        compose(a, [match("one", "desk")], t) for a, t in ((ARTICLE, START), (edited, later))
    )
    assert first.deliveries[0].key == again.deliveries[0].key
    assert re.fullmatch("[0-9a-f]{16}", first.deliveries[0].key)


@pytest.mark.parametrize("change", [{"guid": "other"}, {"version": 2}])
def test_another_article_has_another_key(change: dict[str, object]) -> None:
    """A new version, or another article, is no repeat."""
    other = Article(**({"guid": "guid", "title": "", "headline": "", "body": ""} | change))  # type: ignore[arg-type]
    assert delivery_key(ARTICLE, "rule", "desk") != delivery_key(other, "rule", "desk")


words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=5)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(words, words, words), unique=True, min_size=2, max_size=2))
def test_different_deliveries_have_different_keys(pair: list[tuple[str, str, str]]) -> None:
    """Whatever the names of article, rule and channel, no two deliveries share a key."""
    keys = {delivery_key(ARTICLE._replace(guid=g), rule, channel) for g, rule, channel in pair}
    assert len(keys) == 2
