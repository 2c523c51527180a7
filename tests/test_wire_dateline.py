"""The dateline: place, country, day, agency and writer in front of a story."""

from typing import NamedTuple

import pytest

from wirewatch.formats.wire.dateline import read_dateline
from wirewatch.formats.wire.months import Day


class Line(NamedTuple):
    """A dateline as written, what joins it to the story, and what is to be read in it."""

    text: str
    joint: str
    place: str
    country: str | None = None
    day: Day | None = None
    agency: str | None = None
    byline: str | None = None


LINES = [
    # Place, country and day; the agency signs in the story.
    Line("BAKU, Azerbaijan, March 3.", " ", "BAKU", "Azerbaijan", Day(3, 3, None)),
    Line("NAIROBI, Kenya, Sept. 21.", " ", "NAIROBI", "Kenya", Day(9, 21, None)),
    Line("SÃO PAULO, Brazil, May 9, 2024.", " ", "SÃO PAULO", "Brazil", Day(5, 9, 2024)),
    Line("RIO DE JANEIRO, Brazil, 7th May.", " ", "RIO DE JANEIRO", "Brazil", Day(5, 7, None)),
    Line("OSH, Kyrgyzstan, 1 June", " – ", "OSH", "Kyrgyzstan", Day(6, 1, None)),
    Line("Astana, 3 May 2023", " - ", "Astana", None, Day(5, 3, 2023)),
    # Kazinform: place and agency, with every kind of dash or none.
    Line("BAKU. KAZINFORM", " – ", "BAKU", agency="Kazinform"),
    Line("NUR-SULTAN. KAZINFORM", " — ", "NUR-SULTAN", agency="Kazinform"),
    Line("NUR-SULTAN. KAZINFORM", " - ", "NUR-SULTAN", agency="Kazinform"),
    Line("NUR-SULTAN. KAZINFORM", " -- ", "NUR-SULTAN", agency="Kazinform"),
    Line("ASTANA. KAZINFORM", " ", "ASTANA", agency="Kazinform"),
    Line("ӨСКЕМЕН. ҚазАқпарат", " – ", "ӨСКЕМЕН", agency="Kazinform"),
    Line("АСТАНА. КАЗИНФОРМ", " – ", "АСТАНА", agency="Kazinform"),
    Line("استانا. KAZINFORM", " — ", "استانا", agency="Kazinform"),
    Line("SARAJEVO. FENA", " – ", "SARAJEVO", agency="FENA"),
    # Signed after the day, between slashes, in brackets, or after a dash.
    Line("Baku, October 22, AZERTAC", "", "Baku", day=Day(10, 22, None), agency="AZERTAC"),
    Line("Bakı, 22 oktyabr, AZƏRTAC", "", "Bakı", day=Day(10, 22, None), agency="AZERTAC"),
    Line("BAKU, June 21. /tass/.", " ", "BAKU", day=Day(6, 21, None), agency="TASS"),
    Line("МОСКВА, 9 мая. /ТАСС/.", " ", "МОСКВА", day=Day(5, 9, None), agency="TASS"),
    Line("Bishkek, Apr. 20, 2018 / Kabar /.", " ", "Bishkek", None, Day(4, 20, 2018), "Kabar"),
    Line("Душанбе, 3.04.2024 /Ховар/.", " ", "Душанбе", None, Day(4, 3, 2024), "Khovar"),
    Line("LONDON, May 9 (Reuters)", " - ", "LONDON", None, Day(5, 9, None), "Reuters"),
    Line("Frankfurt am Main (dpa)", " - ", "Frankfurt am Main", agency="dpa"),
    Line("BEIJING, May 9 (Xinhua)", " -- ", "BEIJING", None, Day(5, 9, None), "Xinhua"),
    Line("БИШКЕК, 18-дек. — Sputnik.", " ", "БИШКЕК", day=Day(12, 18, None), agency="Sputnik"),
    Line("БИШКЕК — Sputnik.", " ", "БИШКЕК", agency="Sputnik"),
    Line("БИШКЕК, 4-май — Спутник.", " ", "БИШКЕК", day=Day(5, 4, None), agency="Sputnik"),
    Line("МОСКВА, 9 мая — РИА Новости.", " ", "МОСКВА", None, Day(5, 9, None), "RIA Novosti"),
    Line("Тошкент, 7 апрель. ЎзА.", " ", "Тошкент", day=Day(4, 7, None), agency="UzA"),
    # The country first, and the writer beside the agency.
    Line(
        "Azərbaycan, Bakı, 12 aprel /Trend, müxbir Nigar Əliyeva/",
        " ", "Bakı", "Azərbaycan", Day(4, 12, None), "Trend", "Nigar Əliyeva",
    ),
    Line(
        "Азербайджан, Баку, 12 апреля /Trend, корр. Нигяр Алиева/",
        " ", "Баку", "Азербайджан", Day(4, 12, None), "Trend", "Нигяр Алиева",
    ),
    # A place in capitals needs no more than a dash.
    Line("ANKARA", " — ", "ANKARA"),
    Line("ANKARA, Türkiye", " – ", "ANKARA", "Türkiye"),
]  # fmt: skip
STORY = "Keepers of lighthouses met for tea."


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.text)
def test_read(line: Line) -> None:
    """Place, country, day, agency and writer are read from every form that agencies use."""
    found = read_dateline(line.text + line.joint + STORY if line.joint else line.text)
    assert found is not None
    assert found.place == line.place
    assert found.country == line.country
    assert found.day == line.day
    assert found.agency == line.agency
    assert found.byline == line.byline


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.text)
def test_bounds(line: Line) -> None:
    """The dateline is kept as written, and the story begins at its own first letter."""
    paragraph = line.text + line.joint + STORY if line.joint else line.text
    found = read_dateline(paragraph)
    assert found is not None
    assert found.text == line.text
    assert paragraph[found.end :] == (STORY if line.joint else "")


