"""One story of many outlets: copies join it, an alert speaks once, and news in a copy rings."""

from datetime import timedelta

import pytest

from conftest import START, told
from wirewatch.alerts.compose import compose
from wirewatch.clock import iso
from wirewatch.model import Article, Found, Match, Outcome, Span
from wirewatch.notify.render import render
from wirewatch.states import MessageFormat, Severity
from wirewatch.store import stories as module
from wirewatch.store.accept import Accepted, accept
from wirewatch.store.archive import alert_details
from wirewatch.store.claims import claim
from wirewatch.store.database import Store
from wirewatch.store.stories import Telling, forget
from wirewatch.text.likeness import Gist, Thresholds, gist, marks

LEAD = "The Majilis of Kazakhstan voted on Monday to open its archive of 1,200 letters to readers."
ROOMS = (
    "Its keepers said that 14 rooms were ready, and that 300 boxes had yet to be carried upstairs."
)
HANDS = "Visitors will be asked to wash their hands before they touch any letter in the collection."
NEWS = "The Majilis also dismissed its librarian, who had lent a letter to a theatre in Almaty."
STORY = f"{LEAD}\n\n{ROOMS}\n\n{HANDS}"
RAIN = "Rain is expected in the north of the country today, and the Majilis will stay indoors."


def article(body: str, outlet: str = "Kazinform", guid: str = "", **given: object) -> Outcome:
    """Make the outcome of a file with one article, of which the rule `majilis` is true."""
    name = guid or f"{outlet} {body}"
    one = Article(name, "", "Archive opens", body, agency=outlet)._replace(**given)  # type: ignore[arg-type]
    place = body.index("Majilis")
    span = Span("body", place, place + len("Majilis"))
    spans = tuple(
        Span("body", at, at + 7) for at in range(len(body)) if body.startswith("Majilis", at)
    )
    match = Match("majilis", "h1", "Majilis", Severity.HIGH, ("desk",), spans or (span,))
    found = Found(one, (), (match,), compose(one, [match], START), marks(body))
    return told(f"{name[:40]}.txt", f"{name} {given}")._replace(found=(found,))


def take(
    store: Store, *outcomes: Outcome, telling: Telling | None = None, hours: float = 0
) -> list[Accepted]:
    """Accept outcomes, each in a transaction of its own."""
    now = START + timedelta(hours=hours)
    late = [one._replace(arrival=one.arrival._replace(seen=now)) for one in outcomes]
    return [accept(store, [one], now, telling=telling)[0] for one in late]


def stories(store: Store) -> list[int]:
    """Give the story of each article, in order."""
    return [row["story"] for row in store.db["articles"].rows_where(order_by="id")]


def echoes(store: Store) -> list[int | None]:
    """Give for each match the alert that had told of its story."""
    return [row["echoes"] for row in store.db["matches"].rows_where(order_by="id")]


COPY = article("Astana archive opens its doors\n\n" + STORY + "\n\nRead more.", "The Herald")
CUT = article(LEAD + "\n\n" + HANDS, "Evening Post")


def test_copies_join_a_story(store: Store) -> None:
    """Copies and cuts of an article are one story, known by its first; another is another."""
    take(store, article(STORY), COPY, article(RAIN), CUT)
    assert stories(store) == [1, 1, 3, 1]
    found = list(store.db["stories"].rows)
    assert [(one["id"], one["outlets"], one["articles"]) for one in found] == [(3, 1, 1), (1, 3, 3)]
    assert found[1]["headline"] == "Archive opens"


def test_copies_in_one_batch(store: Store) -> None:
    """Copies that are accepted together are one story too, and one alert."""
    done = accept(store, [article(STORY), COPY, CUT], START)
    assert stories(store) == [1, 1, 1]
    assert [one.alerts for one in done] == [1, 0, 0]
    assert echoes(store) == [None, 1, 1]


def test_an_alert_speaks_once_for_a_story(store: Store) -> None:
    """A copy raises no alert of a rule that has told of the story; a row says which alert had."""
    done = take(store, article(STORY), COPY, CUT)
    assert [one.alerts for one in done] == [1, 0, 0]
    assert echoes(store) == [None, 1, 1]
    assert store.db["deliveries"].count == 1


