"""How channels are written to: languages and templates of the configuration, tried before use."""

import os

import pytest

from conftest import STORY, ManualClock, Receiver, Site, Wirewatch
from wirewatch.deployment import Deployment, files_of, load_deployment
from wirewatch.errors import ConfigError, Fault
from wirewatch.reload import Reloading
from wirewatch.store.database import Store

TEMPLATES = '[templates]\npath = "templates"\n'
GOOD = "{% extends 'wirewatch/alert.j2' %}"


def write(site: Site, receiver: Receiver, extra: str = "", **templates: str) -> None:
    """Write a configuration with keys of its channel, and templates by name (`_` for a dot)."""
    site.write(f"json://{receiver.host}/hook", extra + TEMPLATES)
    folder = site.folder / "templates"
    folder.mkdir(exist_ok=True)
    for name, text in templates.items():
        (folder / f"{name.replace('_', '.')}.j2").write_text(text)


def faults(site: Site) -> list[Fault]:
    """Give what is wrong with a site's configuration."""
    with pytest.raises(ConfigError) as caught:
        load_deployment(site.config)
    return list(caught.value.faults)


def test_a_channel_has_its_language_template_and_pages(site: Site, receiver: Receiver) -> None:
    """The keys of a channel, and where the web pages are, end where messages are written."""
    keys = 'template = "desk"\nlanguage = "ru"\n[web]\nurl = "https://desk.example/ww/"\n'
    write(site, receiver, keys, desk=GOOD)
    style = load_deployment(site.config).channels["desk"].style
    assert (style.language, style.template, style.url) == ("ru", "desk", "https://desk.example/ww")
    assert [source.name for source in style.sources] == ["desk.j2"]


def test_without_keys_a_channel_is_as_shipped(site: Site) -> None:
    """English, the shipped templates, and no links."""
    style = load_deployment(site.config).channels["desk"].style
    assert (style.language, style.template, style.url, style.sources) == ("en", "", "", ())


def test_unknown_names_have_the_nearest(site: Site, receiver: Receiver) -> None:
    """A language and a template that there are not are told with what may be meant."""
    write(site, receiver, 'template = "dsk"\nlanguage = "rus"\n', desk=GOOD)
    language, template = faults(site)
    assert str(language).endswith("channel[1].language: unknown language 'rus'; did you mean 'ru'?")
    assert str(template).endswith(
        "channel[1].template: unknown template 'dsk'; did you mean 'desk'?"
    )


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("subject\n{{ ref }}\n{% if %}", 3, "Expected an expression"),
        ("subject\n{{ ref }}\n\n{{ hedline }}", 4, "there is no 'hedline'"),
        ("subject\n{{ ref }}{% if newer %}\n{{ hedline }}{% endif %}", 3, "there is no 'hedline'"),
        ("subject\n{{ ref }}\n{{ rule.nothing }}", 3, "no attribute 'nothing'"),
        ("subject\n{{ ref }}\n{{ 1 / newer }}", 3, "division by zero"),
        ("subject\n{{ ref }}\n{{ headline.__class__ }}", 3, "unsafe"),
        ("subject\n{{ ref }}\n{{ say('nothing') }}", 3, "nothing"),
        ("subject\n{% filter upper %}{{ ref }}{% endfilter %}", 2, "'filter' block is not taken"),
        ("{% extends 'nothing.j2' %}", 1, "there is no template nothing.j2"),
        ("subject\n{{ headline }}", 1, "leaves a `ref` out"),
        ("subject", 1, "the first line is the subject"),
    ],
)
def test_a_faulty_template_is_told_with_its_line(
    site: Site, receiver: Receiver, text: str, line: int, problem: str
) -> None:
    """Whatever is wrong with a template is found when it is loaded, with file and line."""
    write(site, receiver, 'template = "desk"\n', desk=text)
    [fault] = faults(site)
    assert fault.place == f"{site.folder / 'templates' / 'desk.j2'}: line {line}"
    assert problem in fault.problem
    assert fault.remedy


def test_an_unknown_value_has_the_nearest(site: Site, receiver: Receiver) -> None:
    """A value's name that is misspelled is told with the one that may be meant."""
    write(site, receiver, desk="subject\n{{ ref }} {{ hedline }}")
    [fault] = faults(site)
    assert fault.remedy == "did you mean 'headline'?"


