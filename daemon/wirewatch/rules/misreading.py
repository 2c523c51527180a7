"""What a person most likely meant by a query that cannot be read."""

import re

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from wirewatch.errors import RuleError
from wirewatch.rules.nesting import FUNCTIONS, chain_at, closes_nothing, still_open
from wirewatch.rules.zones import COMPARED

_OPERANDS = {
    "WORD",
    "PREFIX",
    "PHRASE",
    "EXACT",
    "PATTERN",
    "GAZETTEER",
    "SUBJECT",
    "COMPARE",
    "RPAR",
}
_OPERATORS = {"AND", "OR", "NOT"}
_FOLLOWERS = {"_AND", "_OR", "NEAR", "RPAR", "_COMMA"}
_DISTANCES = re.compile(r"(NEAR|BEFORE)(?:/.*)?", re.IGNORECASE)
_COUNTS = {"ATLEAST", "DISTINCT", "FIRST"}


def explained(text: str, straight: str, error: UnexpectedInput) -> RuleError:
    """Say what is wrong with a query, where, and what to write instead."""
    if isinstance(error, UnexpectedCharacters):
        return _bad_character(text, straight, getattr(error, "pos_in_stream", None) or 0)
    if not isinstance(error, UnexpectedToken) or error.token.type == "$END":
        remedy = "add what comes after the operator"
        if still_open(straight):
            remedy = "close the parenthesis"
        return RuleError("the query ends too early", text, len(text.rstrip()) + 1, remedy)
    token = error.token
    before = [seen for seen in error.token_history or () if isinstance(seen, Token)]
    last = before[-1] if before else None
    if last is not None and last.type in _OPERANDS and token.type not in _FOLLOWERS:
        return _side_by_side(text, last, token)
    if token.type == "NEAR":
        return _chained(text, straight, token)
    return _misplaced(text, straight, token, last)


def _misplaced(text: str, straight: str, token: Token, last: Token | None) -> RuleError:
    """Explain what cannot stand where it does."""
    place = (token.start_pos or 0) + 1
    if token.type == "RPAR" and closes_nothing(straight, place - 1):
        return RuleError("this parenthesis closes nothing", text, place, "take it away")
    remedy = "put a word, a phrase or a parenthesis here"
    if token.type == "_COMMA":
        remedy = "write AND or OR; commas part what is in SENTENCE(a, b) and PARAGRAPH(a, b)"
    elif token.type == "_NOT" and last is not None and last.type == "NEAR":
        remedy = f"{last} takes what has a place; write … AND NOT (a {last} b)"
    return RuleError(f"{str(token)!r} cannot stand here", text, place, remedy)


def _chained(text: str, straight: str, token: Token) -> RuleError:
    """Explain a NEAR beside another, or beside nothing, and give the readings."""
    place = token.start_pos or 0
    chain = chain_at(straight, place)
    if not chain:
        remedy = f"put a word, a phrase or a parenthesis on both sides: a {token} b"
        return RuleError(f"{str(token)!r} cannot stand here", text, place + 1, remedy)
    a, near, b, other, c = chain
    remedy = f"write ({a} {near} {b}) {other} {c} or {a} {near} ({b} {other} {c})"
    return RuleError(f"{near} and {other} need parentheses", text, place + 1, remedy)


def _side_by_side(text: str, last: Token, token: Token) -> RuleError:
    """Explain two operands without an operator between them, and give the readings."""
    place = (token.start_pos or 0) + 1
    left, right = str(last), str(token)
    if token.type == "_NOT":
        return RuleError("NOT needs an operator before it", text, place, "write AND NOT")
    for one in (last, token):
        fault = _no_operator(text, one, before_parenthesis=one is last and token.type == "LPAR")
        if fault:
            return fault
    if last.type == "RPAR" or token.type in {"LPAR", "ZONE", "UNIT", "COUNT"}:
        problem = f"an operator is missing before {right!r}"
        return RuleError(problem, text, place, "put AND or OR before it")
    both_bare = last.type == token.type == "WORD"
    phrase = f'"{left} {right}" for the phrase, ' if both_bare else ""
    remedy = f"write {phrase}{left} AND {right} for both, or {left} OR {right} for either"
    return RuleError(
        f"{left} and {right} stand side by side without an operator", text, place, remedy
    )


def _no_operator(text: str, word: Token, *, before_parenthesis: bool) -> RuleError | None:
    """Explain a word that is meant for an operator and is none as it is written."""
    place = (word.start_pos or 0) + 1
    name = word.upper()
    if word.type == "COMPARE" and word.rstrip()[-1] in "<>=":
        problem, remedy = f"{word} compares with nothing", f"write a value without quotes: {word}1"
        remedy = remedy.replace("published", "a day, as published") if name[0] == "P" else remedy
        return RuleError(problem, text, place, remedy)
    if word.type != "WORD":
        return None
    quoted = f'or put the word in quotes: "{word}"'
    if name in _OPERATORS:
        remedy = f"write {name} for the operator, {quoted}"
        return RuleError(f"{str(word)!r} is no operator", text, place, remedy)
    near = _DISTANCES.fullmatch(word)
    if near:
        remedy = f"write {near[1].upper()}/5 for five words at most, {quoted}"
        return RuleError(f"{str(word)!r} is no operator", text, place, remedy)
    if before_parenthesis and name in FUNCTIONS:
        inside = "2, a" if name in _COUNTS else "a, b"
        problem = (
            f"{word} needs a number and a comma" if word in _COUNTS else f"{word} is no operator"
        )
        return RuleError(problem, text, place, f"write {name}({inside}), {quoted}")
    return None


def _bad_character(text: str, straight: str, place: int) -> RuleError:
    """Explain a character that begins nothing."""
    char = straight[place]
    if straight.startswith("//", place):
        return RuleError("the expression is empty", text, place + 1, "write it between the slashes")
    if char == "/":
        return RuleError("the expression is never closed", text, place + 1, "add a closing /")
    if char == '"':
        return RuleError("the quotation mark is never closed", text, place + 1, 'add a closing "')
    remedy = f'put it in quotes: "{char}…"' if char in "*=/<>:@" else "take it away"
    if char in "<>=":
        remedy = f"only {', '.join(COMPARED)} are compared; {remedy}"
    return RuleError(f"{char!r} cannot stand here", text, place + 1, remedy)
