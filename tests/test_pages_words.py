"""The words of the pages: the same in all languages, all that templates say, and nothing more."""

import re
import string
import tomllib
from pathlib import Path

import pytest

from wirewatch.notify.words import PLURALS
from wirewatch.pages.analysts import questions
from wirewatch.pages.choices import LIGHTS
from wirewatch.pages.plugin import FOLDER, PAGES
from wirewatch.pages.wording import LANGUAGES, wording
from wirewatch.states import WITHDRAWN, DeliveryState, FileState, Severity

TEMPLATES = {
    path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "templates").glob("*.html")
}
CODE = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
ENGLISH = wording("en")
FORMS = {
    "severity_": [*Severity], "delivery_": [*DeliveryState], "file_": [*FileState],
    "status_": [*WITHDRAWN], "stopped_": ["time", "number"], "light_": [*LIGHTS], "unit_": ["d", "h", "min", "s"],
    "menu_": [*(page.name for page in PAGES if page.in_menu), "tables"],
    "trends_day_": range(1, 8), "enter_": ["title", "token", "button", "why"],
}  # fmt: skip


def fields(text: str) -> set[str]:
    """Give the names of what is put into a phrase."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same(language: str) -> None:
    """Each catalogue has the same keys, with the same values in them, and the plurals it needs."""
    words = wording(language)
    assert words.phrases.keys() == ENGLISH.phrases.keys()
    assert words.counts.keys() == ENGLISH.counts.keys()
    for key, text in words.phrases.items():
        assert text.strip(), key
        assert fields(text) == fields(ENGLISH.phrases[key]), key
    for key, forms in words.counts.items():
        for number in range(120):
            form = forms.get(PLURALS[language](number), forms["other"])
            assert "{n}" in form, key


@pytest.mark.parametrize("language", set(LANGUAGES) - {"en"})
def test_translations_are_translated(language: str) -> None:
    """Hardly a phrase is the English one."""
    same = [key for key, text in wording(language).phrases.items() if text == ENGLISH.phrases[key]]
    assert set(same) <= {"enter_title", "menu_wire", "span"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_say_only_what_is_in_the_catalogue(name: str) -> None:
    """Each phrase that a template asks for is there."""
    for key in re.findall(r'say\(\s*["\'](\w+)["\']\s*[,)]', TEMPLATES[name]):
        assert key in ENGLISH.phrases, key
    for key in re.findall(r'say\.count\(["\'](\w+)["\']', TEMPLATES[name]):
        assert key in ENGLISH.counts, key
    for prefix in re.findall(r'say\(\s*["\'](\w+)["\']\s*~', TEMPLATES[name]):
        for one in FORMS[prefix]:
            assert f"{prefix}{one}" in ENGLISH.phrases


def test_no_phrase_is_without_use() -> None:
    """Each phrase is said somewhere."""
    said = "".join(TEMPLATES.values()) + CODE
    formed = {f"{prefix}{one}" for prefix, forms in FORMS.items() for one in forms}
    unused = [
        key
        for key in ENGLISH.phrases
        if key not in formed and not re.search(rf'["\']{key}["\']', said)
    ]
    assert unused == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_hold_no_words_of_their_own(name: str) -> None:
    """What people read comes from the catalogue: between tags stand names, marks and values only."""
    text = re.sub(
        r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<kbd>.*?</kbd>", "", TEMPLATES[name], flags=re.DOTALL
    )
    text = re.sub(
        r"<style.*?</style>|<script.*?</script>|<[^>]*>|&\w+;", " ", text, flags=re.DOTALL
    )
    words = set(re.findall(r"[^\W\d_]{2,}", text))
    assert words <= {"Wirewatch", "Datasette", "ms"}, words


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_need_no_inline_script_or_style(name: str) -> None:
    """Ours run under a policy that allows neither; nothing is loaded from elsewhere."""
    text = TEMPLATES[name]
    assert not re.search(r"\son\w+=|\sstyle=|javascript:|\|\s*safe", text)
    for script in re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", text):
        assert script == "{{ body_script.script }}"
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!datasette\.io)', text)


def test_the_questions_are_those_of_the_docs() -> None:
    """What is offered beside the tables stands in docs/query.md, word for word."""
    page = (Path(__file__).parents[1] / "docs" / "query.md").read_text(encoding="utf-8")
    found = re.findall(r"^## ([^\n]*\?)\n.*?```sql\n(.*?)```", page, re.DOTALL | re.MULTILINE)
    assert [(one["title"], one["sql"]) for one in questions().values()] == found


def test_catalogues_are_toml_without_doubles() -> None:
    """Each can be read, and no key stands in it twice."""
    for path in (FOLDER / "words").glob("*.toml"):
        assert path.stem in LANGUAGES
        tomllib.loads(path.read_text(encoding="utf-8"))