def test_a_digest_must_name_every_alert(site: Site, receiver: Receiver) -> None:
    """A digest's template that leaves an alert out is at fault, though it be well written."""
    text = "subject\n{{ ref }}{% for rule in rules %}{{ rule.alerts[0].ref }}{% endfor %}"
    write(site, receiver, 'template = "desk"\n', desk_digest=text)
    [fault] = faults(site)
    assert "desk.digest.j2" in fault.place
    assert "ref" in fault.problem


def test_a_page_is_tried_too(site: Site, receiver: Receiver) -> None:
    """The template of a page is tried with and without a chart."""
    text = (
        "{% extends 'wirewatch/page.j2' %}{% block chart %}{% if not chart %}{{ nothing }}"
        "{% endif %}{% endblock %}"
    )
    write(site, receiver, 'template = "desk"\n', desk_page=text)
    [fault] = faults(site)
    assert "desk.page.j2: line 1" in fault.place


def test_every_fault_is_told_at_once(site: Site, receiver: Receiver, wirewatch: Wirewatch) -> None:
    """Faults of templates, languages, rules and addresses come together, and `check` shows them."""
    keys = 'language = "xx"\n[web]\nurl = "javascript:alert(1)"\n'
    write(site, receiver, keys, one="{% if %}", two="subject\n{{ nothing }} {{ ref }}")
    (site.folder / "rules.toml").write_text('[[rule]]\nname = "r"\nquery = "("\n')
    ran = wirewatch("check")
    assert ran.code == 2
    for said in ("one.j2: line 1", "two.j2: line 2", "language 'xx'", "web.url", "rule[1].query"):
        assert said in ran.err


@pytest.mark.parametrize(
    "url",
    ["ftp://x", "desk.example", "https://a b", "https://x/?q=1", "https://x/<b>", "https://x)"],
)
def test_an_address_that_is_none(site: Site, receiver: Receiver, url: str) -> None:
    """Only an http or https address, without anything that a markup acts on, is taken."""
    write(site, receiver, f'[web]\nurl = "{url}"\n')
    [fault] = faults(site)
    assert "web.url" in fault.place
    assert "https://desk.example.org" in fault.remedy


def test_a_folder_that_is_not_there(site: Site) -> None:
    """A folder of templates that does not exist is at fault."""
    site.write("json://127.0.0.1/x", TEMPLATES)
    [fault] = faults(site)
    assert "templates.path" in fault.place


def test_a_template_that_is_no_text(site: Site, receiver: Receiver) -> None:
    """A template that is not UTF-8 is at fault."""
    write(site, receiver)
    (site.folder / "templates" / "desk.j2").write_bytes(b"\xff")
    [fault] = faults(site)
    assert fault.remedy == "save the file as UTF-8"


def test_a_changed_template_is_taken_in(
    site: Site, receiver: Receiver, clock: ManualClock, store: Store
) -> None:
    """A template that is changed or added is loaded anew; a faulty one leaves the old at work."""
    write(site, receiver, 'template = "desk"\n', desk=GOOD)
    swapped: list[Deployment] = []
    reloading = Reloading(site.config, load_deployment(site.config), store, clock, swapped.append)
    file = site.folder / "templates" / "desk.j2"
    for text in ("mine\n{{ ref }}", "mine\n{{ nothing }}"):
        file.write_text(text)
        status = file.stat()
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))
        assert str(file) in [path for path, _, _ in files_of(site.config)]
        reloading.look()
        reloading.look()
        [one] = swapped
        assert one.channels["desk"].style.sources[0].text == "mine\n{{ ref }}"


def test_equal_templates_make_equal_channels(site: Site, receiver: Receiver) -> None:
    """A reload that changes no template leaves the lanes of channels as they are."""
    write(site, receiver, 'template = "desk"\n', desk=GOOD)
    assert load_deployment(site.config).channels == load_deployment(site.config).channels


def test_a_message_goes_out_by_its_template(
    site: Site, receiver: Receiver, wirewatch: Wirewatch
) -> None:
    """From the file to the service: a channel's own words in its own language."""
    own = GOOD + "{% block subject %}\nMine: {{ say(severity) }}\n{% endblock %}"
    write(site, receiver, 'template = "desk"\nlanguage = "de"\n', desk=own)
    (site.folder / "story.txt").write_text(STORY)
    assert wirewatch("ingest", site.folder / "story.txt", "--deliver").code == 0
    [got] = receiver.wait_for("/hook")
    assert '"title": "Mine: HOCH"' in got.body
    assert "Regel kz-az" in got.body
