"""Templates: what they are given, what they may do, and that no article writes through them."""

import logging
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from test_render import MESSAGE, hits
from wirewatch.model import Message
from wirewatch.notify.markup import JOINER, Said
from wirewatch.notify.render import render
from wirewatch.notify.template import FAILURES, Source, Style, shipped_sources, written
from wirewatch.notify.values import AlertValues, alert_values
from wirewatch.states import MessageFormat

HOSTILE = '<script>alert(1)</script> **bold** [click](http://evil.example) &lt;b&gt; "q" `code`'


def style(text: str, *more: Source, language: str = "en", url: str = "") -> Style:
    """Give a style with a template of one's own."""
    own = Source("own.j2", "/folder/own.j2", text)
    return Style(language, "own", url, (own, *more))


def values(message: Message = MESSAGE, url: str = "") -> dict[str, object]:
    """Give what a template is given."""
    return alert_values(message, Style(url=url))._asdict()


def put(text: str, form: MessageFormat, message: Message = MESSAGE, url: str = "") -> str:
    """Write a message by a template."""
    return written(style(text, url=url), "alert", form, values(message, url))


class _Tags(HTMLParser):
    """Reads HTML into the tags it has."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]


WAYS = [
    "{{ headline }}",
    "{{ headline|safe }}",
    "{{ headline|e }}",
    "{{ headline|forceescape }}",
    "{{ headline|urlize }}",
    "{{ headline|tojson|safe }}",
    "{{ headline|replace('&lt;', '<') }}",
    "{{ strong(headline)|replace('&lt;', '<')|replace('&gt;', '>') }}",
    "{{ strong(headline)|replace('\\\\', '') }}",
    "{{ strong('a') ~ headline }}",
    "{{ strong('{}').format(headline) }}",
    "{{ (strong('{}')|attr('format'))(headline) }}",
    "{{ strong('%s') % headline }}",
    "{{ strong('%s')|format(headline) }}",
    "{{ strong('')|string + headline }}",
    "{{ strong(',').join([headline, headline]) }}",
    "{{ [strong('a'), headline]|join('<i>') }}",
    "{{ {'class': headline}|xmlattr }}",
    "{% macro say_it() %}{{ headline }}{% endmacro %}{{ say_it() }}",
    "{% set it %}{{ headline }}{% endset %}{{ it }}",
    "{% set it | replace('&lt;', '<') %}{{ headline }}{% endset %}{{ it }}",
    "{% set it | replace('\\\\', '') %}{{ headline }}{% endset %}{{ it }}",
    "{% autoescape true %}{{ headline|safe }}{% endautoescape %}",
    "{% for letter in [headline] %}{{ loop.cycle(letter) }}{% endfor %}",
    "{{ sentences[0] }}",
    "{{ sentences[0]|string }}",
    "{{ sentences }}",
    "{{ say('found', names=headline) }}",
    "{{ listed([headline]) }}{{ dotted(headline, 1) }}{{ quote(headline) }}",
    "{{ linked(headline, headline) }}{{ linked('http://evil.example', headline) }}",
    "{{ headline.split(' ')[0] }}{{ headline[:8] }}{{ headline|upper }}{{ headline|title }}",
]


@pytest.mark.parametrize("way", WAYS)
def test_no_template_lets_an_article_write_markup(way: str) -> None:
    """Whatever a template does with an article's text, it is no tag, no link, no emphasis."""
    body = f"Majilis {HOSTILE}"
    hostile = replace(MESSAGE, headline=HOSTILE, body=body, spans=hits(body, "Majilis"))
    for form in (MessageFormat.HTML, MessageFormat.MARKDOWN):
        try:
            text = put(f"subject\n{way}", form, hostile)
        except FAILURES:
            assert form is MessageFormat.MARKDOWN  # `{` is escaped there: no field
            continue
        html = text if form is MessageFormat.HTML else MarkdownIt("commonmark").render(text)
        ours = {"b", "mark", "strong", "blockquote", "p", "br"}
        assert _Tags(html).tags <= ours
        assert "<strong>bold" not in html
        assert "**bold" not in text or form is MessageFormat.HTML


def test_macros_blocks_and_parents_are_written_once() -> None:
    """What has been written in a channel's markup is not escaped again on its way out."""
    text = (
        "{% extends 'wirewatch/alert.j2' %}"
        "{% block heading %}{{ super() }}{% macro it(x) %}{{ strong(x) }}{% endmacro %}"
        "{% set line %}{{ it('a & b') }} {{ it('c') }}{% endset %}{{ quote(line) }}\n{% endblock %}"
    )
    body = render(replace(MESSAGE, headline="x & y"), MessageFormat.HTML, style(text)).body
    assert "<b>x &amp; y</b>" in body
    assert "<blockquote><b>a &amp; b</b> <b>c</b></blockquote>" in body
    assert MESSAGE.key in body


