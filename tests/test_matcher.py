"""Matching: words in every script, names, zones, and spans that point into the stored text."""

import unicodedata

import pytest

from wirewatch.model import Article, Match, Mention, Span
from wirewatch.rules.evidence import Evidence
from wirewatch.rules.gazetteer.entry import Entry
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.query.leaf import Term
from wirewatch.rules.query.logic import And, Or
from wirewatch.rules.query.node import Spans
from wirewatch.rules.rulebook import Rule, rule_of


def article(body: str, **fields: str) -> Article:
    return Article("guid", fields.pop("title", ""), "", body, **fields)  # type: ignore[arg-type]


def entry(name: str, *spellings: str, acronyms: tuple[str, ...] = (), country: str = "") -> Entry:
    return Entry(name, name, country or None, frozenset({"all"}), spellings, acronyms)


def gazetteers(*entries: Entry, name: str = "g") -> dict[str, Gazetteer]:
    return {name: Gazetteer(name, entries, "digest")}


def found(query: str, body: str, **fields: str) -> list[str] | None:
    """Give the stretches of the stored text that a query is true of, or None."""
    stored = article(body, **fields)
    _, matches = Matcher([rule_of("r", query, {})], {}).match(stored, "wires")
    return stretches(matches[0], stored) if matches else None


def stretches(match: Match, stored: Article) -> list[str]:
    texts = {zone: getattr(stored, zone, "wires") or "" for zone, _, _ in match.spans}
    return [texts[zone][start:end] for zone, start, end in match.spans]


def mentions(lists: dict[str, Gazetteer], body: str, **fields: str) -> list[tuple[str, str]]:
    given, _ = Matcher([], lists).match(article(body, **fields), "wires")
    return [(mention.entry, mention.spelling) for mention in given]


@pytest.mark.parametrize(
    ("query", "body", "hits"),
    [
        ("parliament", "PARLIAMENT, Parliament", ["PARLIAMENT", "Parliament"]),
        ("PARLIAMENT", "the parliament", ["parliament"]),
        ("milli", "MİLLİ Milli mıllı", ["MİLLİ", "Milli", "mıllı"]),
        ("meclis", "Ｍｅｃｌｉｓ", ["Ｍｅｃｌｉｓ"]),
        ("senat", "Sénat sénat SÈNAT", ["Sénat", "sénat", "SÈNAT"]),
        ("мәжіліс", "МӘЖІЛІС", ["МӘЖІЛІС"]),
        ("еще", "Ещё ЕЩЁ еще", ["Ещё", "ЕЩЁ", "еще"]),
        ("парламент", "парла\u0301мент", ["парла\u0301мент"]),
        ("груз", "Груз", ["Груз"]),
        ("strasse", "Straße STRASSE Straẞe", ["Straße", "STRASSE", "Straẞe"]),
        ("βουλή", "ΒΟΥΛΗ βουλη", ["ΒΟΥΛΗ", "βουλη"]),
        ("نواب", "النواب نواب نُوّاب", ["نواب", "نُوّاب"]),
        ("o'zbek", "oʻzbek o’zbek", ["oʻzbek", "o’zbek"]),
        ("re-election", "re‑election", ["re‑election"]),
        ('"milli mejlis"', "Milli\u00a0Mejlis", ["Milli\u00a0Mejlis"]),
        ("parliament", "par\u00adlia\u00adment", ["par\u00adlia\u00adment"]),
    ],
)
def test_case_width_and_accents_are_folded(query: str, body: str, hits: list[str]) -> None:
    """A word is found whatever its case, accents, width or typography, and shown as stored."""
    assert found(query, body) == hits


@pytest.mark.parametrize(
    ("query", "inside", "alone"),
    [
        ("turkpa", "see mTurkPage", "see TurkPA, now"),
        ("kazinform", "przekazInformacje", "(Kazinform)"),
        ("turkpa*", "mTurkPage", "TurkPA's"),
        ("kazinform*", "przekazInformacje", "Kazinforms"),
        ("asem", "basement asembly asem_x asem2", "ASEM's"),
        ("дума", "думать надумано задума", "«Дума»"),
        ("мәжіліс", "мәжілістің", "мәжіліс-сенат"),
        ("مجلس", "المجلس مجلسي", "مجلس، "),
        ("국회", "대한국회", "국회 의사당"),
        ("संसद", "संसदीय", "संसद।"),
        ("ე", "ერთი", "ე ბ"),
    ],
)
def test_a_word_is_no_part_of_a_longer_word(query: str, inside: str, alone: str) -> None:
    """In scripts with spaces a word is found by itself, and never inside another word."""
    assert found(query, inside) is None
    assert found(query, alone) is not None


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("国会", "日本国会議員"),
        ("議員", "日本国会議員"),
        ("รัฐสภา", "ประชุมรัฐสภาไทย"),
        ("국회", "국회의 결정"),
        ("IPU", "由IPU会议"),
        ("カザフ", "在カザフスタン"),
    ],
)
def test_unspaced_scripts_need_no_boundary(query: str, body: str) -> None:
    """In Han, kana and Thai a word is found between its neighbours, and before Korean particles."""
    assert found(query, body) == [query]


