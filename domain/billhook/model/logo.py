"""The seller's logo, as it is on pages and PDFs."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from billhook.model.base import Value

MAX_LOGO = 256 * 1024
"""The most bytes of a logo."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class LogoFormat(StrEnum):
    """The format of a logo.

    >>> LogoFormat("svg")
    <LogoFormat.SVG: 'svg'>
    """

    PNG = "png"
    SVG = "svg"


class Logo(Value):
    """A logo: its format and its bytes, at most 256 KiB.

    What reads a file (`billhook_adapters.documents.logos`) checks it and takes scripts and
    references away from an SVG; here only its format is checked. Show an SVG as an image, never as
    a part of a page.

    >>> Logo(format="svg", data=b'<svg xmlns="http://www.w3.org/2000/svg"/>').format
    <LogoFormat.SVG: 'svg'>
    """

    format: LogoFormat
    data: Annotated[bytes, Field(min_length=1, max_length=MAX_LOGO, repr=False)]

    if TYPE_CHECKING:

        def __init__(self, *, format: LogoFormat | str, data: bytes) -> None: ...

    @model_validator(mode="after")
    def _is_of_its_format(self) -> Self:
        if self.data.startswith(PNG_SIGNATURE) is not (self.format is LogoFormat.PNG):
            raise ValueError(f"data must be of the format {self.format}")
        return self
