"""A wire story whole: title, time, writer, dateline, paragraphs, and the page around it."""

import signal
from collections.abc import Iterator

import pytest

from wirewatch.errors import Unreadable
from wirewatch.formats import parse
from wirewatch.model import Article
from wirewatch.states import Precision

TITLE = "Keepers of four coasts agree on one lamp for all the lighthouses"
FIRST = (
    "Keepers of lighthouses from four countries have met for the first time since the storms of"
    " spring, and they agreed to light their lamps an hour before sunset, Kazinform reports."
)
SECOND = "“A lamp is no use to a ship that has gone by,” the oldest keeper said to some laughter."
LAST = "They will meet again in the autumn, when the nights are long enough to try the new lamps."
BODY = f"{FIRST}\n\n{SECOND}\n\n{LAST}"


def _read(text: str) -> Article:
    """Read a file's one story."""
    _, (article,), *_ = parse(text.encode(), 1_000_000)
    return article


def _has(article: Article, **expected: object) -> None:
    """Compare the named fields, all at once."""
    found = article._asdict()
    assert {name: found[name] for name in expected} == expected


def test_plain_story() -> None:
    """Leader, dateline and paragraphs on their lines give an article with nothing guessed."""
    article = _read(f" date 2024-03-03 BAKU. KAZINFORM – {BODY}\n\n")
    _has(article, title="", dateline="BAKU. KAZINFORM", place="BAKU", country=None, body=BODY)
    _has(article, agency="Kazinform", byline=None, published="2024-03-03")
    _has(article, published_precision=Precision.DAY, version=1, language="en", url=None)


@pytest.mark.parametrize(
    ("leader", "published"),
    [(" date 2022-06 ", "2022-06"), (" date 2020 ", "2020"), ("", None), ("\n\n", None)],
)
def test_partial_date(leader: str, published: str | None) -> None:
    """A date is kept as exactly as it is written, and not invented where none is."""
    _has(_read(f"{leader}BAKU. KAZINFORM – {BODY}"), published=published, place="BAKU", body=BODY)


def test_dateline_completes_leader() -> None:
    """A dateline's day makes a leader's month a full date."""
    _has(_read(f" date 2022-06 BAKU, June 21. /tass/. {BODY}"), published="2022-06-21")


def test_leader_on_its_own_line() -> None:
    """A leader may stand alone, with the story below it."""
    _has(_read(f" date 2024-03-03\n\nBAKU. KAZINFORM – {BODY}"), place="BAKU", body=BODY)


TIME = "4 July 2022, 12:16"
DATELINE = "NUR-SULTAN. KAZINFORM – "
HEADED = {
    "one blank line between": f"{TITLE}\n\n{TIME}\n\nAliya Serik\n\n{DATELINE}{BODY}",
    "a newline between": f"{TITLE}\n{TIME}\nAliya Serik\n{DATELINE}{BODY}",
    "byline before the dateline": f"{TITLE}\n\n{TIME}\n\nAliya Serik {DATELINE}{BODY}",
    "everything on one line": f"{TITLE} {TIME} Aliya Serik {DATELINE}{BODY}",
    "below a leader": f"\n\n{TITLE}\n{TIME}\nAliya Serik\n\n{DATELINE}{BODY}",
    "below furniture": f"Go to the main site\nUSD 503.2\n{TITLE}\n{TIME}\nAliya Serik\n{DATELINE}{BODY}",
    "byline in words": f"{TITLE}\n\n{TIME}\n\nBy Aliya Serik\n\n{DATELINE}{BODY}",
}  # fmt: skip


@pytest.mark.parametrize("text", HEADED.values(), ids=HEADED)
def test_title_time_and_byline(text: str) -> None:
    """Title, time line, writer and dateline are told apart, however they are parted."""
    article = _read(f" date 2022-07-04 {text}")
    _has(article, title=TITLE, headline=TITLE, byline="Aliya Serik", body=BODY)
    _has(article, place="NUR-SULTAN", dateline="NUR-SULTAN. KAZINFORM", agency="Kazinform")
    _has(article, published="2022-07-04T12:16", published_precision=Precision.MINUTE)


def test_time_with_zone() -> None:
    """A time with its zone is stored in UTC."""
    text = f" date 2023-12-30 {TITLE}\n30 December 2023 15:49 (UTC+04:00)\nKamran Has\n{BODY}"
    _has(_read(text), published="2023-12-30T11:49:00Z", byline="Kamran Has", body=BODY)