def test_a_copy_with_news_rings_again(store: Store) -> None:
    """A copy in which a sentence that is new matches raises an alert of its own."""
    more = article(STORY + "\n\n" + NEWS, "The Herald")
    done = take(store, article(STORY), more, COPY)
    assert stories(store) == [1, 1, 1]
    assert [one.alerts for one in done] == [1, 1, 0]


def test_news_that_does_not_match_is_no_reason_to_ring(store: Store) -> None:
    """A new sentence in which the rule does not match adds to the story in silence."""
    more = article(STORY + "\n\nThe theatre in Almaty has asked for 7 letters.", "The Herald")
    assert [one.alerts for one in take(store, article(STORY), more)] == [1, 0]


@pytest.mark.parametrize(
    ("was", "says"), [("voted on Monday to open", "refused on Monday to open"), ("1,200", "12,000")]
)
def test_a_changed_fact_is_new(store: Store, was: str, says: str) -> None:
    """A sentence that matches and says something else, by a word or a number, rings again."""
    edited = STORY.replace(was, says)
    assert [one.alerts for one in take(store, article(STORY), article(edited, "Post"))] == [1, 1]
    assert stories(store) == [1, 1]


def test_how_much_of_a_sentence_must_be_known_is_configured(store: Store) -> None:
    """A desk may take a sentence for known that says it in other words."""
    loose = Telling(Thresholds(sentences=0.5))
    edited = STORY.replace("voted on Monday to open", "decided on Monday to open")
    done = take(store, article(STORY), article(edited, "Post"), telling=loose)
    assert [one.alerts for one in done] == [1, 0]


def test_a_sentence_that_is_set_otherwise_is_not_new(store: Store) -> None:
    """Capitals, quotation marks and other line ends make no news."""
    other = STORY.replace("Majilis of", "“Majilis” of").replace("\n\n", "\n")
    assert [one.alerts for one in take(store, article(STORY), article(other, "Post"))] == [1, 0]


def in_one(store: Store, *outcomes: Outcome) -> list[int]:
    """Accept outcomes in one transaction; give the alerts of each."""
    return [one.alerts for one in accept(store, outcomes, START)]


FIRST = article(STORY, guid="tag:1")
KILL = article(STORY, guid="tag:1", version=2, status="canceled")


def waiting(store: Store) -> list[tuple[int, str]]:
    """Give the article and the state of each delivery."""
    rows = store.db.execute(
        "SELECT al.article_id, d.state FROM deliveries d JOIN alerts al ON al.id = d.alert_id"
        " ORDER BY d.id"
    )
    return [tuple(row) for row in rows.fetchall()]


@pytest.mark.parametrize("together", [False, True])
def test_a_copy_is_told_when_nobody_heard_of_the_first(store: Store, *, together: bool) -> None:
    """When a story is killed before anybody was told, the alert of a copy that kept silent is."""
    if together:
        in_one(store, FIRST, COPY, CUT, KILL)
    else:
        take(store, FIRST, COPY, CUT, KILL)
    assert waiting(store) == [(1, "suppressed"), (2, "pending")]
    assert echoes(store) == [None, None, 2, None]
    (message,) = claim(store.db, START, {"desk": 9})
    assert (message.article_id, message.outlets) == (2, 1)


def test_a_copy_behind_a_kill_in_one_batch(store: Store) -> None:
    """What is decided of copies and kills in one batch is what would be in several."""
    assert in_one(store, FIRST, KILL, COPY) == [1, 0, 1]
    assert waiting(store) == [(1, "suppressed"), (3, "pending")]


def test_what_was_withheld_and_is_free_again_rings(store: Store) -> None:
    """A version that lifts a withdrawal is told, as what was before it never counts."""
    back = article(STORY, guid="tag:1", version=3)
    assert [one.alerts for one in take(store, FIRST, KILL, back)] == [1, 0, 1]


def test_what_was_withheld_and_is_free_again_in_one_batch(store: Store) -> None:
    """The same in one batch."""
    assert in_one(store, FIRST, KILL, article(STORY, guid="tag:1", version=3))[2] == 1


