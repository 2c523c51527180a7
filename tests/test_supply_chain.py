"""What is installed is known by version and hash, and fits what the project asks for."""

import re
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCKED_EXTRAS = ("documents", "pictures", "web")
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
DIRECT = [*PROJECT["dependencies"], *(one for name in LOCKED_EXTRAS for one in EXTRAS[name])]
_LOCKED = re.compile(
    r"^([a-z0-9._-]+)==([^\s\\;]+)((?: \\\n    --hash=sha256:[0-9a-f]{64})*)", re.MULTILINE
)


@cache
def locked() -> dict[str, str]:
    """Give the locked version of each package."""
    return {canonicalize_name(name): version for name, version, _ in _LOCKED.findall(LOCK)}


@pytest.mark.parametrize("asked", DIRECT)
def test_each_dependency_is_locked_within_its_range(asked: str) -> None:
    """The lock holds each direct dependency in a version that pyproject.toml allows."""
    requirement = Requirement(asked)
    version = locked()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version, prereleases=True), version


def test_each_package_is_locked_by_hash() -> None:
    """Nothing is locked by its version alone, or twice."""
    found = _LOCKED.findall(LOCK)
    assert len(found) == len(locked()) == LOCK.count("==") > len(DIRECT)
    assert [name for name, _, hashes in found if not hashes] == []


def test_what_packages_ask_for_is_locked_too() -> None:
    """What a locked package needs, with the extras that are asked of it, is in the lock, in its range."""
    missing = []
    for name in locked():
        try:
            asked = requires(name) or []
        except PackageNotFoundError:
            continue  # not for this platform
        for requirement in map(Requirement, asked):
            if requirement.name == "pip":  # it is what installs
                continue
            if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
                continue
            version = locked().get(canonicalize_name(requirement.name))
            if version is None or not requirement.specifier.contains(version, prereleases=True):
                missing.append(f"{name} asks for {requirement}")
    assert missing == []


def test_the_lock_names_no_place() -> None:
    """The lock says what is installed, not from where: no index, address or path stands in it."""
    assert (
        re.findall(r"https?://|file:|--index|--find-links|--trusted|@ |^-", LOCK, re.MULTILINE)
        == []
    )
    assert not re.search(r"(?<!\()/(?:home|opt|root|tmp|srv)\b", LOCK)


def test_nothing_newer_than_its_range_comes_in() -> None:
    """Each dependency of any kind has a lower bound; those that run in the service an upper one too."""
    every = [*DIRECT, *(one for name in ("dev", "bench", "audit") for one in EXTRAS[name])]
    loose = {
        "wirewatch",
        "types-requests",
        "types-jsonschema",
    }  # ourselves; types that follow others
    for requirement in map(Requirement, every):
        assert requirement.specifier or requirement.name in loose, requirement
    dated = {"google-re2", "tzdata"}  # numbered by their dates
    for requirement in map(Requirement, DIRECT):
        upper = any(one.operator in {"<", "=="} for one in requirement.specifier)
        assert upper or requirement.name in dated, requirement
