"""Reads what this repository's Dockerfile, .dockerignore and compose files use of their formats."""

from __future__ import annotations

import json
import re
import shlex
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"


class Instruction(NamedTuple):
    """One instruction: `RUN` and what it runs."""

    name: str
    value: str

    @property
    def exec_form(self) -> list[str]:
        """The words of an instruction that no shell reads."""
        words: list[str] = json.loads(self.value[self.value.index("[") :])
        return words


def stages(text: str) -> list[list[Instruction]]:
    """The instructions of each stage, which begins with its FROM."""
    found: list[list[Instruction]] = []
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, value = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append(Instruction(name, value.strip()))
    return found


def value_of(stage: list[Instruction], name: str) -> Instruction:
    """The last instruction of a name, which is the one that counts."""
    return [one for one in stage if one.name == name][-1]


def copies(stage: list[Instruction]) -> list[tuple[str | None, list[str], str]]:
    """What each COPY copies: the stage or None for the context, the sources, the target."""
    found: list[tuple[str | None, list[str], str]] = []
    for one in stage:
        if one.name == "COPY":
            words = shlex.split(one.value)
            source = words.pop(0).partition("=")[2] if words[0].startswith("--from=") else None
            found.append((source, words[:-1], words[-1]))
    return found


def is_sent(path: str, ignore: str) -> bool:
    """Whether a file of the context is sent to the builder: the last pattern that matches says."""
    sent = True
    for line in ignore.splitlines():
        pattern = line.strip().removeprefix("!")
        if not pattern or line.startswith("#"):
            continue
        if pattern.startswith("**/"):
            matches = any(fnmatch(part, pattern[3:]) for part in Path(path).parts)
        else:
            matches = any(fnmatch(str(one), pattern) for one in (Path(path), *Path(path).parents))
        if matches:
            sent = line.startswith("!")
    return sent
