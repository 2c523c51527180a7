"""A query cut into pieces before it is read: how deep it is, and what belongs together."""

import re
from typing import NamedTuple

from wirewatch.errors import RuleError

_MAX_DEPTH = 50  # deeper than any query of a person; each level can take ten frames of stack
_PIECES = re.compile(
    r"""
      (?P<phrase>=?"[^"]*") | (?P<pattern>/(?:\\.|[^/\\])+/)
    | (?P<list>@[^\s()",:]+(?::[^\s()",:]+)?)
    | (?P<subject>subject:[^\s()",]+)
    | (?P<compare>(?:urgency|words|published)\s*(?:<=|>=|<|>|=)\s*[^\s()",]*)
    | (?P<field>[A-Za-z_]+:)
    | (?P<not>NOT)(?![^\s()",:@*]) | (?P<near>(?:NEAR|BEFORE)/\d+)(?![^\s()",:@*])
    | (?P<open>\() | (?P<close>\)) | (?P<word>[^\s()",:@*]+\*?) | (?P<other>\S)
    """,
    re.VERBOSE,
)
FUNCTIONS = ("SENTENCE", "PARAGRAPH", "ATLEAST", "DISTINCT", "FIRST")


class Piece(NamedTuple):
    """A piece of a query: its kind, and from where to where it stands."""

    kind: str
    start: int
    end: int
    text: str


def pieces(text: str) -> list[Piece]:
    """Cut a query into pieces; what stands in quotes or between slashes is one."""
    return [Piece(one.lastgroup or "", *one.span(), one[0]) for one in _PIECES.finditer(text)]


def check_depth(text: str, straight: str) -> None:
    """Refuse what is nested so deep that walking it would run out of stack."""
    depth = 0
    nots: list[Piece] = []
    before = ""
    for piece in pieces(straight):
        depth += (piece.kind == "open") - (piece.kind == "close")
        if depth > _MAX_DEPTH:
            problem = f"more than {_MAX_DEPTH} parentheses inside each other"
            raise RuleError(problem, text, piece.start + 1, "split the rule into several")
        if before == piece.kind == "field":
            problem = f"{piece.text} stands inside another field"
            raise RuleError(problem, text, piece.start + 1, "name one field")
        nots += [piece] if piece.kind == "not" else []
        before = piece.kind
    if len(nots) > _MAX_DEPTH:
        problem = f"more than {_MAX_DEPTH} times NOT"
        raise RuleError(problem, text, nots[_MAX_DEPTH].start + 1, "write NOT (a OR b OR …)")


def still_open(straight: str) -> bool:
    """Tell whether more parentheses are opened than closed."""
    kinds = [piece.kind for piece in pieces(straight)]
    return kinds.count("open") > kinds.count("close")


def closes_nothing(straight: str, place: int) -> bool:
    """Tell whether the parenthesis at a place closes none that was opened before."""
    kinds = [piece.kind for piece in pieces(straight[: place + 1])]
    return kinds.count("close") > kinds.count("open")


def chain_at(straight: str, place: int) -> tuple[str, ...]:
    """Give `a NEAR/1 b NEAR/2 c` as its five parts, for the second sign's place; else nothing."""
    cut = pieces(straight)
    second = next((number for number, one in enumerate(cut) if one.start == place), 0)
    middle = _first_of_operand(cut, second - 1)
    left = _first_of_operand(cut, middle - 2)
    right = _last_of_operand(cut, second + 1)
    if min(left, middle) < 0 or right >= len(cut) or cut[middle - 1].kind != "near":
        return ()
    bounds = ((left, middle - 2), (middle - 1, middle - 1), (middle, second - 1),
              (second, second), (second + 1, right))  # fmt: skip
    return tuple(straight[cut[first].start : cut[last].end] for first, last in bounds)


def _first_of_operand(cut: list[Piece], last: int) -> int:
    """Give the first piece of the operand that a piece ends, below 0 where there is none."""
    number, depth = last, 0
    while number >= 0:
        depth += (cut[number].kind == "close") - (cut[number].kind == "open")
        if depth <= 0:
            break
        number -= 1
    if number > 0 and cut[number].kind == "open" and cut[number - 1].text in FUNCTIONS:
        number -= 1
    return number - 1 if number > 0 and cut[number - 1].kind == "field" else number


def _last_of_operand(cut: list[Piece], first: int) -> int:
    """Give the last piece of the operand that a piece begins, behind all where there is none."""
    number, depth = first, 0
    if number < len(cut) and cut[number].kind == "field":
        number += 1
    if number + 1 < len(cut) and cut[number].text in FUNCTIONS and cut[number + 1].kind == "open":
        number += 1
    while number < len(cut):
        depth += (cut[number].kind == "open") - (cut[number].kind == "close")
        if depth <= 0:
            break
        number += 1
    return number