NONE = {
    "a sentence": "Keepers of lighthouses met for tea.",
    "a country's possessive": "Kenya's Senate has asked for maps.",
    "a place in a sentence": "In Baku, Azerbaijan, the keepers met.",
    "a day in a sentence": "On March 3, the keepers met.",
    "a day alone": "March 3. The keepers met.",
    "a short sentence": "Yesterday. The keepers met.",
    "a place and a full stop": "BAKU. The keepers met.",
    "a name and a dash": "Paris – as always – was full.",
    "an agency that speaks": "Kazinform reports that the keepers met.",
    "a word that is an agency": "Trend is a word. The keepers met.",
    "an agency in place of a place": "KAZINFORM – The keepers met.",
    "no month": "Baku, Smarch 7. The keepers met.",
    "no day of a month": "Baku, March 45. The keepers met.",
    "a month too many": "Baku, 07.13.2024. The keepers met.",
    "a small letter": "baku, March 3. The keepers met.",
    "a writer before it": "Aida Omarova ASTANA. KAZINFORM – The keepers met.",
    "a place unsigned in slashes": "Baku /by the sea/ The keepers met.",
    "a place unsigned in brackets": "Baku (the old town) was full.",
    "nothing": "",
}


@pytest.mark.parametrize("paragraph", NONE.values(), ids=NONE)
def test_no_dateline(paragraph: str) -> None:
    """A sentence that only begins like a dateline is left to the story."""
    assert read_dateline(paragraph) is None


@pytest.mark.parametrize(
    ("paragraph", "place", "country"),
    [
        ("Türkiye, Ankara, March 3. Keepers met.", "Ankara", "Türkiye"),
        ("ТУРКМЕНИСТАН, АШХАБАД, 3 марта. Встреча.", "АШХАБАД", "ТУРКМЕНИСТАН"),
        ("TBILISI, Georgia, March 3. Keepers met.", "TBILISI", "Georgia"),
    ],
)
def test_country_first_or_last(paragraph: str, place: str, country: str) -> None:
    """The country is told from the place whichever stands first."""
    found = read_dateline(paragraph)
    assert found is not None
    assert (found.place, found.country) == (place, country)


def test_too_long() -> None:
    """What goes on for longer than any dateline is none."""
    assert read_dateline(f"{' '.join(['MERSIN' * 3] * 4)}, March 3. Keepers met.") is not None
    assert read_dateline(f"{' '.join(['MERSIN' * 6] * 4)}, March 3. Keepers met.") is None
