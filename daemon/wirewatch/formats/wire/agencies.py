"""News agencies: how they sign, in a dateline and in the story ('…, Trend reports')."""

import re

# Canonical name, then the forms in which stories sign; the case counts, as `trend` is a word.
_FORMS = {
    "Trend": "Trend TREND Тренд",
    "Kazinform": "Kazinform KAZINFORM Qazinform QAZINFORM Казинформ КАЗИНФОРМ ҚазАқпарат"
    " Қазақпарат",
    "AZERTAC": "AZERTAC AzerTAC Azertac AZƏRTAC Azərtac АЗЕРТАДЖ AZERTAG",
    "TASS": "TASS ТАСС",
    "Kabar": "Kabar KABAR Кабар КАБАР",
    "Sputnik": "Sputnik SPUTNIK Спутник",
    "Anadolu": "Anadolu ANADOLU",
    "UzA": "UzA UZA ЎзА УзА O‘zA OʻzA",
    "APA": "APA",
    "Turan": "Turan TURAN",
    "TDH": "TDH ТДХ",
    "Reuters": "Reuters REUTERS",
    "AFP": "AFP",
    "AP": "AP",
    "dpa": "dpa DPA",
    "Xinhua": "Xinhua XINHUA Синьхуа 新华社",
    "Interfax": "Interfax INTERFAX Интерфакс ИНТЕРФАКС",
    "AKIpress": "AKIpress АКИpress",
    "24.kg": "24.kg",
    "EFE": "EFE",
    "ANSA": "ANSA",
    "PTI": "PTI",
    "ANI": "ANI",
    "Kyodo": "Kyodo KYODO",
    "Yonhap": "Yonhap YONHAP",
    "Bernama": "Bernama BERNAMA BERNAMA",
    "Antara": "Antara ANTARA",
    "IRNA": "IRNA",
    "WAM": "WAM",
    "MTI": "MTI",
    "PAP": "PAP",
    "BelTA": "BelTA BELTA БелТА БЕЛТА",
    "Ukrinform": "Ukrinform UKRINFORM Укринформ Укрінформ",
    "Armenpress": "Armenpress ARMENPRESS",
    "KNA": "KNA",
    "Khovar": "Khovar KHOVAR Ховар",
    "MENA": "MENA",
    "QNA": "QNA",
    "UPI": "UPI",
    "Montsame": "Montsame MONTSAME МОНЦАМЭ",
    "BTA": "BTA БТА",
    "ČTK": "ČTK CTK",
    "TASR": "TASR",
    "Hina": "Hina HINA",
    "FENA": "FENA Fena",
    "Tanjug": "Tanjug TANJUG Танјуг",
    "Agerpres": "Agerpres AGERPRES",
    "Moldpres": "Moldpres MOLDPRES",
    "ELTA": "ELTA",
    "BNS": "BNS",
    "LETA": "LETA",
    "Belga": "Belga BELGA",
    "Ritzau": "Ritzau RITZAU",
    "NTB": "NTB",
    "STT": "STT",
    "Lusa": "Lusa LUSA",
    "AMNA": "AMNA",
    "KUNA": "KUNA",
    "SANA": "SANA",
    "Petra": "Petra PETRA",
    "APP": "APP",
    "BSS": "BSS",
    "KCNA": "KCNA",
    "Jiji": "Jiji JIJI",
    "AAP": "AAP",
    "Télam": "Télam",
}
_NAMES = {form: name for name, forms in _FORMS.items() for form in forms.split()} | {
    "Anadolu Agency": "Anadolu",
    "Anadolu Ajansı": "Anadolu",
    "Agência Brasil": "Agência Brasil",
    "Prensa Latina": "Prensa Latina",
    "RIA Novosti": "RIA Novosti",
    "РИА Новости": "RIA Novosti",
    "Associated Press": "AP",
}
_BY_FOLDED_CASE = {form.casefold(): name for form, name in _NAMES.items()}
KNOWN = "|".join(re.escape(form) for form in sorted(_NAMES, key=len, reverse=True))
"""A pattern for any known agency's name as it is written, longest first."""

_BEFORE_VERB = re.compile(
    rf"(?:^(?:As )?|[,;:.\"”»'’–—-] ?|\bciting |\bas )(?:[Tt]he )?(?P<name>{KNOWN})"
    r"(?:['’]s|['’-]?\w{1,4})?(?: (?:[Nn]ews )?[Aa]gency)?"
    r"(?: correspondents?| müxbiri| muhabiri| muxbiri| tilshisi| тілшісі| ءتىلشىسى)?"
    r"(?: in [A-Z]\w+)?(?: has| have)? $"
)
_ENGLISH_VERB = re.compile(r"\b(?:reports|reported|informs|informed|learned)\b")
_VERB = re.compile(
    r"\b(?:reports|reported|informs|informed|learned|xəbər verir|bildirir|məlumat verir|bildirdi"
    r"|haber verdi|aktardı|xabar beradi|xabar qildi|habarlaıdy|хабарлайды|хабарлады|билдирет"
    r"|habar berýär|حابارلايدى)\b"
)
_AFTER_VERB = re.compile(
    r"\b(?:сообщает|сообщил[ао]?|передает|передаёт|передал[ао]?|пишет|информирует|по данным"
    r"|хабарлайды|хабарлады|xabar beradi|xabar qildi|habarlaıdy|حابارلايدى)"
    rf"(?: корреспондент| агентств[оа]| МИА| НИА)* [«\"]?(?P<name>{KNOWN})\b"
)
_LOOK_BACK = 70  # characters before the verb that hold the signature


def canonical(name: str) -> str:
    """Give an agency's usual name, or the name as written when it is not known."""
    name = name.strip()
    return _NAMES.get(name) or _BY_FOLDED_CASE.get(name.casefold()) or name


def is_known(name: str) -> bool:
    """Tell whether this is an agency's name as agencies write it."""
    return name in _NAMES


def attribution(paragraph: str) -> str | None:
    """Find the agency that a paragraph is signed by: 'Trend reports', not 'trend reports'."""
    verbs = _ENGLISH_VERB if paragraph.isascii() else _VERB
    for verb in verbs.finditer(paragraph):
        begin = max(0, verb.start() - _LOOK_BACK)
        signed = _BEFORE_VERB.search(paragraph, begin, verb.start())
        if signed:
            return _NAMES[signed["name"]]
    if paragraph.isascii() and "xabar" not in paragraph:  # none of the verbs can be there
        return None
    found = _AFTER_VERB.search(paragraph)
    return _NAMES[found["name"]] if found else None
