"""Routes: whom an alert is for, beside those that its rule names."""

import json
from typing import Any

import pytest

from conftest import START, STORY, Receiver, Site, Wirewatch
from wirewatch.alerts.compose import compose
from wirewatch.alerts.policy import Policy
from wirewatch.alerts.routes import Route, Router
from wirewatch.clock import iso
from wirewatch.model import Article, Match
from wirewatch.pipeline.routing import routings
from wirewatch.rhythm import quiet_of
from wirewatch.states import DeliveryReason, Severity

ARTICLE = Article("tag:1", "", "A visit", "Words.", place="ALMATY", language="kk-Cyrl")
MATCH = Match("kz-visits", "h", "Visits", Severity.HIGH, ("desk",), ())
TAGS = {"kz-visits": ("budget", "kz")}


def led(*routes: Route, match: Match = MATCH, article: Article = ARTICLE) -> tuple[str, ...]:
    """Give the channels to which routes lead an article of the inbox `wires`."""
    return tuple(Router(routes, TAGS).channels(match, article, "wires"))


def to(*channels: str, **conditions: Any) -> Route:
    return Route(channels, **conditions)


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({}, True),
        ({"severity": Severity.HIGH}, True),
        ({"severity": Severity.CRITICAL}, False),
        ({"rules": ("az", "kz-*")}, True),
        ({"rules": ("kz",)}, False),
        ({"tags": ("tax", "budget")}, True),
        ({"tags": ("tax",)}, False),
        ({"sources": ("wires",)}, True),
        ({"sources": ("mail",)}, False),
        ({"places": ("Almaty", "Astana")}, True),
        ({"places": ("Astana",)}, False),
        ({"languages": ("ru", "kk")}, True),
        ({"languages": ("kk-cyrl",)}, True),
        ({"languages": ("k",)}, False),
        ({"languages": ("kk-Arab",)}, False),
        ({"tags": ("kz",), "sources": ("mail",)}, False),
    ],
)
def test_conditions(conditions: dict[str, Any], *, fits: bool) -> None:
    """Every condition that is set must hold."""
    assert led(to("night", **conditions)) == (("desk", "night") if fits else ("desk",))


def test_the_first_that_fits_ends_it() -> None:
    """Later routes are tried only where one that fits says to go on; channels come once."""
    first, second = to("a", "desk", goes_on=True), to("b", goes_on=False)
    assert led(to("x", tags=("no",)), first, second, to("c")) == ("desk", "a", "b")


def test_a_route_alone() -> None:
    """A rule that names no channel rings where a route leads to one, and only there."""
    match = MATCH._replace(channels=())
    assert led(to("night"), match=match) == ("night",)
    (alert,) = compose(ARTICLE, [match], START, Router((to("night"),), TAGS), "wires")
    assert [planned.channel for planned in alert.deliveries] == ["night"]
    assert compose(ARTICLE, [match], START, Router((to("night", tags=("no",)),), TAGS)) == ()


def test_what_is_not_known_fits_no_condition() -> None:
    """An article of no known place or language takes no route that asks for one."""
    unknown = ARTICLE._replace(place=None, language=None)
    routes = to("night", places=("Almaty",)), to("night", languages=("kk",))
    assert led(*routes, article=unknown) == ("desk",)


ROUTES = """
[[channel]]
name = "night"
url = "json://127.0.0.1:9/night"
quiet = ["22:00-07:00"]
[[route]]
channels = ["desk"]
source = ["wires"]
language = ["kk"]
[[route]]
channels = ["night", "desk"]
severity = "high"
"""