@pytest.mark.parametrize("together", [False, True])
def test_a_lapsed_embargo_keeps_no_copy_silent_or_loud(store: Store, *, together: bool) -> None:
    """What an embargo held has been told once it has lifted: a free copy is an echo."""
    first = article(STORY, embargo="2026-03-01T00:00:00Z")
    done = in_one(store, first, COPY) if together else [
        one.alerts for one in take(store, first, COPY)
    ]  # fmt: skip
    assert done == [1, 0]


def test_a_copy_whose_embargo_ends_sooner_rings(store: Store) -> None:
    """A copy that may be told sooner than the first article does not wait for that."""
    later, sooner = "2026-03-09T00:00:00Z", "2026-03-03T00:00:00Z"
    held, free = article(STORY, embargo=later), article(STORY, "Post", embargo=sooner)
    assert [one.alerts for one in take(store, held, free)] == [1, 1]
    again = article(STORY, "Herald", embargo="2026-03-05T00:00:00Z")
    assert [one.alerts for one in take(store, again)] == [0]


@pytest.mark.parametrize(
    ("first", "second", "due"),
    [
        ("2026-03-03T18:00:00Z", "2026-03-03T20:00:00Z", "2026-03-03T20:00:00.000Z"),
        ("2026-03-03T18:00:00Z", None, iso(START)),
    ],
)
def test_the_newest_version_says_how_long_is_waited(
    store: Store, first: str, second: str | None, due: str
) -> None:
    """An embargo that a newer version moves or lifts is moved or lifted for what waits."""
    take(store, article(STORY, guid="tag:1", embargo=first))
    take(store, article(STORY + " More.", guid="tag:1", version=2, embargo=second))
    (row,) = store.db["deliveries"].rows
    assert row["due"] == due


def test_an_embargo_that_comes_later_holds_nothing_that_was_free(store: Store) -> None:
    """What was free when it came, and still waits, is not held by a newer version's embargo."""
    take(store, FIRST)
    later = article(STORY + " More.", guid="tag:1", version=2, embargo="2026-03-09T00:00:00Z")
    take(store, later)
    (row,) = store.db["deliveries"].rows
    assert row["due"] == iso(START)


def test_a_copy_of_what_nobody_could_be_told_rings(store: Store) -> None:
    """An alert that was given up has told nobody, so that a copy rings."""
    take(store, FIRST)
    with store.write() as db:
        db.execute("UPDATE deliveries SET state = 'dead', due = NULL")
    assert [one.alerts for one in take(store, COPY)] == [1]


LATER = "2026-03-09T00:00:00Z"


def test_a_copy_is_told_to_those_who_would_have_been(store: Store) -> None:
    """A copy that is told in the place of a withdrawn story tells that one's channels, no others."""
    other = article(f"Majilis. {own_sentences('other', 4)}", guid="tag:9")
    elsewhere = other.found[0].alerts[0]
    (planned,) = elsewhere.deliveries
    elsewhere = elsewhere._replace(deliveries=(planned._replace(channel="phone", key="k"),))
    take(store, other._replace(found=(other.found[0]._replace(alerts=(elsewhere,)),)))
    take(store, FIRST, COPY, KILL)
    told = store.db.execute("SELECT channel FROM deliveries WHERE state = 'pending' ORDER BY id")
    assert [row[0] for row in told] == ["phone", "desk"]


def test_a_free_copy_is_told_before_one_under_embargo(store: Store) -> None:
    """Of the copies that kept silent the first one that is free is told."""
    take(store, FIRST, article(STORY, "Herald", embargo=LATER), CUT, KILL)
    assert waiting(store) == [(1, "suppressed"), (3, "pending")]


def test_a_copy_under_embargo_is_told_when_it_lifts(store: Store) -> None:
    """Where the only copy is under embargo, its alert waits for that."""
    take(store, FIRST, article(STORY, "Herald", embargo=LATER), KILL)
    assert waiting(store) == [(1, "suppressed"), (2, "pending")]
    assert [row["due"] for row in store.db["deliveries"].rows][1] == "2026-03-09T00:00:00.000Z"


def test_a_copy_that_was_replaced_is_not_told(store: Store) -> None:
    """A copy that a newer version has replaced is not told in the place of a killed story."""
    newer = article(STORY, "Herald", guid="tag:2", version=2)
    silent = newer._replace(found=(newer.found[0]._replace(matches=(), alerts=()),))
    take(store, FIRST, article(STORY, "Herald", guid="tag:2"), silent, KILL)
    assert waiting(store) == [(1, "suppressed")]


