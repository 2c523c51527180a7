"""Names of topics: codes of the IPTC get their English names, everything else stays as it is."""

import random
import re
import tomllib
import unicodedata
from collections import Counter
from importlib import resources

import pytest

from wirewatch.formats.subjects import named

TABLE = resources.files("wirewatch.formats").joinpath("media-topics.toml").read_text("utf-8")
NAMES: dict[str, str] = tomllib.loads(TABLE)
# Checked against other copies of the list than the one the table was made from.
WELL_KNOWN = {
    "01000000": "arts, culture, entertainment and media",
    "02000000": "crime, law and justice",
    "03000000": "disaster, accident and emergency incident",
    "04000000": "economy, business and finance",
    "05000000": "education",
    "06000000": "environment",
    "07000000": "health",
    "08000000": "human interest",
    "09000000": "labour",
    "10000000": "lifestyle and leisure",
    "11000000": "politics and government",
    "12000000": "religion",
    "13000000": "science and technology",
    "14000000": "society",
    "15000000": "sport",
    "16000000": "conflict, war and peace",
    "17000000": "weather",
    "20000003": "animation",
    "20000053": "act of terror",
    "20000065": "civil unrest",
    "20000082": "crime",
    "20000106": "judiciary",
    "20000309": "news agency",
    "20000344": "economy",
    "20000350": "central bank",
    "20000379": "monetary policy",
    "20000385": "market and exchange",
    "20000418": "climate change",
    "20000461": "health facility",
    "20000509": "employment",
    "20000523": "labour market",
    "20000533": "unemployment",
    "20000538": "leisure",
    "20000574": "election",
    "20000638": "international relations",
    "20000717": "natural science",
    "20000768": "communities",
    "20000822": "competition discipline",
    "20000849": "baseball",
    "20001057": "alpine skiing",
    "20001071": "swimming",
    "20001105": "drug abuse in sport",
    "20001108": "sport event",
    "20001128": "weather forecast",
    "20001358": "public health",
    "20001374": "sustainability",
}
# The list has two topics of each of these names: a retired one, or one in another branch.
TWICE = {"missing in action", "national security", "renewable energy", "road cycling"}
# Where the older list has other words than the Media Topics.
OLDER = {
    "01000000": "arts, culture and entertainment",
    "03000000": "disaster and accident",
    "06000000": "environmental issue",
    "11000000": "politics",
    "12000000": "religion and belief",
    "14000000": "social issue",
    "16000000": "unrest, conflicts and war",
}
TOPS = [f"{number:02}000000" for number in range(1, 18)]
MIXED = (
    "Harbour",
    "medtop:20000065",
    "subj:11003000",
    "http://cv.iptc.org/newscodes/mediatopic/20000574",
    "subj:16000000",
    "medtop:29999999",
    "ELECTION",
    "harbour",
)


@pytest.mark.parametrize(("code", "name"), WELL_KNOWN.items())
def test_well_known_codes_have_the_names_of_the_list(code: str, name: str) -> None:
    """A well-known Media Topic is followed by its English name."""
    assert named((f"medtop:{code}",)) == (f"medtop:{code}", name)


@pytest.mark.parametrize("code", TOPS)
def test_top_codes_of_the_older_list_have_its_names(code: str) -> None:
    """A top Subject Code has the name of the older list, where that differs too."""
    assert named((f"subj:{code}",)) == (f"subj:{code}", OLDER.get(code, NAMES[code]))


def test_the_table_has_codes_of_eight_digits_in_order() -> None:
    """Each key of the table is a code of eight digits, and the table is sorted by them."""
    assert all(re.fullmatch(r"[0-9]{8}", code) for code in NAMES)
    assert list(NAMES) == sorted(NAMES)


def test_the_table_has_the_whole_list() -> None:
    """The table holds the 17 top topics and all the others, retired ones too."""
    tops = [code for code in NAMES if not code.startswith("2")]
    assert tops == TOPS
    assert len(NAMES) - len(tops) == 1375
    assert max(NAMES) == "20001395"


def test_the_names_are_clean() -> None:
    """No name is empty, padded, split by odd spaces or made of parts that should be one sign."""
    for name in NAMES.values():
        assert name
        assert name == " ".join(name.split())
        assert name.isprintable()
        assert unicodedata.is_normalized("NFC", name)


def test_no_name_stands_for_a_code_or_for_many_topics() -> None:
    """A name is no code, and only the four known ones stand for two topics."""
    assert not any(re.search(r"[0-9]{8}", name) for name in NAMES.values())
    count = Counter(name.casefold() for name in NAMES.values())
    assert {name for name, times in count.items() if times > 1} == TWICE
    assert max(count.values()) == 2


def test_the_table_names_its_source_and_licence() -> None:
    """Who opens the table reads first whose it is and under which licence it may be used."""
    head = TABLE.partition('\n"')[0]
    assert "Copyright IPTC, https://iptc.org" in head
    assert "http://creativecommons.org/licenses/by/4.0/" in head
    assert "http://cv.iptc.org/newscodes/mediatopic/" in head


