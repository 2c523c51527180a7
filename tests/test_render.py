"""An alert in words: what it says, what is marked, and that articles cannot write its markup."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from conftest import START
from wirewatch.model import Message, Span
from wirewatch.notify.fit import Room
from wirewatch.notify.letter import letters
from wirewatch.notify.markup import JOINER, MARKUPS, around
from wirewatch.notify.outage import outage_message
from wirewatch.notify.render import Manner, render
from wirewatch.notify.trial import trial_message
from wirewatch.states import MessageFormat, Severity

BODY = (
    "The Majilis met on Monday. Nobody else did. "
    "Later the Majilis and the Milli Majlis signed a paper."
)
MARKS = {
    MessageFormat.TEXT: ("»", "«"),
    MessageFormat.MARKDOWN: ("**", "**"),
    MessageFormat.HTML: ("<mark>", "</mark>"),
}
FORMATS = list(MessageFormat)
INVISIBLE = "\x00\x07\x1b\x7f\x9b\u202a\u202e\u2066\u2069"


def hits(text: str, *words: str, zone: str = "body") -> tuple[Span, ...]:
    """Give the span of every occurrence of some words, in reading order."""
    pattern = "|".join(map(re.escape, words))
    return tuple(Span(zone, *found.span()) for found in re.finditer(pattern, text))


MESSAGE = Message(
    delivery_id=7,
    alert_id=5,
    channel="desk",
    key="0123456789abcdef",
    attempts=0,
    created=START,
    repeat_possible=False,
    rule="kz-az",
    rule_title="Kazakhstan and Azerbaijan",
    severity=Severity.HIGH,
    article_id=42,
    headline="Two chambers sign",
    title="",
    dateline="",
    body=BODY,
    spans=hits(BODY, "Majilis", "Milli Majlis"),
    place="Astana",
    agency="Kazinform",
    published="2026-03-02",
    source="wires",
    path="in/story.txt",
)


class _Reader(HTMLParser):
    """Reads HTML into the tags it has and the text that a person sees."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag + "".join(f" {name}" for name, _ in attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def commonmark(source: str) -> _Reader:
    """Read Markdown as most services do."""
    return _Reader(MarkdownIt("commonmark").render(source))


@pytest.mark.parametrize("form", FORMATS)
def test_a_message_says_what_where_when_and_from_which_file(form: MessageFormat) -> None:
    """Each format has severity, rule, headline, place, agency, date, file, and the key as it is."""
    words = render(MESSAGE, form)
    assert words.title == "[HIGH] Kazakhstan and Azerbaijan"
    shown = html.unescape(words.body).replace("\\", "")
    for part in ("Two chambers sign", "Astana · Kazinform · 2026-03-02", "kz-az", "in/story.txt"):
        assert part in shown
    assert "article 42 · ref 0123456789abcdef" in words.body.replace("\\", "")
    assert "repeat" not in words.body


@pytest.mark.parametrize("form", FORMATS)
def test_the_matching_sentences_are_shown_with_every_hit_marked(form: MessageFormat) -> None:
    """The sentences that hold hits are quoted, in order, each hit marked; the others are not."""
    body = render(MESSAGE, form).body
    before, after = MARKS[form]
    assert f"The {before}Majilis{after} met on Monday." in body
    assert f"Later the {before}Majilis{after} and the {before}Milli Majlis{after} signed" in body
    assert "Nobody else" not in body


@pytest.mark.parametrize("form", FORMATS)
def test_a_possible_repeat_says_so(form: MessageFormat) -> None:
    """A message that may have come before says so beside the key by which to tell."""
    body = render(replace(MESSAGE, repeat_possible=True), form).body
    assert "0123456789abcdef; may be a repeat" in body


def test_the_text_is_laid_out_as_it_should_be() -> None:
    """Plain text reads well as it stands."""
    assert render(MESSAGE, MessageFormat.TEXT).body.splitlines() == [
        "Two chambers sign",
        "Astana · Kazinform · 2026-03-02",
        "  The »Majilis« met on Monday.",
        "  Later the »Majilis« and the »Milli Majlis« signed a paper.",
        "found Majilis, Milli Majlis",
        "rule kz-az · file wires/in/story.txt",
        "article 42 · ref 0123456789abcdef",
    ]


