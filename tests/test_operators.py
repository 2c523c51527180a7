"""What each operator on places, counts, fields and expressions means, on real sentences."""

from typing import Any

import pytest

from wirewatch.model import Article
from wirewatch.rules.gazetteer.entry import Entry
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import rule_of
from wirewatch.rules.zones import zone_text

NAMES = (
    Entry("kz", "Majilis", "KZ", frozenset(), ("Majilis", "Mazhilis")),
    Entry("az", "Milli Mejlis", "AZ", frozenset(), ("Milli Mejlis",)),
)
LISTS = {
    "p": Gazetteer("p", NAMES, "digest"),
    "q": Gazetteer("q", (Entry("kz", "Senate", "KZ", frozenset(), ("Senate",)),), "digest"),
}
STORY = (
    "ASTANA – Speaker Yerlan Qoşanov of the Majilis met a delegation of the Milli Mejlis. They "
    "spoke about “Resolution No. 12” and the IPU.\n\nThe budget (draft) passed at noon; the "
    "speaker's visit ends today."
)


def found(query: str, body: str = STORY, **fields: Any) -> list[str] | None:
    """Give the stretches of the stored text that a query is true of, or None."""
    article = Article("guid", fields.pop("title", ""), fields.pop("headline", ""), body, **fields)
    _, matches = Matcher([rule_of("r", query, LISTS)], LISTS).match(article, "wires")
    if not matches:
        return None
    spans = matches[0].spans
    return [zone_text(article, "wires", zone)[start:end] for zone, start, end in spans]


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ('"speaker * qosanov"', ["Speaker Yerlan Qoşanov"]),
        ('"speaker * * of"', ["Speaker Yerlan Qoşanov of"]),
        ('"speaker * of"', None),
        ('"the * delegat*"', None),
        ('"met * delegat*"', ["met a delegat"]),
        ('"about * no"', ["about “Resolution No"]),
        ('"the budget * passed"', ["The budget (draft) passed"]),
        ('"ipu * budget"', ["IPU.\n\nThe budget"]),
        ('"milli * they"', ["Milli Mejlis. They"]),
        ('"a * of * milli"', ["a delegation of the Milli"]),
        ('lead:"milli * they"', ["Milli Mejlis. They"]),
        ('lead:"ipu * budget"', None),
        ('title:"met * delegation"', None),
    ],
)
def test_a_star_in_a_phrase(query: str, hits: list[str] | None) -> None:
    """A star by itself is exactly one word, and the span runs from first to last given word."""
    assert found(query) == hits


@pytest.mark.parametrize(
    ("query", "body", "hits"),
    [
        ("=IPU", "ipu Ipu IPU ＩＰＵ I\u00adPU", ["IPU", "ＩＰＵ", "I\u00adPU"]),
        ("=Türkiye", "Turkiye, TÜRKİYE, Türkiye", ["Türkiye"]),
        ('="Grand Assembly"', "a grand Assembly, Grand\u00a0Assembly", ["Grand\u00a0Assembly"]),
        ('="Grand-Assembly"', "Grand Assembly, Grand-Assembly", ["Grand-Assembly"]),
        ("=“Wait…”", "wait… Wait…", ["Wait…"]),
        ("title:=IPU", "IPU", None),
    ],
)
def test_equals_makes_case_and_accents_count(query: str, body: str, hits: list[str]) -> None:
    """After = only width, kind of space and what is not seen are folded."""
    assert found(query, body) == hits


