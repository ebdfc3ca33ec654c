"""The examples that fuzzing starts from, and every input that once failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.parsers import PARSERS

EXAMPLES = Path(__file__).parent / "examples"


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.filterwarnings("ignore")  # parsers of the standard library warn of odd input
def test_a_parser_returns_or_raises_what_its_caller_expects(name: str) -> None:
    examples = sorted((EXAMPLES / name).iterdir())
    assert len(examples) >= 2
    for example in examples:
        PARSERS[name](example.read_bytes())


def test_every_folder_of_examples_has_its_parser() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == set(PARSERS)
