"""Takes pictures of what payers see: page, PDF and mail, of every sample in every language; and
of the console of the sandbox.

`make screenshots` runs it. All pictures are written to screenshots/; a sheet of small ones for each
sample and language, and a few large ones, to docs/assets/screenshots. Chromium has the same fonts
as the PDF, and no others, so that pictures do not depend on the machine.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from console_pictures import console_pictures
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from billhook.application.hosted_invoice import HostedInvoice
from billhook.messaging.message import Message
from billhook_adapters.documents.font_chain import font_folders
from billhook_adapters.documents.invoice_view import sheet
from billhook_adapters.documents.language import phrases
from billhook_adapters.documents.pdf import Printer
from billhook_adapters.documents.sample import TOKEN, SampleKind, sample
from billhook_adapters.documents.templating import Templates
from billhook_adapters.http.hosted_page.rendering import page

ROOT = Path(__file__).parent.parent
ALL, SHOWN = ROOT / "screenshots", ROOT / "docs/assets/screenshots"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TALLEST = 2400
"""Pixels: what is below is left out, as of a page with 500 items."""

LARGE = (
    "en-tax-page",
    "en-part-paid-phone",
    "en-part-paid-dark",
    "en-tax-pdf",
    "en-part-paid-mail",
    "ar-part-paid-page",
    "ta-tax-pdf",
    "de-part-paid-pdf",
)
"""The pictures that the documentation shows in full size."""

OF_CONSOLE = ("home-page", "invoice-page", "mail-phone")
"""The pictures of the console that the documentation shows."""

Pictures = Mapping[str, Image.Image]


def main() -> int:
    """Take all pictures, or those of the languages that are named."""
    languages = sys.argv[1:] or list(phrases())
    printer, templates = Printer(), Templates(None)
    for folder in (ALL, SHOWN):
        folder.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        for name, picture in console_pictures(chromium, NOW).items():
            picture.save(ALL / f"console-{name}.png")
            if name in OF_CONSOLE:
                small(picture, SHOWN / f"console-{name}.png")
        for language in languages:
            for kind in SampleKind:
                hosted, message = sample(language, NOW, kind=kind)
                pictures = {
                    **pages(chromium, hosted),
                    "pdf": first_page(printer.printed(hosted)),
                    "mail": mail(chromium, hosted, message, templates),
                }
                written(pictures, f"{language}-{kind}")
    return 0


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium with the fonts of the PDF."""
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("chromium is missing: apt-get install chromium")
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        places = "".join(f"<dir>{one}</dir>" for one in font_folders())
        fonts = Path(folder) / "fonts.conf"
        fonts.write_text(
            "<fontconfig>"
            f"{places}<cachedir>{folder}/cache</cachedir>"
            "<alias><family>sans-serif</family><prefer><family>Noto Sans</family></prefer></alias>"
            "<alias><family>system-ui</family><prefer><family>Noto Sans</family></prefer></alias>"
            "</fontconfig>"
        )
        started = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-dev-shm-usage"],
            env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
        )
        yield started
        started.close()


def pages(chromium: Browser, hosted: HostedInvoice) -> Pictures:
    """The hosted page: on a desktop, on a phone, in the dark, and printed."""
    accent_color = hosted.profile.accent_color
    body = page(sheet(hosted), TOKEN, logo=hosted.logo, accent_color=accent_color).body.decode()
    return {
        "page": shot(chromium, body, 960),
        "phone": shot(chromium, body, 375),
        "dark": shot(chromium, body, 800, dark=True),
        "print": first_page(print_out(chromium, body)),
    }


def mail(
    chromium: Browser, hosted: HostedInvoice, message: Message, templates: Templates
) -> Image.Image:
    """The mail about the invoice, as a program shows its HTML."""
    shown = hosted.invoice.of_seller(hosted.profile)
    letter = templates.letter(message, shown, hosted.seller)
    return shot(chromium, letter.html or "", 640)


def shot(chromium: Browser, html: str, width: int, *, dark: bool = False) -> Image.Image:
    """A picture of a page from its top."""
    context = chromium.new_context(
        viewport={"width": width, "height": 600}, color_scheme="dark" if dark else "light"
    )
    opened = context.new_page()
    opened.set_content(html)
    height = min(TALLEST, opened.evaluate("document.documentElement.scrollHeight"))
    opened.set_viewport_size({"width": width, "height": height})
    taken = opened.screenshot()
    context.close()
    return Image.open(BytesIO(taken)).convert("RGB")


def print_out(chromium: Browser, html: str) -> bytes:
    """The page as the browser prints it."""
    opened = chromium.new_page()
    opened.set_content(html)
    printed = opened.pdf(format="A4", print_background=True)
    opened.close()
    return printed


def first_page(pdf: bytes) -> Image.Image:
    """The first page of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    image: Image.Image = document[0].render(scale=1.4).to_pil().convert("RGB")
    document.close()
    return image


def written(pictures: Pictures, name: str) -> None:
    """Write the pictures of a sample, a sheet of them, and the large ones of the documentation."""
    for kind, picture in pictures.items():
        picture.save(ALL / f"{name}-{kind}.png")
        if f"{name}-{kind}" in LARGE:
            small(picture, SHOWN / f"{name}-{kind}.png")
    small(contact_sheet(list(pictures.values())), SHOWN / f"{name}.png")


def contact_sheet(pictures: list[Image.Image]) -> Image.Image:
    """All pictures beside one another, as high as they are wide at most, on grey."""
    wide, high, gap = 236, 336, 8
    sheet = Image.new("RGB", (len(pictures) * (wide + gap) + gap, high + 2 * gap), "#d7dbe0")
    for place, picture in enumerate(pictures):
        scale = min(wide / picture.width, 1)
        scaled = picture.resize(
            (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS
        )
        sheet.paste(
            scaled.crop((0, 0, wide, min(high, scaled.height))), (gap + place * (wide + gap), gap)
        )
    return sheet


def small(picture: Image.Image, path: Path) -> None:
    """Write a picture with 128 colours, among them those of small areas."""
    few = picture.quantize(128, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
