"""Folding: which writings count as the same, and the way back to the stored text."""

import unicodedata

import pytest

from wirewatch.text.fold import fold, fold_term, has_other_forms, is_common

SAME = {
    "case": ("SENATE", "senate"),
    "Turkish dotted İ": ("MİLLİ MƏCLİS", "Milli Məclis"),
    "Turkish dotless ı": ("QAZAXISTAN", "Qazaxıstan"),
    "Kazakh letters": ("МӘЖІЛІС", "Мәжіліс"),
    "Latin accents": ("Türkiye Büyük", "TURKIYE BUYUK"),
    "several accents on a letter": ("Quốc hội", "quoc hoi"),
    "sharp s": ("Straße", "STRASSE"),
    "Cyrillic ё": ("Королёв", "КОРОЛЕВ"),
    "Russian stress marks": ("за\u0301мок", "замок"),
    "final sigma": ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
    "Greek accents": ("Βουλή", "ΒΟΥΛΗ"),
    "Greek letter with two accents": ("Μαΐου", "ΜΑΪΟΥ"),
    "ancient Greek accents": ("τῶν", "ΤΩΝ"),
    "Arabic vowel signs": ("مَجْلِس", "مجلس"),
    "Arabic stretched": ("مجـــلس", "مجلس"),
    "Persian keyboard": ("پارلمانی کشور", "پارلماني كشور"),
    "Hebrew points": ("כְּנֶסֶת", "כנסת"),
    "full width": ("ＴＵＲＫＰＡ", "turkpa"),
    "half-width kana": ("ｱｽﾅﾛ", "アスナロ"),
    "ligature": ("ﬁnance", "finance"),
    "soft hyphen": ("parlia\xadment", "parliament"),
    "zero-width joiner": ("par\u200dliament", "parliament"),
    "no-break space": ("Milli\xa0Majlis", "Milli Majlis"),
    "thin space": ("Milli\u2009Majlis", "Milli Majlis"),
    "curly apostrophe": ("Kazakhstan’s", "Kazakhstan's"),
    "Uzbek letter": ("Oʻzbekiston", "O‘zbekiston"),
    "curly quotes": ("“Senate” „Senate‟", '"Senate" "Senate"'),
    "angle quotes": ("«Сенат»", '"Сенат"'),
    "dashes": ("Nur–Sultan—Baku‑Ankara\u2212Osh", "Nur-Sultan-Baku-Ankara-Osh"),
}
DIFFERENT = {
    "Cyrillic й": ("мой", "мои"),
    "Ukrainian ї": ("їх", "іх"),
    "Kazakh ә": ("ән", "ан"),
    "Japanese voicing mark": ("がく", "かく"),
    "Indic vowel sign": ("की", "का"),
    "Azerbaijani ə": ("məclis", "meclis"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_same_word(one: str, other: str) -> None:
    """Two writings that a reader takes for the same word fold to the same text."""
    assert fold(unicodedata.normalize("NFC", one)).text == fold(other).text


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_different_letters(one: str, other: str) -> None:
    """A mark that makes another letter of its script is not folded away."""
    assert fold(one).text != fold(other).text


def test_newlines_stay() -> None:
    """Line breaks are kept, so that no phrase reaches across paragraphs unseen."""
    assert fold("Úl\n\nÁr").text == "ul\n\nar"


@pytest.mark.parametrize(
    ("text", "word", "stored"),
    [
        ("The Senate met", "senate", "Senate"),
        ("MİLLİ MƏCLİS bu gün", "məclis", "MƏCLİS"),
        ("In der Großen Straße 5", "strasse", "Straße"),
        ("Straße, Maße, Parlament", "parlament", "Parlament"),
        ("par\xadlia\xadment of \u200dKenya", "parliament", "par\xadlia\xadment"),
        ("par\xadlia\xadment of \u200dKenya", "kenya", "Kenya"),
        ("«ﬁnance» and “oﬀer”", "offer", "oﬀer"),
        ("مجـــلس النواب", "مجلس", "مجـــلس"),
        ("①②③ Ⅳ Senate…", "senate", "Senate"),
    ],
)
def test_way_back(text: str, word: str, stored: str) -> None:
    """A word found in the folded text is led back to exactly its place in the stored one."""
    folded = fold(text)
    start = folded.text.index(word)
    first, last = folded.original(start, start + len(word))
    assert text[first:last] == stored


def test_half_a_letter() -> None:
    """A stretch that ends inside what one letter became is led back to that whole letter."""
    text = "weiß nicht"
    start = fold(text).text.index("wei")
    assert fold(text).original(start, start + 4) == (0, 4)
    assert fold(text).original(start + 4, start + 5) == (3, 4)


def test_offsets_only_where_needed() -> None:
    """A text in which every letter keeps its place carries no list of offsets."""
    assert fold("The “Senate” of Türkiye – Мәжіліс").offsets is None
    assert fold("Straße").offsets == [0, 1, 2, 3, 4, 4, 5]


def test_many_letters_at_once() -> None:
    """A text with many kinds of letters to fold becomes the same as each letter by itself."""
    text = "ÀÉÎÕÜŞĞŠŽČŘÝŁŇŤĎ ßﬁ①İıΣς «ё» a\xadb Μαΐου ｶ…"
    assert fold(text).text == "".join(fold(char).text for char in text)
    offsets = fold(text).offsets
    assert offsets is not None
    assert [text[place] for place in offsets] == [char for char in text for _ in fold(char).text]


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("  Grand   National\tAssembly\n", "grand national assembly"),
        ("Tu\u0308rkiye", "turkiye"),
        ("И\u0306ога", "йога"),
        ("Milli\xa0Məclis", "milli məclis"),
        ("\xad", ""),
    ],
)
def test_term(written: str, term: str) -> None:
    """A term is brought to NFC, folded, and its white space is single spaces."""
    assert fold_term(written) == term


def test_term_is_found_in_text() -> None:
    """A term typed with separate accents is found in a text stored with joined ones."""
    decomposed = unicodedata.normalize("NFD", "Jogorku Keňeş йога")
    assert fold_term(decomposed) in fold("JOGORKU KEŇEŞ ЙОГА").text


def test_every_letter_folds_alone_as_in_a_text() -> None:
    """No letter escapes folding for standing in a block whose letters mostly need none."""
    for code in (*range(0x80, 0x3000), *range(0x3000, 0xD800, 7), *range(0xF900, 0xFFFE)):
        letter = unicodedata.normalize("NFC", chr(code))
        alone = fold(letter).text
        assert fold(f"ё {letter} ё").text == f"е {alone} е"
        assert fold(alone).text == alone, f"{letter} is folded further the second time"


def test_common_text_holds_no_other_forms() -> None:
    """What passes for common text holds no letter that a tokenizer reads otherwise than we do."""
    for code in range(0x80, 0x3000):
        if is_common(chr(code)):
            assert not has_other_forms(chr(code)), chr(code)
    assert is_common("Türkiye’de “görüştü” – Мәжіліс… Łódź")
    assert not is_common("ﬁnance")
    assert not is_common("由IPU会议")
