"""Secrets: references in a setting, and where what they stand for is kept."""

import os
import re
from pathlib import Path

from wirewatch.errors import Fault
from wirewatch.masking import hide

_LOADED = "wirewatch_"
"""What the names begin with of credentials that the unit loads as one folder."""
_REFERENCE = re.compile(r"\$\{(\w+):([^}]+)\}")


def resolve(text: str, base: Path, place: str) -> tuple[str, list[Fault]]:
    """Replace each `${env:…}`, `${file:…}` and `${credential:…}` in a text by its secret.

    What was fetched is hidden from all that is printed and logged. Files are looked for from
    `base`; `place` is where faults say the reference stands.
    """
    faults: list[Fault] = []

    def secret(found: re.Match[str]) -> str:
        try:
            value = _fetch(found[1], found[2], base)
        except _MissingError as missing:
            faults.append(Fault(place, missing.problem, missing.remedy))
            return ""
        hide(value)
        return value

    return _REFERENCE.sub(secret, text), faults


class _MissingError(Exception):
    """A secret is not where its reference says."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(problem)


def _fetch(kind: str, name: str, base: Path) -> str:
    """Fetch one secret from the environment, a file, or systemd's credentials."""
    match kind:
        case "env":
            value = os.environ.get(name)
            if value is None:
                problem = f"the environment variable {name} is not set"
                raise _MissingError(problem, "set it, or put the URL in a file: ${file:…}")
            return value
        case "file":
            return _read(Path(os.path.normpath(base.absolute() / Path(name).expanduser())))
        case "credential":
            return _read(_credential(Path(name).name, base))
        case _:
            remedy = "write ${env:NAME}, ${file:PATH} or ${credential:NAME}"
            raise _MissingError(f"${{{kind}:…}} is no known reference", remedy)


def _credential(name: str, base: Path) -> Path:
    """Give the file of a credential: systemd's own, or the one that it would be made of.

    Commands that are run by hand are given none by systemd; they find what the unit loads in the
    folder `credentials` beside the configuration, if they may read it.
    """
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    if given:
        loaded = Path(given, _LOADED + name)
        return loaded if loaded.is_file() else Path(given, name)
    folder = base.absolute() / "credentials"
    if folder.is_dir():
        return folder / name
    problem = f"no credentials are given to this process, so {name!r} is not there"
    raise _MissingError(problem, f"add LoadCredential={name}:… to the systemd unit")


def _read(file: Path) -> str:
    """Read a secret from a file, without the white space around it."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise _MissingError(
            f"cannot read the secret in {file}: {reason}", "check the file"
        ) from error
