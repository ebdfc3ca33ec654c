"""Every sentence of the notify endpoint's documentation is held by a test that exists."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PAGE = tomllib.loads((HERE / "notify_documentation.toml").read_text())["sentence"]

ERRORS = {
    "The API key provided is invalid.",
    "The API secret provided is invalid.",
    "The id provided does not exist.",
    "{} is not a valid communication medium.",
    "Email can not be sent since email address has not been provided.",
    "SMS can not be sent since contact number has not been provided.",
    "Operation not allowed for Invoice in {} status.",
}


def source(name: str) -> str:
    """What a file beside this one says; nothing where there is none."""
    file = HERE / name
    return file.read_text() if file.is_file() else ""


def names_of(name: str) -> set[str]:
    """The names of a file's tests."""
    found = ast.parse(source(name)).body
    return {one.name for one in found if isinstance(one, ast.FunctionDef)}


def complaints(sentences: Sequence[Mapping[str, Any]]) -> list[str]:
    """The sentences that no test holds, the tests that are not there or say something else."""
    found = []
    for sentence in sentences:
        says = sentence["says"]
        if not sentence.get("tests"):
            found.append(f"no test: {says}")
        words = sentence.get("answered", sentence.get("text", "")).removesuffix(".").split("{}")
        for test in sentence.get("tests", ()):
            file, _, name = test.partition("::")
            if not name.startswith("test_") or name not in names_of(file):
                found.append(f"{test} does not exist: {says}")
            elif not all(part in source(file) for part in words):
                found.append(f"{test} does not have the words: {says}")
    return found


def test_every_sentence_has_its_tests_and_every_test_exists() -> None:
    assert complaints(PAGE) == []


def test_the_page_is_here_in_all_its_parts_and_errors() -> None:
    assert {sentence["part"] for sentence in PAGE} == {"title", "parameters", "response", "error"}
    errors = [sentence for sentence in PAGE if sentence["part"] == "error"]
    assert {sentence["text"] for sentence in errors} == ERRORS
    assert all("400: " in one["says"] or "4xx: " in one["says"] for one in errors)


def test_no_sentence_is_here_twice() -> None:
    said = [sentence["says"] for sentence in PAGE]
    assert len(set(said)) == len(said)


HELD = "test_razorpay_python_sdk_notify.py::test_notify_by_sms_without_a_contact_number_is_refused"


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ({"tests": []}, "no test"),
        ({}, "no test"),
        ({"tests": ["test_nowhere.py::test_x"]}, "does not exist"),
        ({"tests": [HELD + "_at_all"]}, "does not exist"),
        ({"tests": ["test_razorpay_python_sdk.py::not_allowed"]}, "does not exist"),
        ({"tests": [HELD], "text": "SMS was not sent."}, "does not have the words"),
        ({"tests": [HELD], "text": "SMS can not", "answered": "Never."}, "does not have the words"),
    ],
)
def test_a_sentence_that_nothing_holds_is_complained_of(
    sentence: dict[str, Any], words: str
) -> None:
    (complaint,) = complaints([{"says": "a promise", **sentence}])
    assert words in complaint
    assert complaint.endswith("a promise")
