"""Reads pictures and PDFs with independent libraries."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypdfium2
import typst
import zxingcpp
from PIL import Image


def scanned(svg: str) -> str:
    """The text of a QR code in an SVG."""
    with TemporaryDirectory() as folder:
        picture = Path(folder) / "code.png"
        (Path(folder) / "code.svg").write_text(svg)
        page = Path(folder) / "page.typ"
        page.write_text('#set page(width: auto, height: auto)\n#image("code.svg", width: 8cm)')
        typst.compile(page, output=picture, ppi=144.0)
        with Image.open(picture) as image:
            return codes_in(image)[0]


def codes_in(image: Any) -> list[str]:
    """The texts of all codes in a picture."""
    return [found.text for found in zxingcpp.read_barcodes(image)]


class Printed:
    """A PDF, read with an independent library."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.image: Any
        document = pypdfium2.PdfDocument(body)
        try:
            pages = [document[number] for number in range(len(document))]
            texts = [page.get_textpage() for page in pages]
            self.text = "\n".join(one.get_text_bounded() for one in texts)
            self.image = pages[0].render(scale=2).to_pil().copy()
            self.metadata = document.get_metadata_dict()
            for one in (*texts, *pages):
                one.close()
        finally:
            document.close()

    @property
    def claims(self) -> set[str]:
        """The standards that it claims."""
        found = re.findall(rb"<(pdf(?:aid|uaid):\w+)>(\w+)<", self.body)
        return {f"{name.decode()} {value.decode()}" for name, value in found}