@pytest.mark.parametrize(
    "subject",
    [
        "medtop:20000065",
        "MedTop:20000065",
        "mediatopic:20000065",
        "http://cv.iptc.org/newscodes/mediatopic/20000065",
        "https://cv.iptc.org/newscodes/mediatopic/20000065",
        "http://cv.iptc.org/newscodes/mediatopic/20000065/",
        "http://cv.iptc.org/newscodes/mediatopic:20000065",
    ],
)
def test_each_way_to_write_a_media_topic_is_known(subject: str) -> None:
    """A Media Topic may be a code or an address; it stays as it was written."""
    assert named((subject,)) == (subject, "civil unrest")


@pytest.mark.parametrize(
    "subject",
    [
        "subj:11000000",
        "SUBJ:11000000",
        "subjectcode:11000000",
        "http://cv.iptc.org/newscodes/subjectcode/11000000",
    ],
)
def test_each_way_to_write_a_subject_code_is_known(subject: str) -> None:
    """A Subject Code may be a code or an address; it stays as it was written."""
    assert named((subject,)) == (subject, "politics")


@pytest.mark.parametrize(
    "subject",
    [
        "",
        " ",
        ":",
        "medtop:",
        "20000065",
        "medtop:2000006",
        "medtop:200000650",
        "medtop:20000001",
        "medtop:99999999",
        "medtop:2000006x",
        "medtop:20000065\n",
        " medtop:20000065",
        "medtop 20000065",
        "medtop:２０００００６５",
        "tpc:20000065",
        "subj:20000065",
        "subj:11003000",
        "http://cv.iptc.org/newscodes/mediatopic/",
        "http://cv.iptc.org/newscodes/mediatopic/20000065/broader",
        "http://cv.iptc.org/newscodes/genre/20000065",
        "http://codes.example/newscodes/mediatopic/20000065",
        "see medtop:20000065 for more",
        "civil unrest",
    ],
)
def test_what_is_no_known_code_stays_alone(subject: str) -> None:
    """Words, unknown codes and broken ones are given back as they came, with no name."""
    assert named((subject,)) == (subject,)


def test_no_subjects_have_no_names() -> None:
    """An article without subjects gets none."""
    assert named(()) == ()


def test_names_stand_right_after_their_codes() -> None:
    """The order of the file is kept, and each name follows its code."""
    assert named(MIXED) == (
        "Harbour",
        "medtop:20000065",
        "civil unrest",
        "subj:11003000",
        "http://cv.iptc.org/newscodes/mediatopic/20000574",
        "subj:16000000",
        "unrest, conflicts and war",
        "medtop:29999999",
        "ELECTION",
    )


@pytest.mark.parametrize(
    "subjects",
    [
        ("medtop:20000065", "Civil Unrest"),
        ("Civil Unrest", "medtop:20000065"),
        ("CIVIL UNREST", "Harbour", "medtop:20000065"),
        ("medtop:20000065", "Harbour", "civil unrest"),
        ("medtop:20001150", "Harbour", "nordic combined"),
    ],
)
def test_a_name_the_file_gives_is_not_doubled(subjects: tuple[str, ...]) -> None:
    """A name the file gives, before or after the code and in any case, stays where it is."""
    assert named(subjects) == subjects


def test_each_subject_comes_once() -> None:
    """The first of several equal subjects is kept, whatever the case of the others."""
    assert named(("Straße", "STRASSE", "medtop:15000000", "Medtop:15000000", "straße")) == (
        "Straße",
        "medtop:15000000",
        "sport",
    )


def test_two_codes_of_one_name_give_it_once() -> None:
    """A name that two codes share follows the first of them only."""
    assert named(("medtop:20000905", "medtop:20001333", "subj:15000000", "medtop:15000000")) == (
        "medtop:20000905",
        "road cycling",
        "medtop:20001333",
        "subj:15000000",
        "sport",
        "medtop:15000000",
    )


def test_naming_twice_changes_nothing() -> None:
    """Subjects that have their names get no more of them, for any mix and order of subjects."""
    chance = random.Random(5)  # noqa: S311 no secret hangs on it
    pool = [*MIXED, *(f"medtop:{code}" for code in NAMES), *NAMES.values(), *OLDER.values()]
    for _ in range(200):
        subjects = tuple(chance.choices(pool, k=12))
        once = named(subjects)
        assert named(once) == once
        assert len({subject.casefold() for subject in once}) == len(once)


def test_names_are_only_added() -> None:
    """The subjects of the file are all there in their order when the added names are left out."""
    chance = random.Random(7)  # noqa: S311 no secret hangs on it
    pool = [f"medtop:{code}" for code in NAMES]
    for _ in range(50):
        subjects = tuple(chance.sample(pool, k=12))
        assert tuple(word for word in named(subjects) if word in pool) == subjects


def test_cut_codes_stay_alone() -> None:
    """A code or address cut short at any place is given back with no name."""
    for whole in ("medtop:20000065", "http://cv.iptc.org/newscodes/mediatopic/20000065"):
        for end in range(len(whole)):
            assert named((whole[:end],)) == (whole[:end],)


def test_codes_with_a_wrong_sign_never_fail() -> None:
    """A code with a sign exchanged has the name of what it became, or none, and never fails."""
    chance = random.Random(11)  # noqa: S311 no secret hangs on it
    whole = "http://cv.iptc.org/newscodes/mediatopic/20000065"
    for _ in range(200):
        place = chance.randrange(len(whole))
        wrong = whole[:place] + chr(chance.randrange(1, 0x3000)) + whole[place + 1 :]
        code, *names = named((wrong,))
        assert code == wrong
        assert names in ([], [NAMES.get(wrong.rpartition("/")[2])])
