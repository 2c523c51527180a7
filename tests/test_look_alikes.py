"""Letters that look alike, other forms of letters, and suffixes: found, and led back to the text."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.model import Article
from wirewatch.rules.matcher import Matcher
from wirewatch.rules.rulebook import rule_of
from wirewatch.text.fold import (
    _AS_CYRILLIC,
    _AS_LATIN,
    exact,
    fold,
    fold_term,
    has_other_forms,
    is_common,
)


def found(query: str, body: str) -> list[str]:
    """Give the stretches of the stored text that a query is true of."""
    stored = unicodedata.normalize("NFC", body)
    rule = rule_of("r", query, {})
    _, matches = Matcher([rule], {}).match(Article("guid", "", "", stored), "wires")
    return [stored[start:end] for match in matches for _, start, end in match.spans]


@pytest.mark.parametrize(
    ("query", "body", "hits"),
    [
        ("mturk", "МTurk, MTurk", ["МTurk", "MTurk"]),
        ("TURKPA", "ТURKPA ТÜRKРА TÜRKPА", ["ТURKPA", "ТÜRKРА", "TÜRKPА"]),
        ("сенат", "сeнaт, Cенат, сенaт", ["сeнaт", "Cенат", "сенaт"]),
        ("Мәжіліс", "Мәжiлiс Mәжіліс", ["Мәжiлiс", "Mәжіліс"]),
        ("қазақ", "қaзaқ", ["қaзaқ"]),
        ("парк", "п\u00e0рк", ["п\u00e0рк"]),
        (
            "mturk",
            "Ｍ\u00adТurk ｍТurk m̧Тurk М\u200dturk",
            ["Ｍ\u00adТurk", "ｍТurk", "m̧Тurk", "М\u200dturk"],
        ),
        ("МТurk", "mturk", ["mturk"]),
        ("дума", "dума", []),
        ("cop", "сор", []),
        ("IPU", "mТurkIPU IPUн", []),
    ],
)
def test_words_of_two_scripts(query: str, body: str, hits: list[str]) -> None:
    """A word whose letters look alike in one script is that script's word; a pure one stays."""
    assert found(query, body) == hits


@pytest.mark.parametrize(
    "dash", ["-", "‐", "‑", "‒", "–", "—", "―", "−", "－", "﹣", "\u00a0", "\u2009"]
)
def test_every_dash_is_a_space(dash: str) -> None:
    """Whatever dash joins two words, they are found as two words, and with a hyphen in the query."""
    body = f"the Inter{dash}Parliamentary Union"
    stored = [f"Inter{dash}Parliamentary"]
    assert found('"inter parliamentary"', body) == stored
    assert found("inter-parliamentary", body) == stored
    assert found("inter‑parliamentary", body) == stored
    assert found(f'"inter{dash}parliamentary union"', body) == [f"{stored[0]} Union"]


def test_a_hyphen_in_a_query_also_joins() -> None:
    """What a query has with a hyphen is found as one word too, in phrases with a star as well."""
    for written in ("interparliamentary", "inter parliamentary", "Inter—Parliamentary"):
        assert found("inter-parliamentary", written) == [written]
        assert found('"an * inter-parliamentary * union"', f"an old {written} big union") == [
            f"an old {written} big union"
        ]


@pytest.mark.parametrize(
    ("query", "body", "hits"),
    [
        ("مجلس", "ﻣﺠﻠﺲ", ["ﻣﺠﻠﺲ"]),
        ("النواب", "اﻟﻨﻮاب ﺍﻟﻨﻮﺍﺏ", ["اﻟﻨﻮاب", "ﺍﻟﻨﻮﺍﺏ"]),
        ("الله", "ﷲ", ["ﷲ"]),
        ("سلام", "ﺳﻼم سـلام سَلام", ["ﺳﻼم", "سـلام", "سَلام"]),
        ("لا", "ﻻ", ["ﻻ"]),
        ("پارلمانی", "پارلماني پارلمانى", ["پارلماني", "پارلمانى"]),
        ("کشور", "كشور", ["كشور"]),
        ("ءماجىلىس", "ٴماجىلىس ٴماجيليس", ["ٴماجىلىس", "ٴماجيليس"]),
        ("قازاقستان", "قازاقستان", ["قازاقستان"]),
    ],
)
def test_forms_of_arabic_letters(query: str, body: str, hits: list[str]) -> None:
    """Presentation forms, stretching, vowel signs and neighbouring keyboards are the same letters."""
    assert found(query, body) == hits