@pytest.mark.parametrize(
    ("query", "body", "hits"),
    [
        (
            '"milli mejlis"',
            "Milli Mejlis; Mejlis Milli; milli-mejlis",
            ["Milli Mejlis", "milli-mejlis"],
        ),
        ('"of the"', "of then; of the, off the", ["of the"]),
        ("delegat*", "delegation, Delegates; redelegate", ["delegat", "Delegat"]),
        ("парламент*", "парламентский, непарламентский", ["парламент"]),
        ("国*", "中国会", ["国"]),
        ("a AND b", "b, a; a", ["b", "a", "a"]),
        ("a OR b", "b", ["b"]),
        ("a OR b", "c", None),
        ("a AND NOT b", "a c", ["a"]),
        ("a AND NOT b", "a b", None),
        ("a AND (b OR c) AND NOT d", "c a", ["c", "a"]),
    ],
)
def test_phrases_prefixes_and_operators(query: str, body: str, hits: list[str] | None) -> None:
    """Phrases, prefixes and operators are true of what they say, in reading order of the hits."""
    assert found(query, body) == hits


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("title:alpha", ["Alpha"]),
        ("dateline:beta", ["BETA"]),
        ("body:gamma", ["gamma"]),
        ("place:baku", ["Baku"]),
        ("agency:trend", ["Trend"]),
        ("source:wires", ["wires"]),
        ("body:alpha", None),
        ("title:gamma", None),
        ("place:baku AND agency:trend AND title:alpha", ["Alpha", "Baku", "Trend"]),
        ("alpha AND beta AND gamma", ["Alpha", "BETA", "gamma"]),
        ("baku OR trend OR wires", None),
        ('"alpha beta"', None),
    ],
)
def test_zones_are_searched_apart(query: str, hits: list[str] | None) -> None:
    """A field searches its zone alone, a bare word only title, dateline and body, none across."""
    fields = {"title": "Alpha", "dateline": "BETA", "place": "Baku", "agency": "Trend"}
    assert found(query, "gamma", **fields) == hits


@pytest.mark.parametrize(
    "body",
    ["ßß İİ hit", "e\u0301\u0301ﬁﬁ 𐐀🏛️ hit", "…½㎏ hit", "\u00ad\u200b hit", "ŉ ΐ hit", "ẞ ﷺ hit"],
)
def test_spans_count_code_points_of_the_stored_text(body: str) -> None:
    """Characters that fold to none, to several or lie beyond the BMP move no span."""
    stored = article(body, title=f"𝐀 {body}")
    rule = rule_of("r", "hit", {})
    _, (match,) = Matcher([rule], gazetteers(entry("e", "hit"))).match(stored, "wires")
    assert stretches(match, stored) == ["hit", "hit"]
    assert match.spans == (
        Span("title", len(body) - 1, len(body) + 2),
        Span("body", len(body) - 3, len(body)),
    )


def test_acronyms_count_in_exactly_their_case() -> None:
    """An acronym is a name only in its own case, a spelling in any."""
    lists = gazetteers(entry("pace", "Assembly", acronyms=("PACE",)))
    assert mentions(lists, "the pace of Pace, PACES") == []
    assert mentions(lists, "PACE, aSSembly") == [("pace", "PACE"), ("pace", "aSSembly")]


@pytest.mark.parametrize(
    ("acronym", "text"),
    [
        ("OSCE PA", "OSCE\u00a0PA"),
        ("TURKPA", "ＴＵＲＫＰＡ"),
        (unicodedata.normalize("NFD", "TÜRKPA"), "TÜRKPA"),
    ],
)
def test_only_the_case_of_acronyms_is_exact(acronym: str, text: str) -> None:
    """An acronym is found whatever its width, its kind of space, or its Unicode form."""
    assert mentions(gazetteers(entry("x", acronyms=(acronym,))), f"the {text} met") == [("x", text)]


