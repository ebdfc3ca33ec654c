"""Characters that no font has: a box stands for each in a PDF, and they are counted by script."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from typst import TypstError

BOX = "\u25af"
"""What is printed in place of a character that no font has."""

_NAMED = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_JOINING = ("Mn", "Mc", "Me", "Cf")


def missing_texts(error: TypstError) -> frozenset[str]:
    """The texts for which Typst found no glyph; empty where the error is another one."""
    return frozenset(_ESCAPED.sub(_unescaped, text) for text in _NAMED.findall(error.diagnostic))


class Boxes:
    """Puts boxes in place of texts without glyphs, and counts them."""

    def __init__(self) -> None:
        self.scripts: Counter[str] = Counter()
        """How many boxes were put, by script."""

    def put(self, data: Any, texts: Iterable[str]) -> Any:
        """JSON data with a box for each of these texts, together with its combining marks."""
        ordered = sorted(texts, key=len, reverse=True)
        marks = [one for one in ordered if _only_joins(one)]
        pattern = f"(?:{_any_of(ordered)})" + (f"(?:{_any_of(marks)})*" if marks else "")
        return self._replaced(data, re.compile(pattern))

    def _replaced(self, data: Any, pattern: re.Pattern[str]) -> Any:
        if isinstance(data, str):
            return pattern.sub(self._box, data)
        if isinstance(data, dict):
            texts = cast("dict[str, Any]", data)
            return {key: self._replaced(value, pattern) for key, value in texts.items()}
        if isinstance(data, list | tuple):
            return [self._replaced(value, pattern) for value in cast("list[Any]", data)]
        return data

    def _box(self, found: re.Match[str]) -> str:
        self.scripts[script(found[0])] += 1
        return BOX


def script(text: str) -> str:
    """The script of a text's first character, as Unicode names it; `OTHER` for a sign or emoji.

    >>> script("த"), script("山"), script("😀")
    ('TAMIL', 'CJK', 'OTHER')
    """
    character = text[0]
    if unicodedata.category(character)[0] not in "LMN":
        return "OTHER"
    return unicodedata.name(character, "UNNAMED").split()[0]


def _only_joins(text: str) -> bool:
    return all(unicodedata.category(one) in _JOINING for one in text)


def _any_of(texts: Iterable[str]) -> str:
    return "|".join(map(re.escape, texts))


def _unescaped(found: re.Match[str]) -> str:
    code, sign = found.groups()
    return chr(int(code, 16)) if code else _SIGNS.get(sign, sign)