TITLED = {
    "a blank line below": f"{TITLE}\n\n{DATELINE}{BODY}",
    "a newline below": f"{TITLE}\n{DATELINE}{BODY}",
    "no dateline": f"{TITLE}\n\n{BODY}",
    "a newline and no dateline": f"{TITLE}\n{BODY}",
    "a question": f"Who shall light the lamps?\n\n{DATELINE}{BODY}",
    "a dateline on a line": f"{TITLE}\n\nBaku, July 4, AZERTAC\n\n{BODY}",
    "a dateline on the next line": f"{TITLE}\nBaku, July 4, AZERTAC\n\n{BODY}",
    "a writer below": f"{TITLE}\n\nBy Aliya Serik\n\n{DATELINE}{BODY}",
}


@pytest.mark.parametrize("text", TITLED.values(), ids=TITLED)
def test_title_alone(text: str) -> None:
    """A title line is the title and no part of the body, with a time line or without."""
    article = _read(f" date 2022-07-04 {text}")
    title = text.partition("\n")[0]
    _has(article, title=title, headline=title, body=BODY, published="2022-07-04")


def test_long_line_is_no_title() -> None:
    """A first paragraph too long for a title is of the body, with a full stop or without."""
    body = f"{FIRST.replace('.', ' and')} {SECOND.replace('.', '')}\n\n{FIRST} {SECOND} {LAST}"
    _has(_read(f" date 2022-07-04 {body}"), title="", body=body)


def test_name_in_a_sentence() -> None:
    """A name with which the story begins is no byline."""
    body = f"Aliya Serik lights the lamp. {FIRST}\n\n{LAST}"
    _has(_read(f"{TITLE}\n\n{TIME}\n\n{body}"), title=TITLE, byline=None, body=body)


def test_untitled() -> None:
    """Without a title the first sentence in short is the headline, and the title stays empty."""
    article = _read(f" date 2022-07-04 {DATELINE}{BODY}")
    assert article.title == ""
    assert len(article.headline) <= 120
    assert article.headline.endswith("…")
    assert FIRST.startswith(article.headline.removesuffix("…") + " ")


def test_short_first_sentence() -> None:
    """A short first sentence is the headline in full, abbreviations and all."""
    text = " date 2022-07-04 OSLO, July 4. The U.S. Navy and Mr. J. Poe saw the lamps. They left."
    _has(_read(text), headline="The U.S. Navy and Mr. J. Poe saw the lamps.")


def test_sentence_with_a_time() -> None:
    """A first sentence that names a day and hour is not torn apart for a title."""
    text = f"The lamps were lit on 4 July 2022, 21:16 and all the town came.\n\n{LAST}"
    _has(_read(text), title="", body=text)


PARTED = {
    "blank lines": "\n\n",
    "single newlines": "\n",
    "carriage returns": "\r\n\r\n",
    "lines of blanks": "\n \t \n",
    "many blank lines": "\n\n\n\n\n",
}


@pytest.mark.parametrize("gap", PARTED.values(), ids=PARTED)
def test_paragraphs(gap: str) -> None:
    """Paragraphs are told by blank lines or by single newlines."""
    text = f" date 2024-03-03 BAKU. KAZINFORM – {BODY}{gap}".replace("\n\n", gap)
    _has(_read(text), body=BODY)


def test_one_line() -> None:
    """A whole story on one line is one paragraph behind its dateline."""
    line = " ".join(BODY.split("\n\n"))
    _has(_read(f" date 2023-04-05 ASTANA. KAZINFORM {line}"), place="ASTANA", body=line)


def test_hard_wrapped() -> None:
    """Lines broken at a typewriter's margin are healed into their paragraphs."""
    wrapped = FIRST[:88].rstrip() + "\n" + FIRST[88:].lstrip()
    text = f" date 2024-03-03 BAKU. KAZINFORM –\n\n{wrapped}\n\n{LAST}\n"
    _has(_read(text), body=f"{FIRST}\n\n{LAST}")


def test_white_space() -> None:
    """Runs of white space of any kind inside a paragraph become one space."""
    text = (
        " date 2024-03-03 BAKU. KAZINFORM –  The\tlamps \xa0 are\u2009lit\u2028now .  \n\n  Yes. "
    )
    _has(_read(text), body="The lamps are lit now .\n\nYes.")


