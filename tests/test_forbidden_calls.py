"""What this program never does: shells, pickles, evaluated text, files unpacked, unverified TLS, SQL of values."""

import ast
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import Answer, Receiver, Site, Wirewatch
from test_architecture import MODULES, imports, relative

FORBIDDEN_MODULES = {
    "pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib",  # run what they read
    "yaml", "ruamel", "configparser",
    "xml", "defusedxml", "xmlrpc", "plistlib",  # lxml has one door, and its limits
    "tempfile",  # what we write lies beside its place, under our folder's permissions
    "pty", "commands", "telnetlib", "ftplib", "cgi", "wsgiref", "code", "codeop",
}  # fmt: skip
FORBIDDEN_CALLS = {
    "eval", "exec", "compile", "__import__", "input", "breakpoint",
    "os.system", "os.popen", "os.tmpnam", "os.tempnam", "os.mktemp",
    "subprocess.getoutput", "subprocess.getstatusoutput", "subprocess.call",
    "shutil.unpack_archive", "shutil.rmtree",
    "ssl._create_unverified_context", "jinja2.Environment", "Environment", "jinja2.Template",
    "etree.XSLT", "etree.parse", "html.parse", "logging.config.listen",
}  # fmt: skip
FORBIDDEN_METHODS = {"extract", "extractall", "load_extension", "enable_load_extension", "xinclude",
                     "executescript", "unpack_archive"}  # fmt: skip
FORBIDDEN_WORDS = {"shell": True, "verify": False, "resolve_entities": True, "load_dtd": True,
                   "no_network": False, "dtd_validation": True, "autoescape": False,
                   "check_hostname": False, "unsafe": True}  # fmt: skip
HARMLESS = {("formats/warc/answer.py", "verify")}  # a digest, which is told of, not a certificate
STARTERS = {"pipeline/parsing.py", "rules/gazetteer/shelf.py"}
"""Who starts processes: of this program itself."""
ASKING = {"diagnosis/machine.py": "'systemctl'"}
"""Who asks another program, and which."""
TRYING = {"broker/local_process.py": "host.prefix"}
"""Who starts a broker to try a cluster on, where a host says."""
LOADERS = {
    "cli/__init__.py",
    "broker/client.py",
    "formats/detection.py",
    "formats/extras.py",
    "notify/chart.py",
    "rules/expression.py",
}
"""Who imports by name: files of this package, and libraries named where they are used."""


def calls(module: Path) -> Iterator[ast.Call]:
    """Give every call of a module."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_nothing_dangerous_is_imported(module: Path) -> None:
    """No module that runs what it reads, or that has a safer one in its place, is imported."""
    assert not {name.partition(".")[0] for name in imports(module)} & FORBIDDEN_MODULES


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_nothing_dangerous_is_called(module: Path) -> None:
    """No text is evaluated, no shell started, no archive unpacked, no certificate passed over."""
    for call in calls(module):
        name = ast.unparse(call.func)
        assert name not in FORBIDDEN_CALLS, f"line {call.lineno}: {name}"
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        assert method not in FORBIDDEN_METHODS, f"line {call.lineno}: {name}"
        for word in call.keywords:
            value = word.value.value if isinstance(word.value, ast.Constant) else None
            wrong = word.arg in FORBIDDEN_WORDS and value is FORBIDDEN_WORDS[word.arg]
            wrong = wrong and (relative(module), word.arg) not in HARMLESS
            assert not wrong, f"line {call.lineno}: {word.arg}={value!r}"


def test_processes_are_our_own() -> None:
    """Processes are started in four places, by a list of words: this program, the doctor's, a broker."""
    found = set()
    for module in MODULES:
        for call in calls(module):
            name = ast.unparse(call.func)
            if name.startswith(("subprocess.", "os.exec", "os.spawn", "os.posix_spawn")):
                found.add(relative(module))
                assert isinstance(call.args[0], ast.List)
                first = ast.unparse(call.args[0].elts[0]).lstrip("*(")
                own = (ASKING | TRYING).get(relative(module), "sys.executable")
                assert first.startswith(own), ast.unparse(call)
    assert found == STARTERS | set(ASKING) | set(TRYING)


def test_modules_are_loaded_by_our_own_words() -> None:
    """`import_module` is called where formats, verbs and extras are found, and nowhere else."""
    found = {
        relative(module)
        for module in MODULES
        for call in calls(module)
        if ast.unparse(call.func).endswith("import_module")
    }
    assert found == LOADERS


class Noting(sqlite3.Connection):
    """A connection that notes each statement as it is written, before values come to it."""

    said: list[str] = []  # noqa: RUF012 - shared by all that a command opens

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self.said.append(sql)
        return super().execute(sql, *values)

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self.said.append(sql)
        return super().executemany(sql, *values)


CANARY = "zqx'\"); DROP TABLE files; --"


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every statement of every connection."""
    real = sqlite3.connect

    def connected(*words: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*words, **options | {"factory": Noting})
        return connection

    monkeypatch.setattr(sqlite3, "connect", connected)
    monkeypatch.setattr(Noting, "said", [])
    return Noting.said


def test_no_value_is_written_into_sql(
    site: Site, receiver: Receiver, wirewatch: Wirewatch, noted: list[str]
) -> None:
    """Names, texts, services' answers and words of the command line reach SQLite as values only."""
    receiver.answers["/hook"] = Answer(500)
    rule = {"name": "canary", "query": "majilis", "channels": ["desk"]}
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in rule.items())
    (site.folder / "rules.toml").write_text(f"[[rule]]\ntitle = {json.dumps(CANARY)}\n{lines}")
    text = {
        "title": f"{CANARY} Majilis", "maintext": f"The Majilis met. {CANARY}", "authors": [CANARY],
        "source_domain": CANARY, "url": f"https://a.example/{CANARY}", "language": CANARY,
    }  # fmt: skip
    (site.inbox / CANARY).write_text(json.dumps(text))
    (site.inbox / f"{CANARY}.bin").write_bytes(b"\x7fELF" + CANARY.encode())
    for words in (
        ("ingest", site.inbox, "--source", CANARY),
        ("search", f'"{CANARY}" OR majilis OR title:"{CANARY}"'),
        ("search", f"source:{json.dumps(CANARY)} OR majilis"),
        ("silences", "add", "--rule", CANARY, "--until", "2h", "--comment", CANARY),
        ("silences", "add", "--source", CANARY, "--until", "2h", "--comment", "", "--author", CANARY),
        ("alerts", "ack", "1", CANARY, "--by", CANARY),
        ("alerts", "list"), ("alerts", "show", 1), ("alerts", "retry", 1), ("silences", "list"),
        ("rules", "backtest", "canary"), ("rules", "why-not", "canary", 1), ("prove", 1),
        ("alerts", "preview", 1), ("status",), ("ingest", site.inbox, "--source", CANARY),
    ):  # fmt: skip
        wirewatch(*words)
    assert len(noted) > 100
    assert [sql for sql in noted if "zqx" in sql] == []
    store = sqlite3.connect(site.database)
    for table, column in (("articles", "title"), ("files", "path"), ("silences", "comment"),
                          ("alerts", "title")):  # fmt: skip
        held = [row[0] for row in store.execute(f"SELECT {column} FROM {table}")]  # noqa: S608
        assert any("zqx'" in str(one) for one in held), table
    store.close()
