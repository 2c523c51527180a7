"""From a query's text to its tree. Never a guess: what is ambiguous is an error that says so."""

import re
import unicodedata
from datetime import date
from importlib import resources
from typing import NoReturn

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, VisitError

from wirewatch.errors import RuleError
from wirewatch.rules.expression import fault_of, literal_of
from wirewatch.rules.misreading import explained
from wirewatch.rules.nesting import check_depth
from wirewatch.rules.plain import plain_query
from wirewatch.rules.query.counting import AtLeast, Distinct, First, lists_of
from wirewatch.rules.query.leaf import Compare, Named, Pattern, Term
from wirewatch.rules.query.logic import And, Not, Or
from wirewatch.rules.query.nearness import Gapped, Near, Together, has_places
from wirewatch.rules.query.node import Node
from wirewatch.rules.zones import COMPARED, TEXT_ZONES, ZONES
from wirewatch.text.fold import exact, fold_term
from wirewatch.text.sentences import shortened
from wirewatch.tomlfile import nearest

_MAX_WORDS = 10_000  # of a distance or a count: no article has more
_QUOTES = '"“”„‟«»＂″'
_STRAIGHT = str.maketrans(dict.fromkeys(_QUOTES, '"') | dict.fromkeys("＊﹡", "*"))
_JOINED = re.compile(r"(?<=\w)[-‐‑](?=\w)")