def test_the_longest_mention_wins() -> None:
    """Where names of one gazetteer overlap, the first counts, and of those the longest."""
    lists = gazetteers(
        entry("short", "Majilis"),
        entry("long", "Majilis of the Parliament of Kazakhstan"),
        entry("tail", "Parliament of Kazakhstan"),
    )
    text = "Majilis of the Parliament of Kazakhstan; Majilis; Parliament of Kazakhstan"
    assert [name for name, _ in mentions(lists, text)] == ["long", "short", "tail"]


def test_gazetteers_do_not_hide_each_other() -> None:
    """The same words may be a name in two gazetteers; each gives its own mention."""
    lists = gazetteers(entry("a", "Milli Mejlis"), name="one")
    lists |= gazetteers(entry("b", "Mejlis"), name="two")
    given, _ = Matcher([], lists).match(article("Milli Mejlis"), "wires")
    assert given == (
        Mention("one", "a", "Milli Mejlis", "body", 0, 12),
        Mention("two", "b", "Mejlis", "body", 6, 12),
    )


def test_a_name_spelled_alike_twice_is_one_mention() -> None:
    """Spellings of one entry that fold alike, and its acronym, give one mention at each place."""
    lists = gazetteers(entry("t", "TurkPA", "TÜRKPA", acronyms=("TURKPA",)))
    assert mentions(lists, "TURKPA, TurkPA") == [("t", "TURKPA"), ("t", "TurkPA")]


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("@g", ["Duma", "Sejm", "Sejm"]),
        ("@g:RU", ["Duma"]),
        ("@g:pl", ["Sejm", "Sejm"]),
        ("@g:all", ["Duma", "Sejm", "Sejm"]),
        ("title:@g", ["Duma"]),
        ("title:@g:PL", None),
        ("@g:RU AND NOT @g:PL", None),
        ("place:@g:PL", ["Sejm"]),
    ],
)
def test_a_gazetteer_stands_for_its_names(query: str, hits: list[str] | None) -> None:
    """`@gazetteer` is hit by any of its names, `:part` narrows it, and a field its zone."""
    lists = gazetteers(entry("ru", "Duma", country="RU"), entry("pl", "Sejm", country="PL"))
    stored = article("Sejm, the Sejm", title="Duma", place="Sejm")
    _, matches = Matcher([rule_of("r", query, lists)], lists).match(stored, "wires")
    assert (stretches(matches[0], stored) if matches else None) == hits


def test_the_place_is_no_mention() -> None:
    """Mentions are what the text says; the place, agency and source add none."""
    lists = gazetteers(entry("pl", "Sejm"))
    assert mentions(lists, "x", place="Sejm", agency="Sejm") == []


def test_only_rules_with_a_needed_hit_are_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule is evaluated only when a term that it cannot do without stands in the article."""
    evaluated: list[str] = []

    def noted(query: And | Or | Term, _evidence: Evidence) -> Spans:
        evaluated.append(repr(query))
        return ()

    queries = ["hit", "miss", "a AND extraordinary", "hit AND NOT a", "miss OR (hit AND a)"]
    rules = [rule_of(f"r{number}", query, {}) for number, query in enumerate(queries)]
    matcher = Matcher(rules, {})
    for kind in (And, Or, Term):
        monkeypatch.setattr(kind, "spans", noted)
    matcher.match(article("a hit"), "wires")
    assert evaluated == [repr(rules[number].query) for number in (0, 3, 4)]


def test_rules_do_not_disturb_each_other() -> None:
    """Many rules over the same words match each for itself, in their order, with their hash."""
    queries = ["hit", "hit", "hi*", "title:hit", "hit OR other", '"hit it"']
    rules: list[Rule] = [rule_of(f"r{number}", text, {}) for number, text in enumerate(queries)]
    _, matches = Matcher(rules, {}).match(article("HIT it"), "wires")
    assert [match.rule for match in matches] == ["r0", "r1", "r2", "r4", "r5"]
    assert [match.rule_hash for match in matches] == [rules[n].hash for n in (0, 1, 2, 4, 5)]


def test_no_rules_and_no_text_are_no_trouble() -> None:
    """Without rules, gazetteers or text there is nothing to find, and nothing breaks."""
    assert Matcher([], {}).match(article("text"), "wires") == ((), ())
    assert Matcher([rule_of("r", "a", {})], {}).match(article(""), "") == ((), ())
