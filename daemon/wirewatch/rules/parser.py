"""From a query's text to its tree. Never a guess: what is ambiguous is an error that says so."""

import re
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from typing import NoReturn

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from wirewatch.errors import RuleError
from wirewatch.rules.query import ZONES, And, Leaf, Named, Not, Or, Query, Term
from wirewatch.text.fold import fold_term
from wirewatch.tomlfile import nearest

_MAX_DEPTH = 50  # deeper than any query of a person; each level can take ten frames of stack
_STRAIGHT = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_OPERANDS = {"WORD", "PREFIX", "PHRASE", "GAZETTEER", "RPAR"}
_OPERATORS = {"AND", "OR", "NOT"}
_NESTING = re.compile(
    r'"[^"]*"|(?<![^\s()":@*])(?:(?P<not>NOT)(?![^\s()":@*])|\w+:\s*(?P<field>[A-Za-z_]+:))'
)


@v_args(inline=True)
class _Tree(Transformer[Token, Query]):
    """One method for each alternative of the grammar that makes a node."""

    def word(self, token: Token) -> Query:
        return Term(_folded(token, str(token)))

    def prefix(self, token: Token) -> Query:
        return Term(_folded(token, token[:-1]), prefix=True)

    def phrase(self, token: Token) -> Query:
        return Term(_folded(token, token[1:-1]))

    def gazetteer(self, token: Token) -> Query:
        name, _, part = token[1:].partition(":")
        return Named(name, part or None)

    def in_zone(self, zone: Token, query: Query) -> Query:
        name = zone[:-1]
        if name not in ZONES:
            _fail(f"unknown field {name!r}", zone, nearest(name, list(ZONES), "fields"))
        return _on_leaves(query, lambda leaf: replace(leaf, zones=(name,)))

    def negated(self, query: Query) -> Query:
        return Not(query)

    def conjunction(self, *parts: Query) -> Query:
        return And(parts)

    def disjunction(self, *parts: Query) -> Query:
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


def _on_leaves(query: Query, change: Callable[[Leaf], Leaf]) -> Query:
    """Give the query with every leaf changed."""
    match query:
        case And(parts):
            return And(tuple(_on_leaves(part, change) for part in parts))
        case Or(parts):
            return Or(tuple(_on_leaves(part, change) for part in parts))
        case Not(part):
            return Not(_on_leaves(part, change))
        case _:
            return change(query)


_GRAMMAR = resources.files("wirewatch.rules").joinpath("grammar.lark").read_text(encoding="utf-8")
_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=None, maybe_placeholders=False)


def parse_query(text: str) -> Query:
    """Read a query.

    Raises RuleError with the column of the fault, and what to write instead.
    """
    straight = text.translate(_STRAIGHT)
    if not straight.strip():
        raise RuleError("the query is empty", text, 1, "name a word to look for")
    _check_depth(straight)
    try:
        return _Tree().transform(_PARSER.parse(straight))
    except UnexpectedInput as error:
        raise _explained(text, straight, error) from error
    except VisitError as error:
        if not isinstance(error.orig_exc, _TokenError):
            raise
        fault = error.orig_exc
        column = (fault.token.start_pos or 0) + 1
        raise RuleError(fault.problem, text, column, fault.remedy) from error


def _check_depth(text: str) -> None:
    """Refuse what is nested so deep that walking it would run out of stack."""
    depth = 0
    quoted = False
    for place, char in enumerate(text):
        quoted ^= char == '"'
        depth += not quoted and ((char == "(") - (char == ")"))
        if depth > _MAX_DEPTH:
            problem = f"more than {_MAX_DEPTH} parentheses inside each other"
            raise RuleError(problem, text, place + 1, "split the rule into several")
    marks = list(_NESTING.finditer(text))
    field = next((mark for mark in marks if mark["field"]), None)
    if field:
        problem = f"{field['field']} stands inside another field"
        raise RuleError(problem, text, field.start("field") + 1, "name one field")
    nots = [mark.start() for mark in marks if mark["not"]]
    if len(nots) > _MAX_DEPTH:
        problem = f"more than {_MAX_DEPTH} times NOT"
        raise RuleError(problem, text, nots[_MAX_DEPTH] + 1, "write NOT (a OR b OR …)")


def _explained(text: str, straight: str, error: UnexpectedInput) -> RuleError:
    """Say what a person most likely meant."""
    if isinstance(error, UnexpectedCharacters):
        return _bad_character(text, straight, getattr(error, "pos_in_stream", None) or 0)
    if not isinstance(error, UnexpectedToken):
        return RuleError("the query ends too early", text, len(text) + 1)
    token = error.token
    place = (token.start_pos or 0) + 1
    if token.type == "$END":
        open_ones = straight.count("(") - straight.count(")")
        remedy = "close the parenthesis" if open_ones > 0 else "add what comes after the operator"
        return RuleError("the query ends too early", text, len(text.rstrip()) + 1, remedy)
    if token.type == "RPAR" and straight.count(")") > straight.count("("):
        return RuleError("this parenthesis closes nothing", text, place, "take it away")
    before = [seen for seen in error.token_history or () if isinstance(seen, Token)]
    last = before[-1] if before else None
    if last is not None and last.type in _OPERANDS and token.type not in {"_AND", "_OR", "RPAR"}:
        return _side_by_side(text, last, token)
    remedy = "put a word, a phrase or a parenthesis here"
    return RuleError(f"{str(token)!r} cannot stand here", text, place, remedy)


def _side_by_side(text: str, last: Token, token: Token) -> RuleError:
    """Explain two operands without an operator between them, and give the readings."""
    place = (token.start_pos or 0) + 1
    left, right = str(last), str(token)
    if token.type == "_NOT":
        return RuleError("NOT needs an operator before it", text, place, "write AND NOT")
    if _OPERATORS & {left.upper(), right.upper()}:
        word = right if right.upper() in _OPERATORS else left
        place = ((token if word is right else last).start_pos or 0) + 1
        remedy = f'write {word.upper()} for the operator, or put the word in quotes: "{word}"'
        return RuleError(f"{word!r} is no operator", text, place, remedy)
    if last.type == "RPAR" or token.type in {"LPAR", "ZONE"}:
        problem = f"an operator is missing before {right!r}"
        return RuleError(problem, text, place, "put AND or OR before it")
    both_bare = last.type == token.type == "WORD"
    phrase = f'"{left} {right}" for the phrase, ' if both_bare else ""
    remedy = f"write {phrase}{left} AND {right} for both, or {left} OR {right} for either"
    return RuleError(
        f"{left} and {right} stand side by side without an operator", text, place, remedy
    )


def _bad_character(text: str, straight: str, place: int) -> RuleError:
    """Explain a character that begins nothing."""
    char = straight[place]
    if char == '"':
        return RuleError("the quotation mark is never closed", text, place + 1, 'add a closing "')
    remedy = f'put it in quotes: "{char}…"' if char in "*=/<>:@" else "take it away"
    return RuleError(f"{char!r} cannot stand here", text, place + 1, remedy)
