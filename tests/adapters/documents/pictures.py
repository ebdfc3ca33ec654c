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
            self.pages = [one.get_text_bounded() for one in texts]
            self.text = "\n".join(self.pages)
            self.size = pages[0].get_size()
            self.image = pages[0].render(scale=2).to_pil().copy()
            self.metadata = document.get_metadata_dict()
            for one in (*texts, *pages):
                one.close()
        finally:
            document.close()

    def ink_between(self, mark: str) -> int:
        """How many dark pixels stand between the first two of these marks on the first page."""
        document = pypdfium2.PdfDocument(self.body)
        page = document[0]
        texts = page.get_textpage()
        try:
            marks = (at for at in range(texts.count_chars()) if texts.get_text_range(at, 1) == mark)
            one, other = (texts.get_charbox(next(marks)) for _ in range(2))
            (_, bottom, left, top), (right, *_) = sorted((one, other))
            height = page.get_height()
        finally:
            texts.close()
            page.close()
            document.close()
        area = (2 * left + 1, 2 * (height - top), 2 * right - 1, 2 * (height - bottom))
        return sum(self.image.crop(tuple(map(round, area))).convert("L").histogram()[:128])

    def boxes(self) -> list[list[tuple[float, float, float, float]]]:
        """The box of every letter or ligature, by page: left, bottom, right and top, in points."""
        document = pypdfium2.PdfDocument(self.body)
        found: list[list[tuple[float, float, float, float]]] = []
        for number in range(len(document)):
            page = document[number]
            texts = page.get_textpage()
            boxes = {texts.get_charbox(at) for at in range(texts.count_chars())}
            found.append([box for box in boxes if box[2] - box[0] > 0.1])
            texts.close()
            page.close()
        document.close()
        return found

    def ends_of(self, text: str) -> list[int]:
        """Where this text ends on the first page, each time: tenths of a point from the left."""
        document = pypdfium2.PdfDocument(self.body)
        page = document[0]
        texts = page.get_textpage()
        search = texts.search(text)
        found: list[int] = []
        while (place := search.get_next()) is not None:
            found.append(round(10 * texts.get_charbox(sum(place) - 1)[2]))
        search.close()
        texts.close()
        page.close()
        document.close()
        return found

    @property
    def claims(self) -> set[str]:
        """The standards that it claims."""
        found = re.findall(rb"<(pdf(?:aid|uaid):\w+)>(\w+)<", self.body)
        return {f"{name.decode()} {value.decode()}" for name, value in found}