def test_markdown_keeps_quotes_apart_from_what_follows() -> None:
    """Read as Markdown, the quoted sentences are a quotation and the lines after it are none."""
    page = MarkdownIt("commonmark").render(render(MESSAGE, MessageFormat.MARKDOWN).body)
    quoted = "".join(re.findall("<blockquote>(.*?)</blockquote>", page, re.DOTALL))
    assert "<strong>Majilis</strong> met on Monday" in quoted
    assert "0123456789abcdef" in page
    assert "0123456789abcdef" not in quoted


def test_what_is_not_known_leaves_no_gap() -> None:
    """Without place, agency and date there is no line for them."""
    bare = replace(MESSAGE, place=None, agency=None, published=None, spans=())
    assert render(bare, MessageFormat.TEXT).body.splitlines()[1].startswith("rule kz-az")


def test_hits_in_a_title_of_its_own_are_marked() -> None:
    """A title is quoted where the headline does not show it, or where all the hits are in it."""
    title = "Majilis elects speaker"
    titled = replace(MESSAGE, title=title, headline=title)
    only = replace(titled, spans=hits(title, "Majilis", zone="title"))
    assert "  »Majilis« elects speaker" in render(only, MessageFormat.TEXT).body
    both = replace(titled, spans=(*only.spans, *MESSAGE.spans))
    assert render(both, MessageFormat.TEXT).body.count("elects speaker") == 1
    other = replace(both, headline="Another heading")
    assert "  »Majilis« elects speaker" in render(other, MessageFormat.TEXT).body


def test_hits_that_overlap_are_marked_once() -> None:
    """Of overlapping hits the first is marked, and no letter is written twice."""
    body = "The Milli Majlis met."
    spans = (*hits(body, "Milli Majlis"), *hits(body, "Majlis met"))
    shown = render(replace(MESSAGE, body=body, spans=spans), MessageFormat.TEXT).body
    assert "  The »Milli Majlis« met.\n" in shown


def test_at_most_four_sentences_are_quoted() -> None:
    """A long article with many hits is quoted by its first four matching sentences."""
    body = " ".join(f"Majilis sat on day {number} again." for number in range(9))
    lines = render(
        replace(MESSAGE, body=body, spans=hits(body, "Majilis")), MessageFormat.TEXT
    ).body
    quoted = [line for line in lines.splitlines() if line.startswith("  ")]
    assert quoted == [f"  »Majilis« sat on day {number} again." for number in range(4)]


@pytest.mark.parametrize("place", [0, 250, 5_000, 9_990])
def test_an_endless_sentence_is_cut_around_its_hit(place: int) -> None:
    """Of a sentence without end some hundred letters are quoted, with the hit marked among them."""
    body = ("word " * 2_000)[:place] + "Majilis" + (" word" * 2_000)[: 10_000 - place]
    message = replace(MESSAGE, body=body, spans=hits(body, "Majilis"))
    [quoted] = [
        line
        for line in render(message, MessageFormat.TEXT).body.splitlines()
        if line.startswith("  ")
    ]
    assert "»Majilis«" in quoted
    assert len(quoted) < 450


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_name_cannot_forge_a_line(form: MessageFormat) -> None:
    """A line break in a file's name does not begin a line of the message."""
    forged = replace(MESSAGE, path="a\nref ffffffffffffffff\r\nb\u2028c")
    lines = [len(render(one, form).body.splitlines()) for one in (MESSAGE, forged)]
    assert lines[0] == lines[1]


NASTY = st.lists(
    st.sampled_from(["<b>", "</mark>", "**", "__", "`", "[x](http://e)", "![x](y)", "<http://e>"])
    | st.sampled_from([*INVISIBLE, *"<>&\"'*_`[]()#+!|~\\@ aé»«"]),
    max_size=12,
).map(lambda parts: "x" + "".join(parts) + "x")


def nasty(text: str) -> Message:
    """Write a text into every field that comes from an article or its file."""
    body = f"{text} Majilis {text}"
    return replace(
        MESSAGE,
        headline=text,
        title="",
        body=body,
        spans=hits(body, "Majilis"),
        place=text,
        agency=text,
        published=text,
        path=text,
        source="wires",
    )


