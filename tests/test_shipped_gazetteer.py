"""The gazetteers that come with Wirewatch: sound, sourced, and free of words that mean many."""

from collections import Counter
from pathlib import Path

import pytest

from wirewatch.deployment import shipped_gazetteers
from wirewatch.model import Article
from wirewatch.rules.gazetteer.entry import Gazetteer
from wirewatch.rules.gazetteer.reading import load_gazetteers
from wirewatch.rules.gazetteer.table import EntryTable, GazetteerTable
from wirewatch.rules.matcher import Matcher
from wirewatch.text.fold import fold_term
from wirewatch.tomlfile import read_table

FOLDER = Path(__file__).parents[1] / "config" / "gazetteers"
TABLES = {path: read_table(path, GazetteerTable) for path in sorted(FOLDER.rglob("*.toml"))}
TURKIC = ["KZ", "AZ", "KG", "TR", "TM", "UZ"]
AMBIGUOUS = [
    "Senate", "Parliament", "National Assembly", "Assembly", "House of Representatives",
    "Chamber of Deputies", "House", "Lower House", "Upper House", "Congress", "Council",
    "Federal Assembly", "Supreme Council", "Mejlis", "Majlis", "Duma", "Diet",
    "Сенат", "парламент", "Национальное собрание", "меджлис", "парламента", "Дума",
    "Сенаты", "Senat", "Senato", "Meclis", "Məclis", "Parlament", "парламенті", "парламент",
    "مجلس", "البرلمان", "مجلس الشيوخ", "议会", "参议院", "国会", "議会", "국회", "Parliamentary Assembly",
    "pace", "Sénat", "Parlement", "Assemblée nationale",
]  # fmt: skip


@pytest.fixture(scope="module")
def gazetteers() -> dict[str, Gazetteer]:
    return load_gazetteers(shipped_gazetteers(), [])


@pytest.fixture(scope="module")
def parliament(gazetteers: dict[str, Gazetteer]) -> Gazetteer:
    return gazetteers["parliament"]


def rows() -> list[object]:
    return [
        pytest.param(row, id=f"{table.name}:{row.id}")
        for table in TABLES.values()
        for row in table.entry
    ]


def test_what_stands_in_the_folder_ships(gazetteers: dict[str, Gazetteer]) -> None:
    """Every file of config/gazetteers is loaded without a fault and without configuration."""
    assert [path.read_bytes() for path in shipped_gazetteers()] == [
        path.read_bytes() for path in TABLES
    ]
    assert "parliament" in gazetteers
    for table in TABLES.values():
        assert len(gazetteers[table.name].entries) >= len(table.entry)


def test_ids_are_unique_and_say_the_country() -> None:
    """No id is given twice in a gazetteer, and an id begins with its country where it has one."""
    for table in TABLES.values():
        assert max(Counter(row.id for row in table.entry).values()) == 1
        for row in table.entry:
            assert row.country is None or row.id.startswith(f"{row.country.lower()}-")


@pytest.mark.parametrize("row", rows())
def test_each_entry_is_complete(row: EntryTable) -> None:
    """An entry has a kind, a source on the web, a way to be found, and a plausible country."""
    assert row.source.startswith(("https://", "http://"))
    assert row.spellings
    assert row.kind in {"legislature", "chamber", "interparliamentary"}
    assert (row.country is None) == (row.kind == "interparliamentary")
    assert row.country is None or (len(row.country) == 2 and row.country.isupper())


def test_spellings_are_written_once() -> None:
    """No entry lists the same spelling or acronym twice."""
    for table in TABLES.values():
        for row in table.entry:
            listed = Counter((*row.spellings, *row.acronyms))
            assert [word for word, times in listed.items() if times > 1] == []


def test_each_entry_is_found_by_its_name(gazetteers: dict[str, Gazetteer]) -> None:
    """The name that is shown for an entry is recognised as that entry, and as nothing else."""
    matcher = Matcher([], gazetteers)
    for table in TABLES.values():
        for row in table.entry:
            mentions, _ = matcher.match(Article("guid", "", "", row.name), "wires")
            named = {mention.entry for mention in mentions if mention.gazetteer == table.name}
            assert named == {row.id}


def test_no_spelling_is_shared() -> None:
    """No spelling or acronym belongs to two entries, also when the case is left out."""
    owners: dict[tuple[str, str], set[str]] = {}
    for table in TABLES.values():
        for row in table.entry:
            for word in (*row.spellings, *row.acronyms):
                owners.setdefault((table.name, fold_term(word)), set()).add(row.id)
    assert {word: ids for word, ids in owners.items() if len(ids) > 1} == {}


def test_words_that_mean_many_things_are_not_listed(parliament: Gazetteer) -> None:
    """A bare 'Senate' or 'Parliament', in any language, names nobody by itself."""
    matcher = Matcher([], {"parliament": parliament})
    text = "; ".join(AMBIGUOUS)
    mentions, _ = matcher.match(Article("guid", "", "", text), "wires")
    assert [mention.spelling for mention in mentions] == []


def test_interparliamentary_bodies_are_known(parliament: Gazetteer) -> None:
    """At least ten interparliamentary bodies can be named, TURKPA and the IPU among them."""
    bodies = {row.id for row in TABLES[FOLDER / "parliaments.toml"].entry if row.country is None}
    assert len(bodies) >= 10
    assert {"turkpa", "ipu", "pace", "osce-pa"} <= bodies
    assert bodies <= {entry.id for entry in parliament.entries}


@pytest.mark.parametrize("country", TURKIC)
def test_the_turkic_legislatures_are_known(parliament: Gazetteer, country: str) -> None:
    """Each Turkic state has its legislature, in the group `turkic`, in Latin and other scripts."""
    found = [entry for entry in parliament.entries if entry.belongs_to(country)]
    assert found
    assert all(entry.belongs_to("turkic") for entry in found)
    scripts = {spelling[0] > "\u0400" for entry in found for spelling in entry.spellings}
    assert scripts == {False, True}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Majilis of the Parliament of Kazakhstan met", ["kz-majilis"]),
        ("Парламент Казахстана и Милли Меджлис", ["kz-parliament", "az-milli-mejlis"]),
        ("Azərbaycan Milli Məclisinin deputatları", ["az-milli-mejlis"]),
        ("AZƏRBAYCAN MİLLİ MƏCLİSİ", ["az-milli-mejlis"]),
        ("Türkiye Büyük Millet Meclisi; TBMM", ["tr-grand-national-assembly"] * 2),
        ("Жогорку Кеңеш жана Жогорку Кенеш", ["kg-jogorku-kenesh"] * 2),
        ("Oliy Majlis Qonunchilik palatasi", ["uz-legislative-chamber"]),
        ("PACE at a slow pace; TURKPA, not mTurkPage", ["pace", "turkpa"]),
        ("Deutscher Bundestag, the Bundestag's seat", ["de-bundestag"] * 2),
    ],
)
def test_texts_of_the_press_are_understood(
    parliament: Gazetteer, text: str, names: list[str]
) -> None:
    """Parliaments are recognised as the press writes them, each once, the longest name winning."""
    mentions, _ = Matcher([], {"p": parliament}).match(Article("g", "", "", text), "wires")
    assert [mention.entry for mention in mentions] == names
