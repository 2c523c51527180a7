"""Names of the months as datelines write them, and the days they stand in.

Languages: English, Russian, Kazakh, Kyrgyz, Azerbaijani, Turkish, Uzbek, Turkmen, Ukrainian,
German, French, Spanish, Portuguese, Italian, Hungarian, Arabic.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from wirewatch.text.fold import fold_term

_NAMES = """
january jan enero janeiro janvier januar jänner gennaio januar января январь янв қаңтар қаңтары
  yanvar ýanwar yanwar ocak oca січня үчтүн январь qantar január يناير
february feb febrero fevereiro février februar febbraio февраля февраль фев ақпан fevral fewral
  şubat şub лютого aqpan február فبراير
march mar marzo março mars märz марта март мар наурыз mart березня nauryz március مارس
april apr abril avril aprile апреля апрель апр сәуір aprel nisan nis квітня sáuir április أبريل
may mayo maio mai maggio мая май мамыр mayıs maý травня mamyr május مايو
june jun junio junho juin juni giugno июня июнь июн маусым iyun iýun haziran haz червня maýsym június يونيو
july jul julio julho juillet juli luglio июля июль июл шілде iyul iýul temmuz tem липня shilde július يوليو
august aug agosto août августа август авг тамыз avqust avgust awgust ağustos ağu серпня tamyz augusztus أغسطس
september sept sep septiembre setembro septembre settembre сентября сентябрь сен сент қыркүйек
  sentyabr sentabr sentýabr eylül eyl вересня qyrkúıek szeptember سبتمبر
october oct octubre outubro octobre oktober ottobre октября октябрь окт қазан oktyabr oktabr oktýabr ekim eki жовтня qazan október أكتوبر
november nov noviembre novembro novembre ноября ноябрь ноя нояб қараша noyabr noýabr kasım kas листопада qarasha نوفمبر
december dec diciembre dezembro décembre dezember dez dicembre декабря декабрь дек желтоқсан
  dekabr aralık ara грудня jeltoqsan ديسمبر
"""  # noqa: E501 - a table
MONTHS = {
    fold_term(name): number
    for number, names in enumerate(re.findall(r"(?m)^(\w.*(?:\n {2}.*)*)", _NAMES), start=1)
    for name in names.split()
}
"""Month numbers by folded name."""

_MONTH = r"[^\W\d_]{3,12}"
DAY = (
    rf"(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?[ -](?P<m1>{_MONTH})\.?(?:,? (?P<y1>\d{{4}}))?"
    rf"|(?P<m2>{_MONTH})\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:, ?(?P<y2>\d{{4}}))?"
    r"|(?P<d3>\d{1,2})\.(?P<n3>\d{1,2})\.(?P<y3>\d{4}))"
)
"""A day in words or figures, for use inside a larger pattern; read it with `day_of`."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of some year, or of none that is said."""

    month: int
    day: int
    year: int | None


@lru_cache(1_000)
def _month(name: str) -> int | None:
    """Give the number of a month."""
    return MONTHS.get(fold_term(name))


def day_of(found: re.Match[str]) -> Day | None:
    """Read the day in a match of `DAY`; None when the word is no month or the day none of it."""
    if found["d3"]:
        month: int | None = int(found["n3"])
    else:
        month = _month(found["m1"] or found["m2"] or "-")
    day = int(found["d1"] or found["d2"] or found["d3"] or 0)
    year = found["y1"] or found["y2"] or found["y3"]
    if month is None or not 1 <= month <= 12 or not 1 <= day <= 31:  # noqa: PLR2004 - a calendar
        return None
    return Day(month, day, int(year) if year else None)