@pytest.mark.parametrize(
    ("query", "body", "hits"),
    [
        (r"/resolution No\.? ?\d+/", STORY, ["Resolution No. 12"]),
        (r"/\d+/", "No. 12, 13th and ٣", ["12", "٣"]),
        (r"/қазақ\w+/", "Қазақстан, қазақ", ["Қазақстан"]),
        (r"/(?-i)IPU \w+/", "ipu one, IPU two", ["IPU two"]),
        ("/vote|voter/", "a voter, a vote, votes", ["voter", "vote"]),
        (r"/No \d+(?: o)?/", "No 12 of", ["No 12"]),
        (r"/vot\w*?/", "we voted", ["voted"]),
        (r"/vote/", "pivote voters", None),
        (r"/\(draft\) passed/", STORY, ["(draft) passed"]),
        (r"/C:\\bin/", r"in C:\bin now", [r"C:\bin"]),
        (r"/[[:alpha:]\w]+ş\w+/", STORY, ["Qoşanov"]),
        ("/No  12 – Baku/", "see No  12 – Baku", ["No  12 – Baku"]),
        ("/me\u0301clis\\w*/", "Méclisi", ["Méclisi"]),
        (r"/国会\w?/", "日本国会議", ["国会議"]),
        (r"lead:/the \w+/", "One day\n\nthe budget", None),
        (r"title:/the \w+/", "the body", None),
    ],
)
def test_expressions(query: str, body: str, hits: list[str] | None) -> None:
    """An expression finds whole words in any script, with a literal part or without one."""
    assert found(query, body) == hits


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("met NEAR/2 delegation", ["met", "delegation"]),
        ("delegation NEAR/2 met", ["met", "delegation"]),
        ("met NEAR/1 delegation", None),
        ("met BEFORE/2 delegation", ["met", "delegation"]),
        ("delegation BEFORE/2 met", None),
        ("speaker BEFORE/1 visit", ["speaker", "visit"]),
        ("speaker BEFORE/1 ends", None),
        ('"milli mejlis" BEFORE/2 spoke', ["Milli Mejlis", "spoke"]),
        ("@p NEAR/3 met", ["Majilis", "met"]),
        (r"budget BEFORE/1 /\(draft\)/", ["budget", "(draft)"]),
        (r"the BEFORE/1 /\(draft\)/", None),
        (r"/\(draft\)/ BEFORE/1 passed", ["(draft)", "passed"]),
        ("(met NEAR/2 delegation) NEAR/2 majilis", ["Majilis", "met", "delegation"]),
        ("title:met NEAR/2 delegation", None),
    ],
)
def test_near_and_before(query: str, hits: list[str] | None) -> None:
    """Neighbours are one apart, from the last word of one part to the first of the other."""
    assert found(query) == hits


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("SENTENCE(majilis, delegation)", ["Majilis", "delegation"]),
        ("SENTENCE(majilis, ipu)", None),
        ("PARAGRAPH(majilis, ipu)", ["Majilis", "IPU"]),
        ("PARAGRAPH(ipu, budget)", None),
        ('SENTENCE("milli * they", met)', None),
        ("SENTENCE(@p, met OR budget)", ["Majilis", "met", "Milli Mejlis"]),
        ("ATLEAST(2, speaker)", ["Speaker", "speaker"]),
        ("ATLEAST(3, speaker)", None),
        ('ATLEAST(2, "milli mejlis" OR mejlis)', None),
        ("ATLEAST(2, @p)", ["Majilis", "Milli Mejlis"]),
        ("DISTINCT(2, @p)", ["Majilis", "Milli Mejlis"]),
        ("DISTINCT(3, @p)", None),
        ("DISTINCT(2, @p:KZ)", None),
        ("DISTINCT(2, @p:KZ OR (@p:AZ OR @q))", ["Majilis", "Milli Mejlis"]),
        ("FIRST(2, speaker)", ["Speaker"]),
        ("FIRST(1, speaker)", None),
        ('FIRST(3, "speaker yerlan")', ["Speaker Yerlan"]),
        ('FIRST(2, "speaker yerlan")', None),
        ("FIRST(9, met NEAR/9 delegation)", None),
    ],
)
def test_units_counts_and_beginnings(query: str, hits: list[str] | None) -> None:
    """SENTENCE and PARAGRAPH ask for one unit, counts for places, FIRST for the last word's."""
    assert found(query) == hits


def test_one_entry_named_twice_is_one_member() -> None:
    """DISTINCT counts members, not spellings; entries of two lists differ though ids are alike."""
    assert found("DISTINCT(2, @p)", "Majilis, Mazhilis") is None
    assert found("DISTINCT(2, @p OR @q)", "Majilis, Senate") == ["Majilis", "Senate"]


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("headline:alpha", ["Alpha"]),
        ("title:alpha", None),
        ("alpha", None),
        ("lead:beta", ["beta"]),
        ("lead:gamma", None),
        ("lead:(beta NEAR/1 first)", ["beta", "first"]),
        ('lead:"first gamma"', None),
        ("byline:omarova", ["Omarova"]),
        ("country:kazakhstan", ["Kazakhstan"]),
        ("lang:kk", ["kk"]),
        ("subject:medtop:1100", ["medtop:1100"]),
        ("subject:(medtop* OR x)", ["medtop", "medtop"]),
        ("subject:20", None),
        ("url:parliament", ["parliament"]),
        ("status:usable", ["usable"]),
        ("source:wires", ["wires"]),
        ("SENTENCE(headline:alpha, lead:beta)", None),
    ],
)
def test_fields(query: str, hits: list[str] | None) -> None:
    """Each field is searched by itself, and a span points into it."""
    assert hits == found(
        query,
        "beta first\n\ngamma",
        headline="Alpha one",
        byline="Aida Omarova",
        country="Kazakhstan",
        language="kk",
        subjects=("medtop:1100", "medtop:2000"),
        url="https://example.org/parliament/1",
    )


@pytest.mark.parametrize(
    ("query", "fields", "true"),
    [
        ("urgency<=3", {"urgency": 3}, True),
        ("urgency < 3", {"urgency": 3}, False),
        ("urgency=3", {"urgency": 3}, True),
        ("urgency>=1", {}, False),
        ("urgency<9", {}, False),
        ("words=2", {}, True),
        ("words>2", {}, False),
        ("published>=2026-01-01", {"published": "2026-01-01T00:00:00Z"}, True),
        ("published<2026-01-01", {"published": "2025-12-31T23:59:59Z"}, True),
        ("published=2026-01-01", {"published": "2026-01-01"}, True),
        ("published>=2026-03-01", {"published": "2026-03"}, True),
        ("published>2026-03-01", {"published": "2026-03"}, False),
        ("published<=2026-02-28", {"published": "2026-02"}, True),
        ("published<=2024-02-28", {"published": "2024-02"}, False),
        ("published<=2026-04-30", {"published": "2026-04"}, True),
        ("published=2026-03-15", {"published": "2026-03"}, False),
        ("published<=2026-12-31", {"published": "2026"}, True),
        ("published>2026-06-01", {"published": "2026"}, False),
        ("published>=1900-01-01", {}, False),
        ("published<=2100-01-01", {}, False),
    ],
)
def test_comparisons(query: str, fields: dict[str, Any], true: bool) -> None:  # noqa: FBT001
    """A partial date must hold on any of its days; what is unknown is neither more nor less."""
    assert (found(query, "two words", **fields) is not None) == true
    assert (found(f"two AND NOT {query}", "two words", **fields) is not None) != true
