"""How agencies sign their stories."""

import pytest

from wirewatch.formats.wire.agencies import attribution, canonical, is_known

SIGNED = {
    "Keepers met for tea, Trend reports.": "Trend",
    "Keepers met for tea, Kazinform correspondent reports.": "Kazinform",
    "Keepers met for tea, Kazinform reports citing the harbour office.": "Kazinform",
    "Keepers met for tea, Kazinform has learned from the harbour office.": "Kazinform",
    "Keepers met for tea, Kazinform News Agency reports.": "Kazinform",
    "Keepers met for tea, the TASS news agency reported.": "TASS",
    "Keepers met for tea, Reuters reported on Monday.": "Reuters",
    "Keepers met for tea, Trend’s correspondent in Baku reports.": "Trend",
    "Keepers met for tea, 24.kg news agency reports.": "24.kg",
    "“We met for tea,” Trend reports.": "Trend",
    "Keepers met for tea — AKIpress reported.": "AKIpress",
    "Trend reports that keepers met for tea.": "Trend",
    "As Kazinform reports, keepers met for tea.": "Kazinform",
    "The Anadolu Agency reports that keepers met for tea.": "Anadolu",
    "Shops read fashion trend reports, but keepers met for tea, Trend reports.": "Trend",
    "Смотрители собрались, сообщает Trend.": "Trend",
    "Смотрители собрались, передает МИА «Казинформ».": "Kazinform",
    "Смотрители собрались, сообщает корреспондент Кабар.": "Kabar",
    "Смотрители собрались, передает корреспондент агентства Kazinform.": "Kazinform",
    "Смотрители собрались, об этом сообщает ТАСС.": "TASS",
    "Шамшырақшылар жиналды, деп хабарлайды Kazinform тілшісі.": "Kazinform",
    "Шамшырақшылар жиналды, деп хабарлайды ҚазАқпарат.": "Kazinform",
    "Mayak gözətçiləri görüşdü, Trend xəbər verir.": "Trend",
    "AZƏRTAC xəbər verir ki, gözətçilər görüşdü.": "AZERTAC",
    "Fener bekçileri buluştu, Kazinform muhabiri bildirdi.": "Kazinform",
    "Mayoqchilar uchrashdi, deya xabar beradi Kazinform muxbiri.": "Kazinform",
    "شامشىراقشىلار جينالدى، دەپ حابارلايدى Kazinform ءتىلشىسى.": "Kazinform",
}
UNSIGNED = [
    "Keepers met for tea.",
    "Shops now read fashion trend reports every week.",
    "Shops now read fashion Trend reports every week.",
    "He is a Trend setter, the harbour office reports.",
    "The MAP reports were late.",
    "Upward Trend reported in the price of lamps.",
    "Reuters was not there. The harbour office reports that nobody was.",
    "Новый тренд сообщает о себе сам.",
    "Trend, " + "the lamp and " * 10 + "the harbour office reports.",
    "",
]


@pytest.mark.parametrize(("paragraph", "agency"), SIGNED.items())
def test_signed(paragraph: str, agency: str) -> None:
    """A story's signature names its agency, in the languages that agencies write in."""
    assert attribution(paragraph) == agency


@pytest.mark.parametrize("paragraph", UNSIGNED)
def test_unsigned(paragraph: str) -> None:
    """A word that is also an agency's name is no signature: 'fashion trend reports'."""
    assert attribution(paragraph) is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("KAZINFORM", "Kazinform"),
        ("Қазақпарат", "Kazinform"),
        ("tass", "TASS"),
        ("ТАСС", "TASS"),
        ("AZƏRTAC", "AZERTAC"),
        (" Kabar ", "Kabar"),
        ("Anadolu Ajansı", "Anadolu"),
        ("reuters", "Reuters"),
        ("Harbour News", "Harbour News"),
    ],
)
def test_usual_name(written: str, name: str) -> None:
    """An agency has one usual name, whatever script or case it signs in; others keep theirs."""
    assert canonical(written) == name


def test_known_as_written() -> None:
    """Only a name in an agency's own case is taken for it, as `trend` is a word."""
    assert is_known("Trend")
    assert is_known("TREND")
    assert not is_known("trend")
    assert not is_known("Harbour News")