FURNITURE = [
    "Go to the main site",
    "Print version",
    "Share",
    "Версия для печати",
    "Негізгі сайтқа өту",
    "USD 503.21 EUR 541.08 RUB 5.41",
    "USD 503.21 ▲ | EUR 541.08 ▼ | RUB 5.41",
    "1 USD = 503,21 ₸",
    "USD 1 = 503.21 KZT",
    "$ 503.21 € 541.08 ₽ 5.41",
    "Astana +12°C",
    "Нур-Султан: −3 °С",
    "Baku 15°",
    "Astana −3°C, Almaty +12°C",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture(line: str) -> None:
    """Lines of the page around a story are dropped: links, currency rates, the weather."""
    text = f" date 2024-03-14 {line}\n{line}\n\nTOSHKENT. KAZINFORM – {FIRST}\n\n{line}\n\n{LAST}"
    _has(_read(text), title="", place="TOSHKENT", body=f"{FIRST}\n\n{LAST}")


STORY_LINES = [
    "Share prices of lamp makers rose.",
    "The lamps cost USD 503.21 a piece, or EUR 470.",
    "It was 30° in the harbour.",
    "Print the lists, he said.",
]


@pytest.mark.parametrize("line", STORY_LINES)
def test_no_furniture(line: str) -> None:
    """A sentence is kept, whatever words or figures of the page it holds."""
    text = f" date 2024-03-14 BAKU. KAZINFORM – {FIRST}\n\n{line}\n\n{LAST}"
    _has(_read(text), body=f"{FIRST}\n\n{line}\n\n{LAST}")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_agency_by_attribution(place: int) -> None:
    """Without an agency in the dateline, the one that signs the story is taken."""
    body = ["The lamps are lit.", "The keepers rest.", "The sea is calm."]
    body[place] = body[place].replace(".", ", Trend reports.")
    article = _read(" date 2024-03-03 BAKU, Azerbaijan, March 3. " + "\n\n".join(body))
    _has(article, agency="Trend", country="Azerbaijan")


def test_dateline_names_the_agency() -> None:
    """The agency of the dateline goes before one that the story cites."""
    _has(_read(f" date 2024-03-03 BAKU, March 3. /tass/. {BODY}"), agency="TASS")


def test_no_agency() -> None:
    """A story in which no agency signs has none."""
    text = f" date 2024-03-03 NAIROBI, Kenya, March 3. {LAST}\n\nShops read fashion trend reports."
    _has(_read(text), agency=None)


def test_identity() -> None:
    """The same story is the same article in other bytes, and another story is another article."""
    text = f" date 2024-03-03 BAKU. KAZINFORM – {BODY}"
    same = _read(text.replace("\n", "\r\n") + "\n\n")
    assert same == _read(text)
    others = [text.replace("BAKU", "OSH"), text.replace("-03-03", "-03-04"), text + " Well."]
    assert len({_read(other).guid for other in (text, *others)}) == 4


@pytest.fixture
def _impatient() -> Iterator[None]:
    """Give up after ten seconds, even inside one regular expression."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(10)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


HARD = {
    "rates that are none": ("USD 1" + "," * 18) * 5 + "x",
    "weather that is none": "Osh +1° " * 14 + "x!",
    "a row of dots": "." * 100_000 + "x",
    "a row of quotes": "«" * 100_000,
    "initials": "A. " * 30_000,
    "capitals": "AA " * 30_000,
    "slashes": "OSH / " * 15_000,
    "signatures": "Trend reports " * 10_000,
    "times": "4 July 2022, 12:1 " * 5_000,
    "lone marks": "\u0301" * 100_000,
}


@pytest.mark.parametrize("line", HARD.values(), ids=HARD)
@pytest.mark.usefixtures("_impatient")
def test_never_stuck(line: str) -> None:
    """No line, however odd, holds up the files behind it."""
    assert _read(f"{line}\n\n{LAST}").body.endswith(LAST)


@pytest.mark.parametrize(
    "text", ["<manifest/>", "<kml><name>Baku</name></kml>\n", "<!-- a -->\n<a>b</a>"]
)
def test_other_xml_is_no_story(text: str) -> None:
    """XML of a kind that nobody knows is refused, and not stored as if it were a story."""
    with pytest.raises(Unreadable, match="unknown-format"):
        parse(text.encode(), 1_000_000)


def test_a_story_may_begin_with_an_angle() -> None:
    """A story whose agency stands in angles is one."""
    assert _read("<Trend> BAKU, March 2. The Milli Majlis met.").body