@settings(max_examples=150, deadline=None)
@given(NASTY, st.sampled_from(FORMATS))
@example(INVISIBLE, MessageFormat.TEXT)
def test_nothing_invisible_gets_through(text: str, form: MessageFormat) -> None:
    """Control characters and marks that turn the direction of text reach no message."""
    words = render(replace(nasty(text), rule_title=text), form)
    assert not set(words.title + words.body) & set(INVISIBLE)


@settings(max_examples=150, deadline=None)
@given(NASTY)
@example('<img src=x onerror="alert(1)">')
@example("</blockquote><script>")
def test_no_article_writes_html(text: str) -> None:
    """In HTML the only tags are the message's own, and the article's text reads as it was written."""
    reader = _Reader(render(nasty(text), MessageFormat.HTML).body.replace(JOINER, ""))
    assert reader.tags <= {"b", "br", "blockquote", "mark"}
    plain = "".join(char for char in text if char not in INVISIBLE)
    assert reader.text.startswith(plain + "\n")


@settings(max_examples=150, deadline=None)
@given(NASTY)
@example("[click](http://evil.example)")
@example("# heading\\")
@example("- x")
@example("=x")
@example("7. x")
@example("    x")
def test_no_article_writes_markdown(text: str) -> None:
    """Markdown of an article's own shows as the characters it is made of: no link, image or code."""
    reader = commonmark(render(nasty(text), MessageFormat.MARKDOWN).body.replace(JOINER, ""))
    assert reader.tags <= {"p", "strong", "blockquote"}
    plain = "".join(char for char in text if char not in INVISIBLE).strip()
    assert reader.text.startswith(plain)


@pytest.mark.parametrize("form", FORMATS)
def test_the_test_message_says_that_it_is_one(form: MessageFormat) -> None:
    """The message of a channel's test looks like an alert, has a key, and says it is a test."""
    words = render(trial_message("desk", START), form)
    before, after = MARKS[form]
    assert "Test message" in words.title
    assert f"{before}marks what was found{after}" in words.body
    assert "test-20260302120000" in words.body


def test_an_alarm_says_what_is_the_matter_and_no_more() -> None:
    """An alarm has no article: no number of one, no file, and no empty line, in any markup."""
    alarm = outage_message("desk", START, "nothing can be stored: the disk is full")
    for form, markup in MARKUPS.items():
        title, body = render(alarm, form)
        assert title == "[CRITICAL] Wirewatch: store-unavailable"
        said = around(markup.strong, "nothing can be stored: the disk is full")
        assert body.split(markup.newline) == [said, f"ref {alarm.key}"]


@pytest.mark.parametrize("is_mail", [False, True])
def test_gathered_alarms_say_no_more(*, is_mail: bool) -> None:
    """In a digest, and on its page, an alarm has neither number nor file, and leaves no gap."""
    alarms = [outage_message("desk", START, f"alarm {number}") for number in range(2)]
    message = replace(alarms[0], key="0" * 16, gathered=tuple(alarms))
    for form, markup in MARKUPS.items():
        [letter] = letters(message, Manner(form), Room(), is_mail=is_mail)
        for text in filter(None, (letter.body, letter.beside)):
            assert not re.search(r"article|file|None|· *·|> *·|<div[^>]*></div>", text)
            gap = "\n" if form is not MessageFormat.MARKDOWN else "\n\n"
            assert all(line.strip() for line in text.split(gap))
            assert text.count(f"ref {alarms[0].key}") == 2
        if not is_mail:
            said = letter.body.split(markup.newline)
            assert said[1:3] == [
                around(markup.quote, f"alarm {number} · ref {alarms[0].key}") for number in range(2)
            ]


@pytest.mark.parametrize("form", FORMATS)
def test_a_condition_and_an_escalation_are_said(form: MessageFormat) -> None:
    """What rings over time says so in a line, and so does what nobody has acknowledged."""
    told = replace(MESSAGE, said="5 articles within 1 h, **not** 2", escalation=True)
    lines = render(told, form).body.split(MARKUPS[form].newline)
    assert lines[2:4] == [
        MARKUPS[form].written("5 articles within 1 h, **not** 2"),
        "Nobody has acknowledged this alert.",
    ]
    plainly = render(MESSAGE, form).body.split(MARKUPS[form].newline)
    assert lines[:2] + lines[4:] == plainly