@v_args(inline=True)
class _Tree(Transformer[Token, Node]):
    """One method for each alternative of the grammar that makes a node."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def word(self, token: Token) -> Node:
        return _term(token, str(token))

    def prefix(self, token: Token) -> Node:
        return _term(token, str(token))

    def phrase(self, token: Token) -> Node:
        return _phrase(token, token[1:-1])

    def exact(self, token: Token) -> Node:
        start = token.start_pos or 0
        written = self._text[start + 1 : start + len(token)].strip(_QUOTES)
        if "*" in token:
            _fail("a star stands for nothing where the case counts", token, "leave the = away")
        return Term(_folded(token, written), exact=exact(written))

    def pattern(self, token: Token) -> Node:
        start = token.start_pos or 0
        written = self._text[start + 1 : start + len(token) - 1]
        expression = unicodedata.normalize("NFC", written)  # as texts are stored
        fault = fault_of(expression)
        if fault:
            _fail(f"/{expression}/ cannot be used: {fault}", token, "see docs/rules.md")
        return Pattern(expression, literal_of(expression))

    def gazetteer(self, token: Token) -> Node:
        name, _, part = token[1:].partition(":")
        return Named(name, part or None)

    def subject(self, token: Token) -> Node:
        text = token.partition(":")[2]
        if "*" in text[:-1]:
            _fail("a star ends a word", token, "leave the star away")
        return _term(token, text).changed(lambda leaf: leaf.within(("subject",)))

    def compare(self, token: Token) -> Node:
        name, sign, value = re.split(r"(<=|>=|<|>|=)", str(token), maxsplit=1)
        return Compare(name.strip(), sign, _value(token, name.strip(), value.strip()))

    def in_zone(self, zone: Token, query: Node) -> Node:
        name = zone[:-1]
        if name in COMPARED:
            _fail(f"{name} is compared", zone, f"write {name}= or {name}<=")
        if name not in ZONES:
            _fail(f"unknown field {name!r}", zone, nearest(name, list(ZONES), "fields"))
        inner = next(
            (leaf for leaf in query.leaves() if leaf.zones not in {(), TEXT_ZONES, (name,)}), None
        )
        if inner is not None:
            _fail(f"{inner.zones[0]}: stands inside another field", zone, "name one field")
        return query.changed(lambda leaf: leaf.within((name,)))

    def near(self, left: Node, sign: Token, right: Node) -> Node:
        word, _, distance = sign.partition("/")
        _placed(sign, word, left, right)
        return Near(_number(sign, distance), left, right, ordered=word == "BEFORE")

    def together(self, unit: Token, *parts: Node) -> Node:
        name = unit.rstrip("( \t\n")
        if len(parts) == 1:
            _fail(f"{name} needs two parts or more", unit, f"write {name}(a, b)")
        _placed(unit, name, *parts)
        return Together(name, parts)

    def counted(self, head: Token, part: Node) -> Node:
        name, _, number = head.rstrip(", \t\n").partition("(")
        name, count = name.strip(), _number(head, number.strip())
        if name == "DISTINCT":
            if not has_places(part) or not all(isinstance(one, Named) for one in lists_of(part)):
                _fail("DISTINCT counts members of lists", head, "write DISTINCT(2, @parliament)")
            return Distinct(count, part)
        _placed(head, name, part)
        return First(count, part) if name == "FIRST" else AtLeast(count, part)

    def negated(self, query: Node) -> Node:
        return Not(query)

    def conjunction(self, *parts: Node) -> Node:
        return And(parts)

    def disjunction(self, *parts: Node) -> Node:
        return Or(parts)


class _TokenError(Exception):
    """A fault found at a token while the tree is made."""

    def __init__(self, problem: str, token: Token, remedy: str) -> None:
        self.problem, self.token, self.remedy = problem, token, remedy
        super().__init__(problem)


def _fail(problem: str, token: Token, remedy: str) -> NoReturn:
    raise _TokenError(problem, token, remedy)


def _folded(token: Token, text: str) -> str:
    """Fold a term; one without a letter or digit could never be found."""
    folded = fold_term(text)
    if not any(char.isalnum() for char in folded):
        _fail(f"{str(token)!r} holds no letter or digit", token, "name a word to look for")
    return folded


def _term(token: Token, text: str) -> Node:
    """Make a word, phrase or prefix; what has a dash in it may also be written as one word."""
    prefix = text.endswith("*")
    text = text.removesuffix("*")
    forms = dict.fromkeys((_folded(token, text), _folded(token, _joined(text))))
    terms = tuple(Term(form, prefix) for form in forms)
    return terms[0] if len(terms) == 1 else Or(terms)


def _phrase(token: Token, text: str) -> Node:
    """Make a phrase; a star by itself stands for any one word."""
    pieces: list[list[str]] = [[]]
    gaps: list[int] = []
    for word in text.split():
        if word != "*":
            pieces[-1].append(word)
        elif pieces[-1]:
            pieces.append([])
            gaps.append(1)
        elif gaps:
            gaps[-1] += 1
        else:
            _fail("a phrase cannot begin with *", token, "leave the star away")
    if not pieces[-1] and gaps:
        _fail("a phrase cannot end with a star by itself", token, "leave it away, or write word*")
    if any("*" in word for piece in pieces for word in piece[:-1]) or any(
        "*" in piece[-1][:-1] or (piece[-1].endswith("*") and piece is not pieces[-1])
        for piece in pieces
        if piece
    ):
        _fail("a star ends the last word of a phrase, or stands for a word", token, '"a * b*"')
    whole = [" ".join(piece) for piece in pieces]
    if not gaps:
        return _term(token, whole[0])
    forms = dict.fromkeys((_gapped(token, whole), _gapped(token, [_joined(one) for one in whole])))
    phrases = tuple(Gapped(parts, tuple(gaps)) for parts in forms)
    return phrases[0] if len(phrases) == 1 else Or(phrases)


def _gapped(token: Token, pieces: list[str]) -> tuple[Term, ...]:
    """Make the parts of a phrase with gaps."""
    folded = [(_folded(token, text.removesuffix("*")), text.endswith("*")) for text in pieces]
    return tuple(Term(text, prefix) for text, prefix in folded)


def _joined(text: str) -> str:
    """Write as one word what a dash joins."""
    return _JOINED.sub("", text)


def _value(token: Token, name: str, value: str) -> int | str:
    """Read what a field is held against: a number, or a date."""
    if name == "published":
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            _fail(f"{value!r} is no date", token, "write a day as 2026-01-31")
    return _number(token, value)


def _number(token: Token, text: str) -> int:
    """Read a number that is of some use."""
    digits = text.lstrip("0") if text.isascii() and text.isdecimal() else ""
    if not digits or len(digits) > len(str(_MAX_WORDS)) or int(digits) > _MAX_WORDS:
        _fail(
            f"{shortened(text, 20)!r} is no number from 1 to {_MAX_WORDS:,}",
            token,
            "write a number",
        )
    return int(digits)


def _placed(token: Token, name: str, *parts: Node) -> None:
    """Refuse what has no place in the text where places are compared."""
    for part in parts:
        if not has_places(part):
            problem = f"{name} takes what has a place in the text, not {part}"
            _fail(problem, token, "use words, phrases, lists, or ORs of such in it")


_GRAMMAR = resources.files("wirewatch.rules").joinpath("grammar.lark").read_text(encoding="utf-8")
_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=None, maybe_placeholders=False)


def parse_query(text: str) -> Node:
    """Read a query.

    Raises RuleError with the column of the fault, and what to write instead.
    """
    plain = plain_query(text)
    if plain is not None:
        return plain
    straight = text.translate(_STRAIGHT)
    if not straight.strip():
        raise RuleError("the query is empty", text, 1, "name a word to look for")
    check_depth(text, straight)
    try:
        return _Tree(text).transform(_PARSER.parse(straight))
    except UnexpectedInput as error:
        raise explained(text, straight, error) from error
    except VisitError as error:
        if not isinstance(error.orig_exc, _TokenError):
            raise
        fault = error.orig_exc
        column = (fault.token.start_pos or 0) + 1
        raise RuleError(fault.problem, text, column, fault.remedy) from error
