"""When a story was published: its leader, its time line, its dateline's day."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from wirewatch.formats.wire.dates import Leader, Stamp, find_stamp, published, read_leader
from wirewatch.formats.wire.months import DAY, Day, day_of
from wirewatch.states import Precision


@pytest.mark.parametrize(
    ("text", "date", "rest"),
    [
        (" date 2024-12-07 BAKU", (2024, 12, 7), "BAKU"),
        (" date 2022-06 BAKU", (2022, 6, None), "BAKU"),
        (" date 2020 BAKU", (2020, None, None), "BAKU"),
        ("date 2024-12-07 BAKU", (2024, 12, 7), "BAKU"),
        ("\n\n date\t2024-12-07\nBAKU", (2024, 12, 7), "\nBAKU"),
        (" date 2024-12-07", (2024, 12, 7), ""),
        (" date 2024-02-29 BAKU", (2024, 2, 29), "BAKU"),
    ],
)
def test_leader(text: str, date: tuple[int | None, ...], rest: str) -> None:
    """A leader is read with as much of a date as it has, and the story begins behind it."""
    leader = read_leader(text)
    assert leader is not None
    assert (leader.year, leader.month, leader.day) == date
    assert text[leader.end :] == rest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BAKU. KAZINFORM",
        "dates 2024-12-07 BAKU",
        "date palms of 2024 were sold",
        "update 2024-12-07 BAKU",
        " date 2024-12-07T10:00 BAKU",
        " date 2024-13-07 BAKU",
        " date 2023-02-29 BAKU",
        " date 20241207 BAKU",
    ],
)
def test_no_leader(text: str) -> None:
    """What is no date of the calendar, or no leader, is left to the story."""
    assert read_leader(text) is None


ZONE = timezone(timedelta(hours=4))


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("4 July 2022, 12:16", datetime(2022, 7, 4, 12, 16)),  # noqa: DTZ001 - none is said
        ("4 July 2022 9:05", datetime(2022, 7, 4, 9, 5)),  # noqa: DTZ001 - the same
        ("July 4, 2022, 12:16", datetime(2022, 7, 4, 12, 16)),  # noqa: DTZ001 - the same
        ("4 июля 2022, 12:16", datetime(2022, 7, 4, 12, 16)),  # noqa: DTZ001 - the same
        ("04.07.2022 23:59", datetime(2022, 7, 4, 23, 59)),  # noqa: DTZ001 - the same
        ("30 December 2023 15:49 (UTC+04:00)", datetime(2023, 12, 30, 15, 49, tzinfo=ZONE)),
        ("30 December 2023 15:49 (UTC+4)", datetime(2023, 12, 30, 15, 49, tzinfo=ZONE)),
        ("30 December 2023 15:49 GMT+0400", datetime(2023, 12, 30, 15, 49, tzinfo=ZONE)),
        ("30 December 2023 15:49 (UTC)", datetime(2023, 12, 30, 15, 49, tzinfo=UTC)),
        ("30 December 2023 15:49 GMT", datetime(2023, 12, 30, 15, 49, tzinfo=UTC)),
        ("30 December 2023 12:19 (UTC+0030)", datetime(2023, 12, 30, 11, 49, tzinfo=UTC)),
        ("30 December 2023 08:19 (UTC-03:30)", datetime(2023, 12, 30, 11, 49, tzinfo=UTC)),
    ],
)
def test_time_line(line: str, moment: datetime) -> None:
    """A time line is read whole, with its zone when it names one."""
    stamp = find_stamp(f"A title {line} A story")
    assert stamp is not None
    assert stamp.moment == moment
    assert (stamp.moment.tzinfo is None) == (moment.tzinfo is None)
    assert (stamp.start, stamp.end) == (8, 8 + len(line))


@pytest.mark.parametrize(
    "line",
    [
        "4 July 2022",
        "4 July, 12:16",
        "31 June 2022, 12:16",
        "4 Smarch 2022, 12:16",
        "4 July 2022, 25:16",
        "4 July 2022, 12:61",
    ],
)
def test_no_time_line(line: str) -> None:
    """A line that names no moment of the calendar is no time line."""
    assert find_stamp(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "4 July 2022, 12:16 (UTC+99:00)",
        "31 December 9999, 23:30 (UTC-04:00)",
        "1 January 0001, 00:30 (UTC+04:00)",
    ],
)
def test_impossible_zone(line: str) -> None:
    """A zone that leads out of the calendar breaks nothing, and is not believed."""
    when, _ = published(None, find_stamp(line), None)
    assert when is None or not when.endswith("Z")


def test_second_candidate() -> None:
    """A first date that cannot be does not hide the time line behind it."""
    stamp = find_stamp("Law of 31 June 2022, 10:00 passed 4 July 2022, 12:16")
    assert stamp is not None
    assert published(None, stamp, None)[0] == "2022-07-04T12:16"


def test_seconds() -> None:
    """A time line with seconds is read to the minute, and nothing of it is left over."""
    line = "4 July 2022, 12:16:45"
    stamp = find_stamp(line)
    assert stamp is not None
    assert stamp.end == len(line)


STAMP = Stamp(datetime(2022, 7, 4, 12, 16), 0, 0)  # noqa: DTZ001 - no zone is said
ZONED = Stamp(datetime(2024, 1, 1, 1, 30, tzinfo=ZONE), 0, 0)
FULL, MONTHLY, YEARLY = (
    Leader(2022, 6, 20, 0),
    Leader(2022, 6, None, 0),
    Leader(2022, None, None, 0),
)


@pytest.mark.parametrize(
    ("leader", "stamp", "day", "when", "precision"),
    [
        (FULL, None, None, "2022-06-20", Precision.DAY),
        (MONTHLY, None, None, "2022-06", Precision.MONTH),
        (YEARLY, None, None, "2022", Precision.YEAR),
        (None, None, None, None, None),
        (MONTHLY, None, Day(6, 21, None), "2022-06-21", Precision.DAY),
        (YEARLY, None, Day(6, 21, None), "2022-06-21", Precision.DAY),
        (None, None, Day(6, 21, 2018), "2018-06-21", Precision.DAY),
        (None, None, Day(6, 21, None), None, None),
        (FULL, None, Day(6, 21, None), "2022-06-20", Precision.DAY),
        (MONTHLY, None, Day(7, 21, None), "2022-06", Precision.MONTH),
        (MONTHLY, None, Day(6, 31, None), "2022-06", Precision.MONTH),
        (YEARLY, None, Day(6, 21, 2018), "2022", Precision.YEAR),
        (FULL, STAMP, Day(6, 21, None), "2022-07-04T12:16", Precision.MINUTE),
        (None, STAMP, None, "2022-07-04T12:16", Precision.MINUTE),
        (None, ZONED, None, "2023-12-31T21:30:00Z", Precision.MINUTE),
    ],
)
def test_published(
    leader: Leader | None,
    stamp: Stamp | None,
    day: Day | None,
    when: str | None,
    precision: Precision | None,
) -> None:
    """The date is as exact as the story and no more: leader, time line and dateline together."""
    assert published(leader, stamp, day) == (when, precision)


@pytest.mark.parametrize(
    ("text", "day", "when"),
    [
        (" date 0000-00-00 BAKU", None, None),
        (" date 2022-00-00 BAKU", None, "2022"),
        (" date 2022-06-00 BAKU", None, "2022-06"),
        (" date 2022-00-00 BAKU", Day(6, 21, None), "2022-06-21"),
    ],
)
def test_zeros(text: str, day: Day | None, when: str | None) -> None:
    """Zeros in a leader stand for what its sender did not know; no year is made of them."""
    assert published(read_leader(text), None, day)[0] == when


YEAR = {
    "English": "January February March April May June July August September October November December",
    "English, short": "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
    "Russian": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "Russian, short": "янв фев мар апр мая июн июл авг сен окт ноя дек",
    "Kazakh": "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан",
    "Kyrgyz": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "Azerbaijani": "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr",
    "Turkish": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "Uzbek": "yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr",
    "Turkmen": "ýanwar fewral mart aprel maý iýun iýul awgust sentýabr oktýabr noýabr dekabr",
    "Ukrainian": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "German": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "French": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "Portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "Hungarian": "január február március április május június július augusztus szeptember október november december",
    "Arabic": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}  # fmt: skip


@pytest.mark.parametrize("names", YEAR.values(), ids=YEAR)
def test_months(names: str) -> None:
    """The twelve months are known by name in every language, in capitals too."""
    for written in (names, names.upper()):
        days = [re.fullmatch(DAY, f"17 {name} 2024") for name in written.split()]
        found = [day_of(day) if day else None for day in days]
        assert found == [Day(month, 17, 2024) for month in range(1, 13)]
