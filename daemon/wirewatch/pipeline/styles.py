"""How each channel is written to: its language and templates, read and tried before use."""

from collections.abc import Iterable
from pathlib import Path

from wirewatch.config import Config
from wirewatch.errors import Fault
from wirewatch.notify.inspection import VALUES, source_failures, style_failures
from wirewatch.notify.template import Failure, Source, Style, sources_of, template_names
from wirewatch.notify.words import languages
from wirewatch.seal import seal_of
from wirewatch.tomlfile import nearest


def styles(path: Path, config: Config) -> tuple[dict[str, Style], list[Fault]]:
    """Give how each channel is written to, with every fault of templates and languages.

    A channel that is at fault itself has the shipped style.
    """
    sources, faults = _sources(path, config.templates)
    seal, unsealed = _seal(path, config)
    faults += unsealed
    failures = source_failures(sources)
    found = {}
    for number, table in enumerate(config.channels, start=1):
        place = f"{path}: channel[{number}]"
        wrong = _channel_faults(place, table.language, table.template, sources)
        faults += wrong
        style = Style(table.language, table.template, config.web, sources, seal)
        found[table.name] = Style(url=config.web) if wrong else style
    if sources and not failures:
        tried = dict.fromkeys([Style(url=config.web, sources=sources), *found.values()])
        failures = [failure for style in tried for failure in style_failures(style)]
    return found, faults + list(dict.fromkeys(map(_fault, failures)))


def _seal(path: Path, config: Config) -> tuple[bytes, list[Fault]]:
    """Give the seal for links to take alerts on, where there is a server that they lead to."""
    if config.listen is None:
        return b"", []
    if not config.web:
        remedy = 'write `url = "https://…"`, as people reach it'
        return b"", [Fault(f"{path}: web.listen", "nobody knows where links lead", remedy)]
    try:
        return seal_of(config.store), []
    except OSError as error:
        problem = f"the seal beside {config.store} cannot be read: {error.strerror}"
        return b"", [Fault(f"{path}: web.listen", problem, "check the permissions")]


def template_files(folder: Path | None) -> list[Path]:
    """List the templates of a folder."""
    return sorted(folder.glob("*.j2")) if folder else []


def _sources(path: Path, folder: Path | None) -> tuple[tuple[Source, ...], list[Fault]]:
    """Read one's own templates."""
    if folder is None:
        return (), []
    if not folder.is_dir():
        problem = f"{folder} does not exist"
        return (), [Fault(f"{path}: templates.path", problem, "check the path")]
    try:
        return sources_of(folder), []
    except OSError as error:
        reason = error.strerror or type(error).__name__
        place = str(error.filename or folder)
        return (), [Fault(place, reason, "check the permissions")]
    except UnicodeDecodeError as error:
        problem = f"a template is not UTF-8: {error.reason}"
        return (), [Fault(str(folder), problem, "save the file as UTF-8")]


def _channel_faults(
    place: str, language: str, template: str, sources: Iterable[Source]
) -> list[Fault]:
    """Find a language that there are no words of, and a template that there is not."""
    faults = []
    if language not in languages():
        remedy = nearest(language, list(languages()), "languages")
        faults.append(Fault(f"{place}.language", f"unknown language {language!r}", remedy))
    known = template_names(sources)
    if template and template not in known:
        remedy = nearest(template, known, "templates")
        faults.append(Fault(f"{place}.template", f"unknown template {template!r}", remedy))
    return faults


def _fault(failure: Failure) -> Fault:
    """Say what is wrong with a template, and what to do."""
    name = failure.problem.partition("'")[2].rpartition("'")[0]
    unknown = failure.problem.startswith("there is no '")
    remedy = nearest(name, sorted(VALUES), "values") if unknown else "see docs/messages.md"
    return Fault(f"{failure.path}: line {failure.line}", failure.problem, remedy)
