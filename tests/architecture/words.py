"""Finds words that the project does not use: `python tests/architecture/words.py [PATH ...]`.

Every file below the paths is read as words: identifiers are split at underscores and capitals, and
docstrings, comments, messages and prose are read as they are. Without a path, the whole repository
is read. The words, what to write instead, and the real uses that are allowed are in `words.toml`.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CONFIG: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
SUFFIXES = {
    ".css",
    ".html",
    ".md",
    ".mjs",
    ".py",
    ".pyi",
    ".svg",
    ".toml",
    ".txt",
    ".typ",
    ".yaml",
    ".yml",
}
SKIPPED = {"__pycache__", "node_modules", "mutants"}
BUILT = {"dist", "site"}
ITSELF = {"tests/architecture/words.py", "tests/architecture/words.toml"}
PHRASES: dict[str, list[str]] = {}
for _phrase in CONFIG["words"]:
    PHRASES.setdefault(_phrase.partition(" ")[0], []).append(_phrase)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+(?:'s)?")


@dataclass(frozen=True, slots=True)
class Finding:
    """A forbidden word in a file."""

    path: str
    line: int
    word: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.word!r}: write {self.instead}"


def _allowed(path: str) -> set[str]:
    """The words that a file may use."""
    return {
        word
        for entry in CONFIG["allow"]
        if any(fnmatch(path, pattern) for pattern in entry["paths"])
        for word in entry["words"]
    }


def _names(source: str) -> Iterator[tuple[int, str]]:
    """The identifiers of a Python file with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            yield token.start[0], token.string


def findings_in(path: str, text: str) -> list[Finding]:
    """The forbidden words in a text that are not allowed in the file at `path`."""
    allowed = _allowed(path)
    words = [(match.start(), match.group().lower()) for match in WORD.finditer(text)]
    spoken = [word for _, word in words]
    found: list[Finding] = []
    for at, (start, word) in enumerate(words):
        for phrase in PHRASES.get(word, ()):
            parts = phrase.split(" ")
            if phrase not in allowed and spoken[at : at + len(parts)] == parts:
                line = text.count("\n", 0, start) + 1
                found.append(Finding(path, line, phrase, CONFIG["words"][phrase]))
    if path.endswith((".py", ".pyi")) and not CONFIG["names"].keys().isdisjoint(spoken):
        names = {word: why for word, why in CONFIG["names"].items() if word not in allowed}
        found += [
            Finding(path, line, name, names[name]) for line, name in _names(text) if name in names
        ]
    return sorted(found, key=lambda finding: finding.line)


def _files(path: Path) -> Iterator[Path]:
    """The files to read at or below a path."""
    if path.is_file():
        yield from [path] * (path.suffix in SUFFIXES or path.name == "Makefile")
        return
    for file in sorted(path.rglob("*")):
        if file.suffix in SUFFIXES and file.is_file() and not SKIPPED & set(file.parts):
            yield file


def repository() -> list[str]:
    """All files and folders of the repository but hidden and built ones, and what GitHub reads."""
    kept = (one.name for one in ROOT.iterdir() if one.name[0] != "." and one.name not in BUILT)
    return [*sorted(kept), ".github"]


def findings(paths: list[str]) -> list[Finding]:
    """The forbidden words below paths that are relative to the repository."""
    return [
        finding
        for path in paths
        for file in _files(ROOT / path)
        if (name := file.resolve().relative_to(ROOT).as_posix()) not in ITSELF
        for finding in findings_in(name, file.read_text())
    ]


if __name__ == "__main__":
    seen = findings(sys.argv[1:] or repository())
    print("".join(f"{finding}\n" for finding in seen), end="")
    sys.exit(1 if seen else 0)
