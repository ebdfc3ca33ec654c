"""The words of words.toml: the repository holds none, and the check finds each of them."""

from __future__ import annotations

import pytest

from architecture.words import CONFIG, findings, findings_in, repository


def test_the_repository_holds_no_forbidden_word() -> None:
    assert [str(finding) for finding in findings(repository())] == []


@pytest.mark.parametrize("word", CONFIG["words"])
def test_every_word_is_found_in_prose(word: str) -> None:
    assert word in [finding.word for finding in findings_in("page.md", f"First.\nThe {word} is.")]


@pytest.mark.parametrize("word", CONFIG["names"])
def test_every_name_is_found_in_code_and_not_in_comments(word: str) -> None:
    found = findings_in("module.py", f"# {word}\n{word} = 1\n")
    assert [(finding.line, finding.word) for finding in found] == [(2, word)]


@pytest.mark.parametrize("name", ["told_by", "was_told", "WasTold", "toldTwice", "TOLD", "_told2"])
def test_identifiers_are_split(name: str) -> None:
    assert [finding.word for finding in findings_in("module.py", f"{name} = 1\n")] == ["told"]


@pytest.mark.parametrize(
    "text", ["interface", "surface", "lawful", "factory", "helpdesk", "planet"]
)
def test_a_part_of_a_word_is_no_word(text: str) -> None:
    assert findings_in("page.md", text) == []


def test_a_phrase_is_found_across_lines() -> None:
    assert [finding.line for finding in findings_in("page.md", "What\ncame\nback.")] == [2]


@pytest.mark.parametrize("entry", CONFIG["allow"], ids=lambda entry: entry["paths"][0])
def test_every_allowed_use_has_a_reason_and_is_for_known_words(entry: dict[str, object]) -> None:
    assert set(entry) == {"paths", "words", "reason"}
    assert set(entry["words"]) <= {*CONFIG["words"], *CONFIG["names"]}  # type: ignore[call-overload]  # a list of text
