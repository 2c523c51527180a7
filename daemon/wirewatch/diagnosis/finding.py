"""What one check found: is it well, what was seen, and what mends it."""

from collections.abc import Iterable
from typing import NamedTuple

from wirewatch.states import Verdict


class Finding(NamedTuple):
    """One thing that a check says; `remedy` is a command where there is one."""

    verdict: Verdict
    said: str
    remedy: str = ""


def well(said: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(Verdict.WELL, said)


def warning(said: str, remedy: str) -> Finding:
    """Say that something may become trouble."""
    return Finding(Verdict.WARNING, said, remedy)


def fault(said: str, remedy: str) -> Finding:
    """Say that something does not work, or endangers what is stored."""
    return Finding(Verdict.FAULT, said, remedy)


def worst(findings: Iterable[Finding]) -> Verdict:
    """Give the worst verdict of all; nothing at all is well."""
    order = list(Verdict)
    return max((one.verdict for one in findings), key=order.index, default=Verdict.WELL)
