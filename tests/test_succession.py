"""What follows without an identity of its own: leads, corrections and kills of the old wires."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import START, arrived
from wirewatch.alerts.compose import compose
from wirewatch.alerts.routes import Router
from wirewatch.formats import parse
from wirewatch.keys import delivery_key
from wirewatch.model import Article, Condition, Found, Match, Message, Outcome, Span
from wirewatch.states import FileReason, FileState, Recall, Severity
from wirewatch.store.accept import Accepted, accept
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.text.likeness import marks

TEXT = (
    "VALLETTA, Malta (AP) _ The parliament of Malta voted on Tuesday to bring back nine bells.",
    "They will ring for the clerks of the library each morning at eight, its speaker said.",
    "The bells had hung in the tower of the old market until the winter storm of last year.",
)
RULE = ("r1", "h1", "Bells", Severity.HIGH, ("desk",))


def anpa(text: tuple[str, ...], turn: str = "", *, slug: str = "BC-EU--Malta-Bells") -> Article:
    """Read one message of ANPA 1312 whose slug line says which take of the story it is."""
    body = "".join(f"\t   {line}\n" for line in text)
    slug_line = f"{slug}, {turn},71<" if turn else f"{slug},71<"
    raw = (
        f"\x16\x16\x01a0421\x1fworld\nu i\x13\x11 BC-EU--Malta-Bells   03-04 0096\n\x02{slug_line}\n"
        f"^Malta votes the bells back<\n{body}\n\t   AP-WF-03-04-26 0905GMT<\n\n\x04"
    )
    (article,) = parse(raw.encode(), 1_000_000).articles
    return article


def iptc(text: tuple[str, ...], status: str = "") -> Article:
    """Read one message of IPTC 7901."""
    body = "\n\n".join(text)
    raw = (
        f"\x01eca0417 4 i 131  dpa 0417\nGermany/parliament/bees/\n\x02{status}\nA day of rest =\n"
        f"\n{body}\n\x03\n131137 GMT Nov 26\n"
    )
    (article,) = parse(raw.encode(), 1_000_000).articles
    return article


def take(
    store: Store,
    *articles: Article,
    now: datetime = START,
    source: str = "wires",
    router: Router | None = None,
) -> list[Accepted]:
    """Take in articles in which one rule matches the beginning, in one batch."""
    outcomes: list[Outcome] = []
    for article in articles:
        match = Match(*RULE, (Span("body", 0, 3),))
        found = Found(
            article, (), (match,), compose(article, [match], now, router), marks(article.body)
        )
        content = f"{article.signal} {article.version} {article.body} {now} {len(outcomes)}"
        came = arrived(f"{hash(content)}.txt", content)._replace(seen=now, inbox=source)
        outcomes.append(Outcome(came, FileState.STORED, format="anpa", found=(found,)))
    return accept(store, outcomes, now)


def versions(store: Store) -> list[tuple[Any, ...]]:
    """Give of each article, in the order of arrival, its story's number, version and currency."""
    rows = store.db.execute("SELECT guid, version, current FROM articles ORDER BY id").fetchall()
    guids = list(dict.fromkeys(row[0] for row in rows))
    return [(guids.index(guid), version, current) for guid, version, current in rows]


def sent(store: Store) -> list[Message]:
    """Claim all that is due."""
    with store.write() as db:
        return claim(db, START + timedelta(days=9), {"desk": 99})


LEAD = (*TEXT, "A second vote on the price of the ropes is to follow in the week after Easter.")


@pytest.mark.parametrize("together", [True, False])
def test_a_lead_replaces_the_first_take(store: Store, *, together: bool) -> None:
    """A lead is the next version of its story, and rules that told of it do not tell again."""
    batches = [[anpa(TEXT), anpa(LEAD, "1st Ld-Writethru")]]
    for batch in batches if together else [[one] for one in batches[0]]:
        take(store, *batch)
    assert versions(store) == [(0, 1, 0), (0, 2, 1)]
    assert len(sent(store)) == 1


@pytest.mark.parametrize("read", [anpa, iptc])
@pytest.mark.parametrize("together", [True, False])
def test_a_kill_reaches_those_who_were_told(store: Store, read: Any, *, together: bool) -> None:
    """A kill that knows its story by the slug alone goes to who was told, or lets none be told."""
    first, kill = read(TEXT), read((), "KILL" if read is anpa else "STORY WITHDRAWN")
    assert kill.status == "canceled"
    take(store, *((first, kill) if together else (first,)))
    if not together:
        assert [one.recall for one in sent(store)] == [None]
        take(store, kill)
    assert versions(store) == [(0, 1, 0), (0, 2, 1)]
    assert [one.recall for one in sent(store)] == ([] if together else [Recall.WITHDRAWN])


def test_a_correction_says_what_has_changed(store: Store) -> None:
    """A correction goes to who was told of the story, with the text of before."""
    first = anpa(TEXT)
    take(store, first)
    sent(store)
    take(store, anpa((TEXT[0].replace("nine", "ninety"), *TEXT[1:]), "CORRECTION"))
    (message,) = sent(store)
    assert (message.recall, message.earlier) == (Recall.CORRECTED, first.body)


def test_what_follows_by_its_slug_rings_under_its_condition(store: Store) -> None:
    """A lead that takes the identity of what it follows rings no sooner than its condition holds."""
    when = Condition(articles=5)
    conditions = Router(conditions={"r1": when})
    take(store, anpa(TEXT), anpa(LEAD, "1st Ld-Writethru"), router=conditions)
    assert versions(store) == [(0, 1, 0), (0, 2, 1)]
    assert [row["unmet"] for row in store.db["matches"].rows] == ["1 of 5 articles within 1 h"] * 2
    assert sent(store) == []


