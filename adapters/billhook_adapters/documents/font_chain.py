"""The fonts that PDFs are set in, and which of them a character is taken from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from billhook_adapters.system.optional_dependencies import needs

with needs("pages"):
    import typst

_INCLUDED = Path(__file__).parent / "fonts"
_FIRST = ("Noto Sans", "Noto Sans Devanagari", "Noto Sans Arabic")
PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")
"""What the extra `billhook[fonts]` brings: the fonts are the files of these packages."""

_REGIONS = {"ja": "JP", "ko": "KR", "zh-hant": "TC", "zh-tw": "TC", "zh-hk": "HK", "zh-mo": "HK"}
_KANA, _HANGUL = re.compile("[\u3040-\u30ff]"), re.compile("[\u1100-\u11ff\uac00-\ud7a3]")


class FontChain:
    """The included fonts, then those of a folder, of the extra `billhook[fonts]`, of the system.

    Included are Latin, Greek, Cyrillic, Devanagari and Arabic. A character that none of these has
    is taken from the font that has it and looks most like them.

    >>> FontChain(system=False).families("en", "Acme")[0]
    'Noto Sans'
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        packages: Iterable[str] = PACKAGES,
        system: bool = True,
    ) -> None:
        self.fonts = typst.Fonts(
            include_system_fonts=system, font_paths=font_folders(folder, packages)
        )
        self._found = frozenset(self.fonts.families())

    def families(self, language: str | None, text: str) -> list[str]:
        """The families to ask first for the characters of a text.

        Chinese, Japanese and Korean write one character in different forms. The form is the
        language's, else that of the kana or hangul in the text, else simplified Chinese.
        """
        region = _region(language or "", text)
        cjk = (f"Noto Sans CJK {region}", f"Noto Sans {region}")
        return [*_FIRST, *(one for one in cjk if one in self._found)]


@lru_cache(4)
def installed_fonts(folder: Path | None) -> FontChain:
    """The chain with this folder. Its files are looked through once in a process."""
    return FontChain(folder)


def font_folders(folder: Path | None = None, packages: Iterable[str] = PACKAGES) -> list[str]:
    """The folders of fonts: the included ones, this folder, and those of installed packages."""
    folders = [str(_INCLUDED), *([str(folder)] if folder else ())]
    for name in packages:
        spec = find_spec(name)
        if spec is not None:
            folders += spec.submodule_search_locations or ()
    return folders


def _region(language: str, text: str) -> str:
    tag = language.casefold()
    for prefix, region in _REGIONS.items():
        if f"{tag}-".startswith(f"{prefix}-"):
            return region
    if _KANA.search(text):
        return "JP"
    return "KR" if _HANGUL.search(text) else "SC"
