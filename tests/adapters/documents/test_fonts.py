"""Every script leaves ink on the PDF: its letters, or a box that is counted and logged."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from pathlib import Path

import pytest

from adapters.documents.pictures import Printed
from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.invoice import Status
from billhook_adapters.documents.font_chain import PACKAGES, FontChain
from billhook_adapters.documents.missing_glyphs import BOX
from billhook_adapters.documents.pdf import Printer
from billhook_adapters.observability import Metrics
from billhook_adapters.testing import a_customer, an_invoice

INCLUDED = {
    "Vietnamese": "Nguyễn Thị Ước",
    "Czech": "Šárka Čížková",
    "Greek": "Ελλάδα",
    "Russian": "Россия",
    "Hindi": "क्षत्रिय",
    "Arabic": "شركة",
    "Persian": "می\u200cخواهم",  # noqa: RUF001  # Persian is meant
}
ADDED = {
    "Tamil": "சொத்து",
    "Telugu": "స్త్రీ",
    "Kannada": "ಕನ್ನಡ",
    "Malayalam": "മലയാളം",
    "Bengali": "বাংলা",
    "Gujarati": "ગુજરાતી",
    "Gurmukhi": "ਪੰਜਾਬੀ",
    "Odia": "ଓଡ଼ିଆ",
    "Sinhala": "ශ්\u200dරී ලංකා",
    "Thai": "ภาษาไทย",
    "Khmer": "ខ្មែរ",
    "Burmese": "မြန်မာ",
    "Amharic": "አማርኛ",
    "Chinese": "新中国",
    "Japanese": "日本カタカナ",
    "Korean": "한국어",
    "emoji": "😀👨\u200d👩\u200d👧",
    "a flag": "🇮🇳",
}
TIBETAN = "བོད་ཡིག"


class CountingPrinter(Printer):
    """A printer with the fonts of these packages, and none of the system's."""

    def __init__(self, *packages: str) -> None:
        self.metrics = Metrics()
        super().__init__(
            FontChain(packages=packages, system=False), count_missing=self.metrics.missing_glyphs
        )

    def name(self, text: str, language: str | None = None) -> Printed:
        """The PDF of an invoice for a payer of this name, between two bars."""
        customer = a_customer(name=f"|{text}|", language=language)
        return Printed(
            self.printed(HostedInvoice(an_invoice(Status.ISSUED, customer=customer), "Acme"))
        )

    @property
    def counted(self) -> list[str]:
        """What the metric says of boxes."""
        lines = self.metrics.exposition().decode().splitlines()
        return [line for line in lines if line.startswith("billhook_pdf_missing_glyphs_total")]


@pytest.fixture(scope="module")
def included() -> CountingPrinter:
    """With the fonts that billhook itself brings."""
    return CountingPrinter()


@pytest.fixture(scope="module")
def full() -> CountingPrinter:
    """With `billhook[fonts]`."""
    return CountingPrinter(*PACKAGES)


@pytest.mark.parametrize("script", [*INCLUDED, *ADDED])
def test_every_script_is_set_in_its_own_letters(full: CountingPrinter, script: str) -> None:
    text, before = (INCLUDED | ADDED)[script], full.counted
    pdf = full.name(text)
    assert pdf.ink_between("|") > 10
    assert full.counted == before
    assert pdf.claims


@pytest.mark.parametrize("script", INCLUDED)
def test_scripts_of_the_included_fonts_need_nothing_more(
    included: CountingPrinter, script: str
) -> None:
    pdf = included.name(INCLUDED[script])
    assert pdf.ink_between("|") > 10
    assert BOX not in pdf.text


@pytest.mark.parametrize("script", ADDED)
def test_without_its_font_a_script_is_boxes(included: CountingPrinter, script: str) -> None:
    pdf = included.name(ADDED[script])
    assert pdf.ink_between("|") > 10
    assert f"|{BOX}" in pdf.text
    assert pdf.claims  # a box is a letter of a font: the standards are kept


def test_boxes_are_counted_by_script_and_logged_without_the_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    printer = CountingPrinter()
    with caplog.at_level(logging.WARNING):
        printer.name("山田 தமிழ் 😀")
    (said,) = caplog.messages
    assert said == (
        "pdf: no font has some characters: CJK 2, OTHER 1, TAMIL 3; install billhook[fonts]"
    )
    assert sorted(printer.counted) == [
        'billhook_pdf_missing_glyphs_total{script="CJK"} 2.0',
        'billhook_pdf_missing_glyphs_total{script="OTHER"} 1.0',
        'billhook_pdf_missing_glyphs_total{script="TAMIL"} 3.0',
    ]


def test_fonts_of_the_operators_folder_are_used(caplog: pytest.LogCaptureFixture) -> None:
    spec = find_spec(PACKAGES[0])
    assert spec is not None
    assert spec.submodule_search_locations is not None
    (folder,) = spec.submodule_search_locations
    printer = Printer(FontChain(Path(folder), packages=(), system=False))
    customer = a_customer(name=ADDED["Tamil"])
    pdf = Printed(printer.printed(HostedInvoice(an_invoice(customer=customer), "Acme")))
    assert (BOX in pdf.text, caplog.messages) == (False, [])


def test_what_no_font_of_the_extra_has_is_a_box_too(full: CountingPrinter) -> None:
    assert BOX in full.name(TIBETAN).text


@pytest.mark.parametrize(
    ("language", "text", "region"),
    [
        (None, "骨", "SC"),
        (None, "骨 カナ", "JP"),
        (None, "骨 한국", "KR"),
        ("ja", "骨", "JP"),
        ("zh-TW", "骨", "TC"),
        ("zh-Hant-HK", "骨", "TC"),
        ("ko-KR", "骨", "KR"),
        ("zh-CN", "骨", "SC"),
    ],
)
def test_chinese_characters_have_the_form_of_their_language(
    language: str | None, text: str, region: str
) -> None:
    families = FontChain(system=False).families(language, text)
    assert families[-1] == f"Noto Sans CJK {region}"