@pytest.mark.parametrize("apostrophe", ["'", "’", "‘", "ʼ", "′", "´", "＇", "-", "‑", "–"])
@pytest.mark.parametrize("name", ["TÜRKPA", "TURKPA", "Türkpa", "ＴＵＲＫＰＡ", "TÜRKPА"])
def test_a_suffix_after_an_apostrophe_or_hyphen(name: str, apostrophe: str) -> None:
    """A name is found before a case ending that an apostrophe or a hyphen sets apart."""
    for suffix in ("nın", "NIN", "ya", "ның"):
        assert found("turkpa", f"bugün {name}{apostrophe}{suffix} toplantısı") == [name]
    assert found("turkpa", f"bugün {name}nın toplantısı") == []


@pytest.mark.parametrize(
    ("query", "body", "hits"),
    [
        ("οδυσσευς", "ΟΔΥΣΣΕΥΣ Οδυσσεύς οδυσσευσ", ["ΟΔΥΣΣΕΥΣ", "Οδυσσεύς", "οδυσσευσ"]),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσεύς", ["οδυσσεύς"]),
        ("strasse", "Straße STRASSE STRAẞE", ["Straße", "STRASSE", "STRAẞE"]),
        ("Straße", "strasse", ["strasse"]),
        ("stras", "Straße", []),
        (
            "milli",
            "MİLLİ MILLI mıllı Milli Mi\u0307lli",
            ["MİLLİ", "MILLI", "mıllı", "Milli", "Mi\u0307lli"],
        ),
        ("İstanbul", "ISTANBUL ıstanbul", ["ISTANBUL", "ıstanbul"]),
        ("diyarbakir", "DİYARBAKIR Diyarbakır", ["DİYARBAKIR", "Diyarbakır"]),
        ("office", "oﬃce", ["oﬃce"]),
        ("=MİLLİ", "MILLI MİLLİ milli", ["MİLLİ"]),
    ],
)
def test_letters_that_change_with_case(query: str, body: str, hits: list[str]) -> None:
    """Final sigma, sharp s and the Turkish i's are the same in either case."""
    assert found(query, body) == hits


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("TURKPA", "mTurkPage"),
        ("abseclient", "supabseClient"),
        ("Kazinform", "przekazInformacje"),
        ("TURKPA", "my_turkpa 2TURKPA мTurkPage"),
        ("edge", "SenatEdge"),
    ],
)
def test_a_name_inside_another_word_is_not_that_name(name: str, inside: str) -> None:
    """Capitals inside a word do not part it: what merely holds a name does not name it."""
    for query in (name, f"{name}*", f"={name}", f"/{name}/"):
        assert found(query, inside) == []
    assert found(name, f"{inside}. {name}!") == [name]


LETTERS = st.text("aSsßİıΣσςЁёсМTﬁŉ\u00ad\u200d\u0301ـىﻻﷺＡ-–…’é国한𐐀①½ \n", max_size=20).map(
    lambda text: unicodedata.normalize("NFC", text)
)


@settings(max_examples=250, deadline=None)
@given(LETTERS)
def test_every_place_leads_back_to_the_letter_that_it_came_from(text: str) -> None:
    """Each folded letter leads back to a stored one, in order, and words to whole words."""
    folded = fold(text)
    places = [folded.original(place, place + 1) for place in range(len(folded.text))]
    assert all(end - start == 1 and 0 <= start < len(text) for start, end in places)
    assert places == sorted(places)
    for (start, end), letter in zip(places, folded.text, strict=True):
        alone = fold(text[start:end]).text
        assert letter in alone + alone.translate(_AS_LATIN) + alone.translate(_AS_CYRILLIC)


@settings(max_examples=250, deadline=None)
@given(LETTERS)
def test_folding_twice_changes_nothing(text: str) -> None:
    """What is folded stays, and an exact form folds to what the text itself folds to."""
    folded = fold_term(text)
    assert fold_term(folded) == folded
    assert fold_term(exact(text)) == folded
    assert exact(exact(text)) == exact(text)
    assert not (is_common(text) and has_other_forms(text))
