"""Templates: the door to Jinja2, in its sandbox.

What templates are given is raw, and is written in the channel's markup when it is put out, whatever
filters it went through: a template can neither forget to escape nor take the escapes away.
"""

import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import (
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    meta,
    nodes,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from wirewatch.notify.markup import MARKUPS, Link, Markup, Said, around, dotted
from wirewatch.notify.words import ENGLISH, phrases
from wirewatch.states import MessageFormat

_FOLDER = Path(str(resources.files("wirewatch"))) / "defaults" / "templates"
_SHIPPED = "wirewatch/"
_ENDING = ".j2"
_SPOKEN = ("say", "count")  # which speak a channel's language
KINDS = ("alert", "digest", "page")
"""What there are templates for: one alert, several, and several as a page of a mail."""

FAILURES = (
    TemplateError, ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError,
    TypeError, ValueError,
)  # fmt: skip
"""What a template may come to that is wrong."""


class Source(NamedTuple):
    """A template's text: by what name it is known, and where it is written."""

    name: str
    path: str
    text: str


class Style(NamedTuple):
    """How a channel's messages are written.

    `template` names files of `sources`, which are one's own; `url` is where the web pages are, and
    with the `seal` of the store links lead there to take alerts on.
    """

    language: str = ENGLISH
    template: str = ""
    url: str = ""
    sources: tuple[Source, ...] = ()
    seal: bytes = b""

    @property
    def shipped(self) -> "Style":
        """Give the style with the templates that come with Wirewatch."""
        return self._replace(template="", sources=())

    def __repr__(self) -> str:
        """Show all but the seal."""
        return f"Style({self.language!r}, {self.template!r}, {self.url!r})"


class Failure(NamedTuple):
    """Why a template cannot be used: where it is, the line, and what is wrong."""

    path: str
    line: int
    problem: str


def written(style: Style, kind: str, form: MessageFormat, values: Mapping[str, object]) -> str:
    """Write a message by a template: `alert`, `digest` or `page`.

    Raises what a template may come to, `FAILURES`.
    """
    environment = _environment(style.sources, form)
    said = phrases(style.language, form)
    template = environment.get_template(_name(style, kind))
    return template.render(values, say=said.say, count=said.count)


def compile_templates(style: Style) -> None:
    """Compile the templates of a style, so that no message waits for it."""
    for form in MessageFormat:
        for kind in KINDS:
            _environment(style.sources, form).get_template(_name(style, kind))


def _name(style: Style, kind: str) -> str:
    """Name the template of a kind: a channel's own if it has one."""
    own = f"{style.template}{_ENDING}" if kind == "alert" else f"{style.template}.{kind}{_ENDING}"
    has_own = style.template and any(source.name == own for source in style.sources)
    return own if has_own else f"{kind}{_ENDING}"


@lru_cache(maxsize=1)
def shipped_sources() -> tuple[Source, ...]:
    """Read the templates that come with Wirewatch."""
    return sources_of(_FOLDER)


def sources_of(folder: Path) -> tuple[Source, ...]:
    """Read the templates of a folder. Raises OSError and UnicodeDecodeError."""
    return tuple(
        Source(file.name, str(file), file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob(f"*{_ENDING}"))
    )


def template_names(sources: Iterable[Source]) -> list[str]:
    """Give what channels may name: `desk` for any of desk.j2, desk.digest.j2 and desk.page.j2."""
    names = (source.name.removesuffix(_ENDING) for source in sources)
    return sorted({name.removesuffix(".digest").removesuffix(".page") for name in names})


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which all that is put out is written in one markup."""

    concat = staticmethod(lambda parts: Said("".join(parts)))  # of blocks, macros and parents

    def __init__(self, sources: Iterable[Source], markup: Markup) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            undefined=StrictUndefined,
            finalize=markup.written,
            loader=FunctionLoader(_loading(sources)),
            auto_reload=False,
        )
        self.globals.update(functions(markup))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:  # noqa: ANN401 - as Jinja2 has it
        """Let what a text in markup formats be no markup by that."""
        wrapped = super().wrap_str_format(value)
        return wrapped and (lambda *values, **named: str.__str__(wrapped(*values, **named)))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Parse a template; refuse blocks whose output Jinja2 does not pass through `finalize`."""
        tree = super()._parse(source, name, filename)
        for kind, said in ((nodes.FilterBlock, "filter"), (nodes.CallBlock, "call")):
            for node in tree.find_all(kind):
                problem = f"a '{said}' block is not taken: write {{{{ … }}}}"
                raise TemplateSyntaxError(problem, node.lineno, name, filename)
        return tree


@lru_cache(maxsize=32)
def _environment(sources: tuple[Source, ...], form: MessageFormat) -> _Environment:
    """Give the environment in which templates are compiled, each once."""
    return _Environment(sources, MARKUPS[form])


def _loading(sources: Iterable[Source]) -> Callable[[str], tuple[str, str, None] | None]:
    """Give what finds a template by name: one's own first, those that are shipped by a prefix."""
    known = {source.name: source for source in shipped_sources()}
    known |= {f"{_SHIPPED}{name}": source for name, source in known.items()}
    known |= {source.name: source for source in sources}

    def load(name: str) -> tuple[str, str, None] | None:
        source = known.get(name)
        return source and (source.text, source.path, None)

    return load


def functions(markup: Markup) -> dict[str, Any]:
    """Give the functions of templates, beside `say` and `count`."""

    def joined(values: Iterable[object]) -> Said:
        return Said(" ".join("".join(map(markup.written, values)).split("\n")).strip())

    def strong(*values: object) -> Said:
        return Said(around(markup.strong, joined(values)))

    def quote(*values: object) -> Said:
        return Said(around(markup.quote, joined(values)))

    def beside(*values: object) -> Said:
        return dotted(markup.written(value) for value in values if value)

    def listed(values: Iterable[object]) -> Said:
        return Said(", ".join(map(markup.written, values)))

    def linked(link: object, label: object) -> Said:
        shown = joined([label])
        if isinstance(link, Link) and link:
            return Said(markup.link(shown, link.address))
        return shown

    return {
        "strong": strong, "quote": quote, "dotted": beside, "listed": listed, "linked": linked,
    }  # fmt: skip


def defects(source: Source, values: Iterable[str], sources: tuple[Source, ...]) -> list[Failure]:
    """Find what is wrong with a template as it is written: its syntax, and names that are unknown.

    `values` names what templates are given.
    """
    environment = _environment(sources, MessageFormat.TEXT)
    try:
        tree = environment.parse(source.text, source.name, source.path)
        unknown = meta.find_undeclared_variables(tree)
        environment.compile(source.text, source.name, source.path)
    except TemplateError as error:
        return [failure_of(error, source)]
    unknown -= {*values, *environment.globals, *_SPOKEN}
    lines = {name: _line_of(tree, name) for name in unknown}
    return [Failure(source.path, lines[name], f"there is no {name!r}") for name in sorted(unknown)]


def _line_of(tree: nodes.Template, name: str) -> int:
    """Give the line on which a name first stands."""
    return min((node.lineno for node in tree.find_all(nodes.Name) if node.name == name), default=1)


def failure_of(error: BaseException, source: Source) -> Failure:
    """Say what a template came to, and where: the last line of a template that was at work."""
    if isinstance(error, TemplateSyntaxError):
        return Failure(error.filename or source.path, error.lineno, error.message or "")
    path, line = source.path, 1
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename.endswith(_ENDING):
            path, line = frame.f_code.co_filename, number
    said = f"there is no template {error}" if isinstance(error, TemplateNotFound) else str(error)
    return Failure(path, line, said or type(error).__name__)


def own_sources(style: Style) -> dict[str, Source]:
    """Give by its kind what is a channel's own, or replaces what is shipped."""
    own = {source.name: source for source in style.sources}
    return {kind: own[name] for kind in KINDS if (name := _name(style, kind)) in own}
