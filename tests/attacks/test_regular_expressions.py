"""No regular expression repeats a repetition, unless it is clear where each begins."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

PACKAGES = [
    Path(__file__).parents[2] / "domain" / "billhook",
    Path(__file__).parents[2] / "adapters" / "billhook_adapters",
]
parser: Any = import_module("re._parser")
compiler: Any = import_module("re._compiler")
ALL = [chr(code) for code in range(256)]
REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
SHORT = 16
"""A repetition of at most this length inside another one takes no time to speak of."""


def _expressions() -> Iterator[tuple[str, str]]:
    """Every text that stands where a regular expression does, and where it is."""
    for package in PACKAGES:
        for path in package.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                yield from _of(node, str(path.relative_to(package.parent)))


def _of(node: ast.AST, where: str) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="re")),
            args=[ast.Constant(value=str(expression)), *_],
        ):
            yield where, expression
        case _:  # what pydantic is given as a pattern runs without backtracking
            return


def _nested(parsed: Any, outer: Any = None) -> bool:
    """Whether a long repetition stands within another one, and nothing says where each begins."""
    for operation, argument in parsed:
        if str(operation) in REPEATS:
            _, most, inner = argument
            is_long = most > SHORT
            if is_long and outer is not None and _characters(outer[:1]) & _characters(inner):
                return True
            if _nested(inner, inner if is_long else outer):
                return True
        elif any(_nested(part, outer) for part in _parts(argument)):
            return True
    return False


def _characters(parsed: Any) -> set[str]:
    """The characters that match this part alone; all of them where it is longer."""
    matching = {one for one in ALL if compiler.compile(parsed).fullmatch(one)}
    return matching or set(ALL)


def _parts(argument: Any) -> Iterator[Any]:
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, list | tuple):
        for one in argument:
            yield from _parts(one)


def _repeats_a_repetition(expression: str) -> bool:
    return _nested(parser.parse(expression))


EXPRESSIONS = sorted(set(_expressions()))


@pytest.mark.parametrize(("where", "expression"), EXPRESSIONS)
def test_no_expression_repeats_what_repeats(where: str, expression: str) -> None:
    assert not _repeats_a_repetition(expression), where


def test_the_expressions_are_found() -> None:
    assert len(EXPRESSIONS) > 20


@pytest.mark.parametrize(
    "expression", ["(a+)+$", "(?:a*b?)*", "((x|y)+z?)+", "(a{1,40})+", "(?: [ -~]+)*"]
)
def test_one_that_does_is_noticed(expression: str) -> None:
    assert _repeats_a_repetition(expression)


@pytest.mark.parametrize(
    "expression", ["a+b+", "(?:ab{1,3})+", "(?: [!-~]+)*", "[a-z]+(?=x)", re.escape("(a+)+")]
)
def test_one_that_does_not_is_fine(expression: str) -> None:
    assert not _repeats_a_repetition(expression)