def test_who_would_be_told(wirewatch: Wirewatch, site: Site, receiver: Receiver) -> None:
    """`routes test` says who would be told, when and why, and tells nobody."""
    site.write(f"json://{receiver.host}/hook", ROUTES)
    story = site.deliver("a.txt", STORY)
    ran = wirewatch("routes", "test", story, "--at", "2026-03-02T23:10", "--source", "wires")
    assert (ran.code, ran.out.splitlines()) == (
        0,
        [
            "kz-az  high  Kazakhstan and Azerbaijan",
            "  → desk: 2026-03-02T23:10Z, as its rule names it",
            "  → night: 2026-03-03T07:00Z (quiet-hours), as route 2",
            "  route 1 does not fit: its language is en",
        ],
    )
    ran = wirewatch("routes", "test", story, "--at", "2026-03-03T12:00+05:00", "--json")
    (told,) = json.loads(ran.out)
    assert [(way["channel"], way["due"][:16], way["reason"]) for way in told["told"]] == [
        ("desk", "2026-03-03T07:00", None), ("night", "2026-03-03T07:00", None),
    ]  # fmt: skip
    assert told["missed"] == ["route 1 does not fit: its source is file"]
    assert receiver.got == []


def test_nobody_would_be_told(wirewatch: Wirewatch, site: Site) -> None:
    """Where no rule is true, `routes test` says so and exits with 1; so it does of a bad time."""
    story = site.deliver("a.txt", "ASTANA, March 2. Nothing happened to anybody today.")
    ran = wirewatch("routes", "test", story)
    assert (ran.code, ran.out) == (1, "no rule is true of it, so nobody is told\n")
    assert "is no moment" in wirewatch("routes", "test", story, "--at", "soon").err


def test_routes_decide_what_is_told(wirewatch: Wirewatch, site: Site, receiver: Receiver) -> None:
    """An alert goes where its routes lead, as `rules why-not` and `check` know."""
    rules = site.folder / "rules.toml"
    site.write(
        f"json://{receiver.host}/hook",
        '[[channel]]\nname = "other"\nurl = "json://127.0.0.1:9/"\n'
        '[[route]]\nchannels = ["desk"]\ntag = ["kz"]\nsource = ["wires"]\ncontinue = true\n'
        '[[route]]\nchannels = ["other"]\nlanguage = ["en"]\n',
    )
    rules.write_text(rules.read_text().replace('channels = ["desk"]', 'tags = ["kz"]'))
    assert "no channel hears" not in wirewatch("check").out
    site.deliver("a.txt", STORY)
    assert wirewatch("ingest", site.inbox).code == 0
    assert len(receiver.at("/hook")) == 1
    assert "sent" in wirewatch("rules", "why-not", "kz-az", 1).out
    fired = json.loads(wirewatch("rules", "backtest", "kz-az", "--since", "2d", "--json").out)
    assert fired["channels"] == {"desk": 1, "other": 1}


def test_an_embargo_and_then_a_night() -> None:
    """What lifts in quiet hours is told when they end."""
    article = ARTICLE._replace(embargo="2026-03-02T23:30:00Z")
    policy = Policy(quiet=(quiet_of("22:00-07:00"),))
    (found,) = routings(article, "wires", (MATCH,), START, (Router(), {"desk": policy}))
    (way,) = found.ways
    assert (iso(way.due)[:16], way.reason) == ("2026-03-03T07:00", DeliveryReason.QUIET_HOURS)


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ('channels = ["dsk"]', "did you mean 'desk'?"),
        ('channels = ["desk"]\nrule = ["kz"]', "did you mean 'kz-az'?"),
        ('channels = ["desk"]\nrule = ["ua-*"]', "known rules: kz-az"),
        ('channels = ["desk"]\ntag = ["kz"]', "there are no tags"),
        ('channels = ["desk"]\nsource = ["wire"]', "did you mean 'wires'?"),
        ("channels = []", "route[1].channels"),
        ('channels = ["desk"]\ncontinues = true', "did you mean"),
    ],
)
def test_a_route_to_nowhere(
    wirewatch: Wirewatch, site: Site, receiver: Receiver, route: str, said: str
) -> None:
    """What a route names and there is not is a fault, with the nearest that there is."""
    site.write(f"json://{receiver.host}/hook", f"[[route]]\n{route}\n")
    ran = wirewatch("check")
    assert ran.code == 2
    assert "route[1]" in ran.err
    assert said in ran.err
