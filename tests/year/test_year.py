"""A simulated year: every match ends as it should, for every channel, whatever fails.

`pytest tests/year` lives through it once, from the seed in WIREWATCH_SEED, and looks at it from
all sides.
"""

from collections.abc import Iterator

from year.books import Books
from year.conditions import Conditions
from year.corrections import Corrections
from year.escalations import Escalations
from year.groups import Groups
from year.nothing import EmptyDigests
from year.promises import Promises
from year.reasons import Reasons
from year.references import References
from year.simulation import Lived

_SHOWN = 5


def verdict(lived: Lived, faults: Iterator[str]) -> str:
    """Say what is wrong, and with which seed; nothing when all is well."""
    found = list(faults)
    shown = "\n".join(found[:_SHOWN])
    return f"WIREWATCH_SEED={lived.seed}: {len(found)} faults\n{shown}" if found else ""


def test_it_was_a_busy_year(year: Lived) -> None:
    """Half a million articles, and of everything that may happen something did."""
    db = year.store.db
    assert db["articles"].count >= 500_000
    assert all(db[table].count > 100 for table in ("silences", "bundles"))
    ends = {(state, reason) for state, reason in db.execute(
        "SELECT DISTINCT state, reason FROM deliveries")}  # fmt: skip
    assert ends >= {
        ("sent", None), ("dead", "gave-up"), ("dead", "channel-removed"),
        ("suppressed", "silenced"), ("suppressed", "withdrawn"), ("pending", "digest"),
        ("suppressed", "acknowledged"),
    }  # fmt: skip
    assert db["bundles"].count_where("slot LIKE '% half of %'") > 100
    assert db["matches"].count_where("unmet IS NOT NULL") > 100
    assert db["alerts"].count_where("article_id IS NULL") > 100
    assert db["deliveries"].count_where("escalation AND state = 'sent'") > 1_000
    assert year.diary.counts["kills"] > 100
    assert year.diary.counts["stops"] > 10


def test_every_alert_has_one_end(year: Lived, books: Books) -> None:
    """Each alert is for each channel sent, suppressed, dead, or waits for a moment to come."""
    assert not verdict(year, books.unbalanced())


def test_every_match_has_its_alert(year: Lived, books: Books) -> None:
    """Each match raised an alert, or echoes one, or its rule had told of that story before."""
    assert not verdict(year, Reasons(books).unexplained())


def test_nothing_is_told_twice(year: Lived, books: Books) -> None:
    """Only what may not have arrived goes again, under the same reference, and says so."""
    assert not verdict(year, books.repeated())


def test_a_reference_means_one_message(year: Lived, books: Books) -> None:
    """What is gathered under one reference is the same whenever it goes, but for what has ended."""
    assert not verdict(year, References(books).reused())


def test_a_reference_leads_to_its_alerts(year: Lived, books: Books) -> None:
    """Who takes a message on by its reference takes on all that is in it."""
    assert not verdict(year, References(books).misled())


def test_messages_bear_their_references(year: Lived, books: Books) -> None:
    """Each text has the reference of each alert in it, and says where it may be a repeat."""
    assert not verdict(year, books.misprinted())


def test_everything_goes_at_its_time(year: Lived, books: Books) -> None:
    """What may go goes at once; digests and nights end when the clock on the wall says so."""
    assert not verdict(year, Promises(books).missed())


def test_no_digest_comes_twice(year: Lived, books: Books) -> None:
    """A digest's time has one message, also in the hour that comes twice."""
    assert not verdict(year, Promises(books).doubled())


def test_the_nights_are_quiet(year: Lived, books: Books) -> None:
    """In quiet hours goes only what nothing holds."""
    assert not verdict(year, Promises(books).disturbed())


def test_rates_are_kept(year: Lived, books: Books) -> None:
    """No channel gets more messages in any of its periods than it wants."""
    assert not verdict(year, Promises(books).hurried())


def test_nobody_is_flooded(year: Lived, books: Books) -> None:
    """After an outage what is old comes gathered."""
    assert not verdict(year, Promises(books).flooded())


def test_the_dead_are_dead(year: Lived, books: Books) -> None:
    """Only what truly failed for so long is given up, and what its channel left behind."""
    assert not verdict(year, Reasons(books).buried())


def test_what_is_suppressed_had_to_be(year: Lived, books: Books) -> None:
    """A silence was at work, or the story was withdrawn, at that very moment."""
    assert not verdict(year, Reasons(books).hushed())


def test_silences_keep_silent(year: Lived, books: Books) -> None:
    """Nobody hears of what a silence covers."""
    assert not verdict(year, Reasons(books).overheard())


def test_what_is_withdrawn_is_not_told(year: Lived, books: Books) -> None:
    """When a story is withdrawn nobody is told of it any more."""
    assert not verdict(year, Reasons(books).deceived())


def test_kills_reach_those_who_were_told(year: Lived, books: Books) -> None:
    """A kill goes to all who were told, and to nobody who cannot have been."""
    assert not verdict(year, Reasons(books).uninformed())


def test_alerts_are_in_their_groups(year: Lived, books: Books) -> None:
    """Rules, stories and what rules say of themselves part the alerts of channels with groups."""
    assert not verdict(year, Groups(books).misplaced())


def test_groups_keep_their_distance(year: Lived, books: Books) -> None:
    """Nothing follows a message of its group within the interval, but for what nothing holds."""
    assert not verdict(year, Groups(books).crowded())


def test_groups_come_together(year: Lived, books: Books) -> None:
    """What waited for the same end of an interval goes in one message."""
    assert not verdict(year, Groups(books).parted())


def test_escalations_have_patience(year: Lived, books: Books) -> None:
    """None goes before its time, nor before anybody had been told first."""
    assert not verdict(year, Escalations(books).hasty())


def test_escalations_come(year: Lived, books: Books) -> None:
    """What nobody takes on in time is told to the next."""
    assert not verdict(year, Escalations(books).sleepy())


def test_what_is_taken_on_is_not_escalated(year: Lived, books: Books) -> None:
    """Once somebody has taken an alert on nobody else is told, and nothing else is kept so."""
    assert not verdict(year, Escalations(books).needless())
    assert not verdict(year, Escalations(books).untaken())


def test_conditions_hold_where_a_rule_rings(year: Lived, books: Books) -> None:
    """Each match of a rule with `when` rang where enough had come, and only there."""
    assert not verdict(year, Conditions(books).doubted())
    assert not verdict(year, Conditions(books).misjudged())


def test_empty_digests_are_told(year: Lived, books: Books) -> None:
    """Once for each time, where nothing had come, to those who want it."""
    assert not verdict(year, EmptyDigests(books).untrue())
    assert not verdict(year, EmptyDigests(books).untold())


def test_corrections_follow_their_alerts(year: Lived, books: Books) -> None:
    """Nobody hears a story corrected before hearing the story."""
    assert not verdict(year, Corrections(books).early())