def test_the_same_lead_again_is_a_duplicate(store: Store) -> None:
    """A message that is sent again, in other bytes, is stored once and follows nothing."""
    take(store, anpa(TEXT), anpa(LEAD, "1st Ld-Writethru"))
    (done,) = take(store, anpa(LEAD, "1st Ld-Writethru"), now=START + timedelta(hours=1))
    assert (done.state, done.reason) == (FileState.DUPLICATE, FileReason.SAME_ARTICLE)
    (done,) = take(store, anpa(TEXT), now=START + timedelta(hours=1))
    assert done.state is FileState.DUPLICATE


def test_a_late_lead_replaces_nothing(store: Store) -> None:
    """Leads are numbered, so that an older one that comes late is kept and does not replace."""
    second = (*LEAD, "The ropes are to be of hemp and as long as the tower is high, she added.")
    take(store, anpa(TEXT), anpa(second, "2nd Ld-Writethru"), anpa(LEAD, "1st Ld-Writethru"))
    assert versions(store) == [(0, 1, 0), (0, 3, 1), (0, 2, 0)]


def test_a_number_that_was_taken(store: Store) -> None:
    """A lead whose number a correction has taken is the next version all the same."""
    fixed = (TEXT[0].replace("nine", "ninety"), *TEXT[1:])
    take(store, anpa(TEXT), anpa(fixed, "CORRECTION"), anpa(LEAD, "1st Ld-Writethru"))
    assert versions(store) == [(0, 1, 0), (0, 2, 0), (0, 3, 1)]


OTHER = (
    "VALLETTA, Malta (AP) _ A ship with four hundred church organs has come into the harbour.",
    "Customs officers counted the pipes through the night and arrived at ninety thousand, they said.",
    "Nobody on board could say who had ordered them, and the captain asked for a cup of tea.",
)


def test_a_slug_that_comes_again(store: Store) -> None:
    """An update that tells another story under the slug is news of its own, and rings."""
    take(store, anpa(TEXT))
    (done,) = take(store, anpa(OTHER, "1st Ld-Writethru"))
    assert (done.alerts, versions(store)) == (1, [(0, 1, 1), (1, 2, 1)])
    take(store, anpa(OTHER, "KILL"))
    assert versions(store)[0] == (0, 1, 1)


def test_only_what_says_so_follows(store: Store) -> None:
    """A story under a known slug that does not say that it follows is one of its own."""
    take(store, anpa(TEXT), anpa(LEAD))
    assert versions(store) == [(0, 1, 1), (1, 1, 1)]


@pytest.mark.parametrize(
    ("source", "slug", "hours", "agency"),
    [
        ("wires", "BC-EU--Malta-Bells-Bread", 1, "AP"),
        ("wires", "BC-EU--Malta-Bell", 1, "AP"),
        ("other", "BC-EU--Malta-Bells", 1, "AP"),
        ("wires", "BC-EU--Malta-Bells", 37, "AP"),
        ("wires", "BC-EU--Malta-Bells", 1, "UPI"),
    ],
)
def test_another_story_s_kill(
    store: Store, source: str, slug: str, hours: float, agency: str
) -> None:
    """A kill of another slug, inbox, agency or day takes nothing back."""
    take(store, anpa(TEXT))
    kill = anpa((), "KILL", slug=slug)._replace(agency=agency)
    take(store, kill, now=START + timedelta(hours=hours), source=source)
    assert versions(store) == [(0, 1, 1), (1, 1, 1)]


def test_what_a_slug_adds_to_its_keyword(store: Store) -> None:
    """The words that a version adds behind the keyword's comma do not part it from its story."""
    take(store, anpa(TEXT, slug="BC-EU--Malta-Bells, Bjt"))
    take(store, anpa((), "KILL"))
    assert versions(store) == [(0, 1, 0), (0, 2, 1)]


@pytest.mark.parametrize("named", [0, 1])
def test_a_guid_is_believed(store: Store, named: int) -> None:
    """An article whose agency gave it an identity neither follows nor is followed by its slug."""
    both = [anpa(TEXT), anpa(LEAD, "1st Ld-Writethru")]
    both[named] = both[named]._replace(guid="tag:bells")
    for one in both:
        take(store, one)
    assert versions(store) == [(0, 1, 1), (1, 2, 1)]


def test_a_slug_that_only_begins_alike(store: Store) -> None:
    """A keyword that goes on behind another one's last letter is another story's."""
    take(store, anpa(TEXT, slug="BC-EU--Malta-Bells Bread"))
    take(store, anpa((), "KILL"))
    assert versions(store) == [(0, 1, 1), (1, 1, 1)]


def test_a_kill_of_an_earlier_take_counts(store: Store) -> None:
    """A kill takes the newest version back, whichever take it names."""
    take(store, anpa(TEXT), anpa(LEAD, "2nd Ld-Writethru"))
    take(store, anpa((), "1st Ld-KILL"))
    assert versions(store) == [(0, 1, 0), (0, 3, 0), (0, 4, 1)]


def test_keys_follow_from_the_identity(store: Store) -> None:
    """The key of what rings is that of the article as it is stored."""
    take(store, anpa(TEXT))
    first = next(iter(store.db["articles"].rows))
    lead = anpa(LEAD, "1st Ld-Writethru")
    match = Match("r2", "h2", "Ropes", Severity.HIGH, ("desk",), (Span("body", 0, 3),))
    found = Found(lead, (), (match,), compose(lead, [match], START))
    outcome = Outcome(arrived("b.txt", "b"), FileState.STORED, format="anpa", found=(found,))
    accept(store, [outcome], START)
    stored = Article(first["guid"], "", "", "", version=2)
    keys = [row["key"] for row in store.db["deliveries"].rows]
    assert keys[-1] == delivery_key(stored, "r2", "desk")