def test_one_number_in_a_long_sentence_is_news(store: Store) -> None:
    """A number that changed is new however long the sentence, of which hardly a word differs."""
    long = "The Majilis said that " + " ".join(f"word{n}" for n in range(60)) + " and 5 people."
    long = f"{long}\n\n{ROOMS}\n\n{HANDS}"
    done = take(store, article(long), article(long.replace("5 people", "320 people"), "Post"))
    assert [one.alerts for one in done] == [1, 1]
    assert stories(store) == [1, 1]


def own_sentences(name: str, count: int) -> str:
    """Give sentences that nobody else has."""
    return "\n".join(" ".join(f"{name}{n}{end}" for end in "abcdefghi") + "." for n in range(count))


def test_hardly_anything_shared_is_not_compared(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence in eight, or one that many stories have, is not worth comparing texts."""
    footer = "This agency is not responsible for what other people say of the Majilis anywhere."
    take(store, article(f"{own_sentences('first', 6)}\n{LEAD}"))
    take(store, *(article(f"{own_sentences(f'n{n}x', 3)}\n{footer}") for n in range(9)))
    compared: list[str] = []

    def noted(text: str) -> Gist:
        compared.append(text)
        return gist(text)

    monkeypatch.setattr(module, "gist", noted)
    take(store, article(f"{own_sentences('other', 7)}\n{LEAD}", "Post"))
    take(store, article(f"{own_sentences('another', 3)}\n{footer}", "Post"))
    assert compared == []
    take(store, article(f"{own_sentences('third', 6)}\n{LEAD}", "Post"))
    assert compared != []


def test_a_channel_that_was_not_told_is_told(store: Store) -> None:
    """A rule that names another channel by now tells of a copy, as that one never heard of it."""
    found = COPY.found[0]
    match = found.matches[0]._replace(channels=("desk", "phone"))
    more = found._replace(matches=(match,), alerts=compose(found.article, [match], START))
    done = take(store, article(STORY), COPY._replace(found=(more,)))
    assert [one.alerts for one in done] == [1, 1]


def test_another_rule_rings_for_the_copy(store: Store) -> None:
    """A rule that has not told of the story yet tells of the copy."""
    other = COPY.found[0]
    match = other.matches[0]._replace(rule="other", rule_hash="h2")
    found = other._replace(
        matches=(*other.matches, match),
        alerts=compose(other.article, [*other.matches, match], START),
    )
    done = take(store, article(STORY), COPY._replace(found=(found,)))
    assert done[1].alerts == 1
    assert [row["rule"] for row in store.db["alerts"].rows] == ["majilis", "other"]


def test_versions_are_one_story(store: Store) -> None:
    """Versions of an article are one story, however much they differ."""
    take(store, article(STORY, guid="tag:1"), article(RAIN, guid="tag:1", version=2))
    assert stories(store) == [1, 1]


def test_a_bulletin_with_other_numbers_is_another_story(store: Store) -> None:
    """What differs only in its numbers is another story, with an alert of its own."""
    other = STORY.replace("1,200", "1,350").replace("14", "19").replace("300", "712")
    assert [one.alerts for one in take(store, article(STORY), article(other))] == [1, 1]
    assert stories(store) == [1, 2]


def test_a_copy_that_comes_too_late(store: Store) -> None:
    """After the time within which copies follow, what says the same is a new story."""
    telling = Telling(within=timedelta(hours=2))
    take(store, article(STORY), telling=telling)
    take(store, COPY, telling=telling, hours=1)
    take(store, CUT, telling=telling, hours=4)
    assert stories(store) == [1, 1, 3]


def test_no_stories_at_all(store: Store) -> None:
    """With no time to follow there are no stories: every copy rings, and nothing is kept for it."""
    telling = Telling(within=timedelta())
    done = take(store, article(STORY), COPY, telling=telling)
    assert [one.alerts for one in done] == [1, 1]
    assert store.db["sentences"].count == 0


def test_the_thresholds_are_configured(store: Store) -> None:
    """How much two texts must share is the desk's to say."""
    strict = Telling(Thresholds(phrases=1.0))
    edited = STORY.replace("voted on Monday to open", "decided on Monday to open")
    take(store, article(STORY), article(edited, "Post"), telling=strict)
    assert stories(store) == [1, 2]


def test_what_everybody_says_tells_nothing(store: Store) -> None:
    """A sentence that many articles share joins none of them, and is kept for few."""
    footer = "This agency is not responsible for what other people say of the Majilis anywhere."
    take(store, *(article(f"{own_sentences(f'w{n}x', 5)}\n\n{footer}") for n in range(60)))
    assert len(set(stories(store))) == 60
    (mark,) = marks(footer)
    assert store.db["sentences"].count_where("mark = ?", [mark]) <= 8


def test_a_story_of_many_outlets(store: Store) -> None:
    """However many outlets bring a story, the next one joins it too, and tells nobody."""
    take(store, *(article(STORY, f"Outlet {number}") for number in range(60)))
    assert set(stories(store)) == {1}
    assert store.db["alerts"].count == 1
    assert list(store.db["stories"].rows)[0]["outlets"] == 60  # noqa: RUF015 - its only row
    assert store.db["sentences"].count == 3


def test_news_that_an_earlier_copy_brought_is_old(store: Store) -> None:
    """What a copy brought some copies ago is not news when another copy brings it again."""
    more = STORY + "\n\n" + NEWS
    take(store, article(STORY), article(more, "The Herald"))
    take(store, *(article(STORY, f"Outlet {number}") for number in range(9)))
    assert [one.alerts for one in take(store, article(more, "Evening Post"))] == [0]


def test_a_copy_of_what_was_withdrawn_rings(store: Store) -> None:
    """When the first article was withdrawn, another outlet's copy is told: nobody vouches for less."""
    kill = article(STORY, guid="tag:1", version=2, status="canceled")
    done = take(store, article(STORY, guid="tag:1"), kill, COPY)
    assert done[2].alerts == 1


@pytest.mark.parametrize(("embargo", "rings"), [("2026-03-09T00:00:00Z", 1), ("2026-03-01", 0)])
def test_a_copy_without_embargo_rings(store: Store, embargo: str, rings: int) -> None:
    """A copy that is free rings though the first article's alert waits for its embargo to lift."""
    done = take(store, article(STORY, embargo=embargo), COPY)
    assert done[1].alerts == rings


def test_a_message_that_waited_counts_the_outlets(store: Store) -> None:
    """What was not sent yet says how many other outlets have brought the story meanwhile."""
    take(store, article(STORY), COPY, CUT, article(LEAD, "Kazinform", guid="again"))
    (message,) = claim(store.db, START, {"desk": 9})
    assert message.outlets == 2
    for form in MessageFormat:
        assert "2 outlets" in render(message, form).body


def test_later_copies_add_to_an_alert(store: Store) -> None:
    """The log of alerts counts the other outlets that brought the story since, and names them."""
    take(store, article(STORY), COPY, CUT, article(RAIN))
    told_of = {row["alert_id"]: row["outlets"] for row in store.db["alert_log"].rows}
    assert told_of == {1: 2, 2: 0}
    details = alert_details(store.db, 1)
    assert details is not None
    assert [copy["outlet"] for copy in details["copies"]] == ["The Herald", "Evening Post"]  # type: ignore[attr-defined]


def test_one_outlet_alone_is_not_mentioned(store: Store) -> None:
    """A story that nobody else has says nothing of outlets."""
    take(store, article(STORY))
    (message,) = claim(store.db, START, {"desk": 9})
    assert "outlet" not in render(message, MessageFormat.TEXT).body


def test_sentences_are_forgotten(store: Store) -> None:
    """Sentences of articles that no copy can join any more are taken out, the others stay."""
    for hours, body in ((0, STORY), (5, RAIN), (9, NEWS)):
        take(store, article(body), hours=hours)
    before = store.db["sentences"].count
    with store.write() as db:
        assert forget(db, iso(START + timedelta(hours=5))) == 3
    assert store.db["sentences"].count == before - 3
    assert {row["story"] for row in store.db["sentences"].rows} == {2, 3}
    with store.write() as db:
        assert forget(db, iso(START)) == 0


def test_nothing_to_forget(store: Store) -> None:
    """An empty store has no sentences to forget."""
    with store.write() as db:
        assert forget(db, iso(START)) == 0