@pytest.mark.parametrize(
    "text",
    [
        "{{ headline.__class__.__mro__ }}",
        "{{ say.__globals__ }}",
        "{{ ''.__class__ }}",
        "{{ sentences.append(1) }}",
        "{{ nothing }}",
        "{{ headline.nothing }}",
        "{% for n in range(10 ** 9) %}x{% endfor %}",
        "{{ 1 / 0 }}",
        "{% filter upper %}{{ headline }}{% endfilter %}",
        "{% call strong(headline) %}{% endcall %}",
        "{% include 'nothing.j2' %}",
        "{% if %}",
        "{{ say('nothing') }}",
    ],
)
def test_a_template_that_fails_loses_no_alert(text: str, caplog: pytest.LogCaptureFixture) -> None:
    """What a template must not or cannot do ends in the shipped template's words, and in the log."""
    with pytest.raises(FAILURES):
        put(f"subject\n{text}", MessageFormat.TEXT)
    caplog.set_level(logging.WARNING, "wirewatch.templates")
    words = render(MESSAGE, MessageFormat.TEXT, style(f"subject\n{text}", language="de"))
    assert words == render(MESSAGE, MessageFormat.TEXT, Style("de"))
    assert "own" in caplog.text


def test_only_our_own_address_is_a_link() -> None:
    """An alert links to its article's page, by our address and a number, and to nothing else."""
    at = Style(url="https://desk.example/ww")
    assert '<a href="https://desk.example/ww/articles/42">article 42</a>' in (
        render(MESSAGE, MessageFormat.HTML, at).body
    )
    assert "[article 42](<https://desk.example/ww/articles/42>)" in (
        render(MESSAGE, MessageFormat.MARKDOWN, at).body
    )
    text = render(MESSAGE, MessageFormat.TEXT, at).body
    assert "article 42 · https://desk.example/ww/articles/42 · ref 0123456789abcdef" in text
    for form in MessageFormat:
        assert "articles/" not in render(MESSAGE, form).body


def test_an_address_can_be_asked_for_and_written() -> None:
    """A template can tell whether there is a page to link to, and write its address out."""
    way = "subject\n{% if link %}see {{ link }}{% else %}no page{% endif %}"
    assert put(way, MessageFormat.TEXT).endswith("no page")
    at = "https://desk.example"
    assert put(way, MessageFormat.TEXT, url=at).endswith(f"see {at}/articles/42")


def test_a_title_is_plain_whatever_the_form() -> None:
    """A subject has the characters of its text, and no markup of the form that the text has."""
    named = replace(MESSAGE, rule_title="Trade & <tariffs> in *Asia*")
    for form in MessageFormat:
        assert render(named, form).title == "[HIGH] Trade & <tariffs> in *Asia*"


def test_a_title_has_no_line_break() -> None:
    """No text that comes into a subject can add a line to it, and so no header."""
    text = "{{ headline }} {{ place }}\n{{ headline }}"
    forged = replace(MESSAGE, headline="a\r\nBcc: x@example.org", place="b\u2028\x0bc\x85d")
    title = render(forged, MessageFormat.TEXT, style(text)).title
    assert title == f"a Bcc: x@{JOINER}example.{JOINER}org b c d"


def test_a_digest_has_a_template_of_its_own() -> None:
    """`desk.digest.j2` is for digests, `desk.j2` for single alerts; what there is not is shipped."""
    digest = Source(
        "own.digest.j2", "x", "{{ alerts }}\n{% for rule in rules %}{{ rule.title }}{% endfor %}"
    )
    gathered = replace(MESSAGE, gathered=(MESSAGE, replace(MESSAGE, delivery_id=8)))
    both = style("one\n{{ headline }}", digest)
    assert render(gathered, MessageFormat.TEXT, both) == ("2", "Kazakhstan and Azerbaijan")
    assert render(MESSAGE, MessageFormat.TEXT, both) == ("one", "Two chambers sign")
    only = Style(template="own", sources=(digest,))
    assert render(MESSAGE, MessageFormat.TEXT, only) == render(MESSAGE, MessageFormat.TEXT)


def test_a_template_of_a_shipped_name_replaces_it_for_all() -> None:
    """`alert.j2` in one's own folder is for every channel that names no other."""
    mine = Source(
        "alert.j2",
        "x",
        "{% extends 'wirewatch/alert.j2' %}{% block subject %}\nmine\n{% endblock %}",
    )
    assert render(MESSAGE, MessageFormat.TEXT, Style(sources=(mine,))).title == "mine"


def test_what_is_said_is_a_text_of_its_own_kind() -> None:
    """A text in markup stays one only as a whole: what is cut from it is to be escaped again."""
    said = Said("<b>")
    assert type(said[:2]) is type(said + "x") is type(said.upper()) is str


def test_values_are_frozen_and_few() -> None:
    """Templates are given named values, nothing with a way to the store or to secrets."""
    given = values()
    assert set(given) == set(AlertValues._fields)
    for value in given.values():
        assert isinstance(value, str | int | tuple), value
    assert {source.name for source in shipped_sources()} == {"alert.j2", "digest.j2", "page.j2"}


def test_spellings_are_said_once_each() -> None:
    """What was found is listed as it is spelled, once, whatever its case, a handful at most."""
    body = "Majilis met. MAJILIS met. Мажилис met. " + " ".join(f"Name{n} x." for n in range(9))
    spans = hits(body, "Majilis", "MAJILIS", "Мажилис", *(f"Name{n}" for n in range(9)))
    found = values(replace(MESSAGE, body=body, spans=spans))["spellings"]
    assert found == ("Majilis", "Мажилис", "Name0", "Name1", "Name2", "Name3")
