"""The gazetteers that come with Wirewatch: sound, sourced, and free of words that mean many."""

from collections import Counter
from pathlib import Path

import pytest

from conftest import shipped_matcher
from wirewatch.deployment import shipped_gazetteers
from wirewatch.model import Article
from wirewatch.rules.gazetteer.faults import clashes
from wirewatch.rules.gazetteer.gazetteer import Gazetteer
from wirewatch.rules.gazetteer.reading import load_gazetteers
from wirewatch.rules.gazetteer.table import GazetteerTable
from wirewatch.tomlfile import read_table

FOLDER = Path(__file__).parents[1] / "config" / "gazetteers"
TABLES = {path: read_table(path, GazetteerTable) for path in sorted(FOLDER.rglob("*.toml"))}
_CODES = (
    "AFALDZADAOAGARAMAUATAZBSBHBDBBBYBEBZBJBTBOBABWBRBNBGBFBICVKHCMCACFTDCLCNCOKMCGCD"
    "CRCIHRCUCYCZDKDJDMDOECEGSVGQEREESZETFJFIFRGAGMGEDEGHGRGDGTGNGWGYHTHNHUISINIDIRIQ"
    "IEILITJMJPJOKZKEKIKPKRKWKGLALVLBLSLRLYLILTLUMGMWMYMVMLMTMHMRMUMXFMMDMCMNMEMAMZMM"
    "NANRNPNLNZNINENGMKNOOMPKPWPAPGPYPEPHPLPTQARORURWKNLCVCWSSMSTSASNRSSCSLSGSKSISBSO"
    "ZASSESLKSDSRSECHSYTJTZTHTLTGTOTTTNTRTMTVUGUAAEGBUSUYUZVUVEVNYEZMZW"
)
UN_MEMBERS = {_CODES[place : place + 2] for place in range(0, len(_CODES), 2)}
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


def test_what_stands_in_the_folder_ships(gazetteers: dict[str, Gazetteer]) -> None:
    """Every file of config/gazetteers is loaded without a fault and without configuration."""
    assert [path.read_bytes() for path in shipped_gazetteers()] == [
        path.read_bytes() for path in TABLES
    ]
    assert "parliament" in gazetteers
    for table in TABLES.values():
        assert len(gazetteers[table.name].entries) >= len(table.entry)


def test_ids_are_unique_and_say_the_country() -> None:
    """No id is given twice in all files, and an id begins with its country where it has one."""
    every = [row for table in TABLES.values() for row in table.entry]
    assert max(Counter(row.id for row in every).values()) == 1
    for row in every:
        assert row.country is None or row.id.startswith(f"{row.country.lower()}-")


def test_each_entry_is_complete() -> None:
    """An entry has a kind, a source on the web, a way to be found, and a plausible country."""
    for row in (row for table in TABLES.values() for row in table.entry):
        assert row.source.startswith(("https://", "http://")), row.id
        assert row.written() or row.context or row.generic, row.id
        assert row.kind in {"legislature", "chamber", "interparliamentary"}, row.id
        assert (row.chamber in {"lower", "upper"}) == (row.kind == "chamber"), row.id
        assert (row.kind == "interparliamentary") <= (row.country is None), row.id


def test_every_country_has_a_legislature_and_names() -> None:
    """Each UN member, and the observers, has its legislature, and its names in many languages."""
    rows = [row for table in TABLES.values() for row in table.entry if not row.valid_until]
    with_legislature = {row.country for row in rows if row.kind == "legislature"}
    called = {row.code for table in TABLES.values() for row in table.country if row.called}
    assert len(UN_MEMBERS) == 193
    assert UN_MEMBERS - with_legislature == {"AF"}, "dissolved in 2021"
    assert "PS" in with_legislature
    assert UN_MEMBERS - called == set()


def test_successors_and_dates() -> None:
    """What has gone says until when where it names a successor; Kazakhstan's chambers have."""
    rows = {row.id: row for table in TABLES.values() for row in table.entry}
    for row in rows.values():
        if row.successor:
            assert row.successor in rows, row.id
    assert str(rows["kz-majilis"].valid_until) == "2026-06-30"
    assert rows["kz-majilis"].successor == "kz-parliament"


def test_no_two_entries_share_a_name(gazetteers: dict[str, Gazetteer]) -> None:
    """No name means two entries outside contexts, in whatever file and language."""
    for gazetteer in gazetteers.values():
        ids = [entry.id for entry in gazetteer.entries]
        assert list(map(str, clashes(gazetteer.entries, ids.__getitem__))) == []


def test_each_entry_is_found_by_its_name() -> None:
    """The name that is shown for an entry is recognised as it, if need be beside its country."""
    matcher = shipped_matcher()
    names = {row.code: row.names[0] for t in TABLES.values() for row in t.country if row.names}
    lost = []
    for row in (row for table in TABLES.values() for row in table.entry):
        text = f"{row.name}. {names.get(row.country or '', '')}"
        mentions, _ = matcher.match(Article("guid", "", "", text), "wires")
        if row.id not in {mention.entry for mention in mentions}:
            lost.append(row.id)
    assert lost == []


def test_words_that_mean_many_things_are_not_listed() -> None:
    """A bare 'Senate' or 'Parliament', in any language, names nobody by itself."""
    matcher = shipped_matcher()
    for text in AMBIGUOUS:
        mentions, _ = matcher.match(Article("guid", "", "", f"The {text}."), "wires")
        assert [mention.spelling for mention in mentions] == []


def test_interparliamentary_bodies_are_known(parliament: Gazetteer) -> None:
    """At least thirty interparliamentary bodies can be named, TURKPA and the IPU among them."""
    bodies = {
        row.id
        for table in TABLES.values()
        for row in table.entry
        if row.kind == "interparliamentary"
    }
    assert len(bodies) >= 30
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
        ("PACE in Strasbourg at a slow pace; TURKPA, not mTurkPage", ["pace", "turkpa"]),
        ("Deutscher Bundestag, the Bundestag's seat", ["de-bundestag"] * 2),
    ],
)
def test_texts_of_the_press_are_understood(text: str, names: list[str]) -> None:
    """Parliaments are recognised as the press writes them, each once, the longest name winning."""
    mentions, _ = shipped_matcher().match(Article("g", "", "", text), "wires")
    assert [mention.entry for mention in mentions] == names
