"""The house as docs/design.md draws it: floors, doors, sizes and names."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "daemon" / "wirewatch"
MODULES = sorted(PACKAGE.rglob("*.py"))

GROUND = (
    "states", "clock", "event", "log", "durations", "pulse", "wakeup", "memory", "errors", "model", "keys", "embargo", "rhythm", "conditions", "seal", "text", "quantities",
    "tomlfile", "tables",
    "masking", "secret", "exposure", "sieve",
)  # fmt: skip
"""The ground floor's own order: each may know those before it."""

FLOORS = (
    {"__init__", *GROUND},
    {"formats", "rules", "intake", "alerts", "store", "notify", "config", "broker"},
    {"pipeline"},
    {"control", "cluster"},
    {"deployment", "brokerage", "web"},
    {"jobs", "reload", "diagnosis", "pages"},
    {
        "scheduler",
        "systemd",
        "listeners",
        "life",
        "post",
        "posts",
        "service",
        "worker",
        "roles",
    },
    {"cli"},
    {"__main__"},
)

DOORS = {
    "watchdog": {"intake/watcher.py"},
    "sqlite_utils": {"store"},
    "sqlite3": {"store"},
    "duckdb": {"store/parquet.py"},
    "apprise": {"notify/send.py"},
    "jinja2": {"notify/template.py"},
    "PIL": {"notify/chart.py"},
    "prometheus_client": {"web/exposition.py"},
    "datasette": {"pages/analysts.py", "pages/plugin.py", "pages/server.py"},
    "pluggy": {"pages/plugin.py"},
    "uvicorn": {"pages/server.py"},
    "requests": {"notify/connections.py"},
    "urllib3": {"notify/connections.py"},
    "smtplib": {"notify/connections.py"},
    "apscheduler": {"scheduler.py"},
    "ahocorasick_rs": {"rules/automaton.py"},
    "marisa_trie": {"rules/gazetteer/lexicon.py", "rules/gazetteer/shelf.py"},
    "aio_pika": {"broker/client.py"},
    "lxml": {"formats/markup.py"},
    "feedparser": {"formats/feed/__init__.py"},
    "cronsim": {"rhythm.py"},
    "pycld2": {"formats/language_detection.py"},
    "trafilatura": {"formats/html/text.py"},
    "pypdfium2": {"formats/pdf"},
    "docx": {"formats/docx"},
    "warcio": {"formats/warc"},
    "zstandard": {"formats/archives/compressed.py", "formats/warc"},
    "lark": {"rules/parser.py", "rules/misreading.py"},
    "re2": {"rules/expression.py"},
    "charset_normalizer": {"formats/document.py"},
    "pydantic": {
        "tomlfile.py",
        "quantities.py",
        "cluster/account.py",
        "cluster/entry.py",
        "cluster/load.py",
        "config.py",
        "exposure.py",
        "tables.py",
        "rules/gazetteer/table.py",
        "rules/rulefile.py",
        "rules/when.py",
    },
    "typer": {"cli"},
    "rich": {"cli"},
}
LONGEST_FILE = 300
LONGEST_FUNCTION = 50


def relative(module: Path) -> str:
    """Give a module's path inside the package."""
    return module.relative_to(PACKAGE).as_posix()


def room(module: str) -> str:
    """Give the room of a module: the first part of its path or dotted name."""
    return module.replace("/", ".").removesuffix(".py").split(".")[0]


def floor(name: str) -> int:
    """Give the floor that a room is on."""
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


@cache
def tree(module: Path) -> tuple[ast.AST, ...]:
    """Give everything that a module consists of."""
    return tuple(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))


@cache
def imports(module: Path) -> tuple[str, ...]:
    """Give the full names of all modules that a module imports, or asks `extras.library` for."""
    return tuple(_imports(module))


def _imports(module: Path) -> Iterator[str]:
    """Go through what a module imports."""
    for node in tree(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("library"):
            yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(module)} imports relatively"
            if node.module == "wirewatch":
                yield from (f"wirewatch.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""


def functions(module: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give every function of a module, methods and inner ones too."""
    for node in tree(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_imports_go_down(module: Path) -> None:
    """A module imports its own room and lower floors only; rooms on one floor are strangers."""
    here = room(relative(module))
    for name in imports(module):
        if not name.startswith("wirewatch."):
            continue
        there = room(name.removeprefix("wirewatch."))
        if there in {here, "__version__"}:
            continue
        if floor(here) == 0:
            assert GROUND.index(there) < GROUND.index(here), f"{relative(module)} imports {name}"
        elif floor(here) == floor("service"):
            assert floor(there) <= floor(here), f"{relative(module)} imports {name}"
        else:
            assert floor(there) < floor(here), f"{relative(module)} imports {name}"


def test_no_import_cycles() -> None:
    """No module imports itself by way of others."""
    graph = {}
    for module in MODULES:
        name = "wirewatch." + relative(module).removesuffix(".py").replace("/", ".")
        graph[name.removesuffix(".__init__")] = set(imports(module))
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name in done or name not in graph:
            return
        for imported in graph[name]:
            if not name.startswith(imported + "."):  # a module may know its own package
                visit(imported, (*path, name))
        done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_one_door(library: str) -> None:
    """A library is imported in the places named as its doors, and nowhere else."""
    for module in MODULES:
        place = relative(module)
        if any(place == door or place.startswith(f"{door}/") for door in DOORS[library]):
            continue
        used = [name for name in imports(module) if name.split(".")[0] == library]
        assert not used, f"{place} imports {used}"


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_sizes(module: Path) -> None:
    """No file is over 300 lines, no function over 50."""
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    for function in functions(module):
        lines = (function.end_lineno or 0) - function.lineno + 1
        assert lines <= LONGEST_FUNCTION, f"{function.name} has {lines} lines"


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_names_and_habits(module: Path) -> None:
    """No drawer for odds and ends; imports inside functions only in commands."""
    stem = module.stem.lstrip("_")
    assert not stem.startswith(("util", "helper", "common", "misc"))
    if room(relative(module)) == "cli":
        return
    for function in functions(module):
        inner = [n for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom)]
        assert not inner, f"{function.name} imports inside"


def test_broad_excepts_stand_only_at_the_top_of_a_thread() -> None:
    """Whatever may go wrong is caught where a worker's thread or process begins, and only there."""
    broad = [
        relative(module)
        for module in MODULES
        for node in tree(module)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    ]
    # The store undoes a transaction whatever went wrong, and raises it again.
    assert broad == [
        "life.py", "pipeline/lane.py", "pipeline/worker.py", "store/database.py",
    ]  # fmt: skip


def test_the_design_names_every_room() -> None:
    """docs/design.md lists every room and module of the package's first level."""
    text = (PACKAGE.parents[1] / "docs" / "design.md").read_text(encoding="utf-8")
    for path in PACKAGE.iterdir():
        if path.name.startswith("_") or path.suffix not in {"", ".py"} or path.name == "py.typed":
            continue
        assert path.name in text, path.name
