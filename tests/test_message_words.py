"""The words of messages: every language says everything, with the plurals it has."""

from dataclasses import replace
from string import Formatter

import pytest

from test_render import MESSAGE
from wirewatch.notify.render import render
from wirewatch.notify.template import Style
from wirewatch.notify.words import PLURALS, languages, phrases, words_of
from wirewatch.states import MessageFormat, Recall, Severity


def fields(text: str) -> set[str]:
    """Give the names of the values that a phrase takes."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_languages_are_those_that_have_plurals() -> None:
    """Each language that there are words of has a rule for its plurals, and the other way round."""
    assert set(languages()) == set(PLURALS) >= {"en", "de", "fr", "ru", "tr", "az", "kk"}


@pytest.mark.parametrize("language", languages())
def test_every_language_says_everything(language: str) -> None:
    """A catalogue has the phrases and counts of the English one, with the same values in them."""
    english, words = words_of("en"), words_of(language)
    for key, text in words.model_dump(exclude={"counts"}).items():
        assert text.strip() == text != ""
        assert fields(text) == fields(getattr(english, key)), key
    assert set(words.counts) == set(english.counts)
    wanted = {PLURALS[language](n) for n in range(200)} | {"other"}
    for key, forms in words.counts.items():
        assert set(forms) == wanted, key
        assert all(fields(text) == {"n"} for text in forms.values()), key


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("en", 1, "+1 outlet"),
        ("en", 2, "+2 outlets"),
        ("en", 0, "+0 outlets"),
        ("fr", 0, "+0 média"),
        ("fr", 2, "+2 médias"),
        ("ru", 1, "+1 издание"),
        ("ru", 3, "+3 издания"),
        ("ru", 5, "+5 изданий"),
        ("ru", 10, "+10 изданий"),
        ("ru", 11, "+11 изданий"),
        ("ru", 14, "+14 изданий"),
        ("ru", 21, "+21 издание"),
        ("ru", 22, "+22 издания"),
        ("ru", 111, "+111 изданий"),
        ("kk", 1, "+1 басылым"),
        ("tr", 7, "+7 yayın"),
    ],
)
def test_a_count_is_said_as_people_say_it(language: str, number: int, said: str) -> None:
    """The form of a noun follows the number, by the language's own rule."""
    assert phrases(language, MessageFormat.TEXT).count("outlets", number) == said


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("form", MessageFormat)
def test_a_message_is_all_in_one_language(language: str, form: MessageFormat) -> None:
    """Nothing of another language is left in a message that says all there is to say."""
    full = replace(
        MESSAGE, recall=Recall.CORRECTED, earlier="Old. " * 3, embargo="2026-03-04", newer=3,
        outlets=2, held=5, repeat_possible=True, severity=Severity.CRITICAL,
    )  # fmt: skip
    said = "\n".join(render(full, form, Style(language)))
    english = "\n".join(render(full, form))
    for words in ("EMBARGOED", "CORRECTED", "Version 3", "outlets", "more alerts wait", "found "):
        assert (words in said) is (language == "en"), words
        assert words in english


def test_words_are_escaped_as_all_else_is() -> None:
    """A phrase with characters that a form acts on shows as it is written."""
    assert phrases("en", MessageFormat.MARKDOWN).count("outlets", 2) == r"\+2 outlets"
    assert phrases("en", MessageFormat.TEXT).count("outlets", 2) == "+2 outlets"
