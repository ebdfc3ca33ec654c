"""Every phrase of every language: filled, with its own terms, and written once."""

from __future__ import annotations

from string import Formatter

import pytest

from billhook_adapters.documents.language import SOURCE, phrases

TERMS = {
    "en": ("Tax invoice", "Due date", "Subtotal", "VAT", "Amount due", "Instalments", "Receipt"),
    "de": ("Rechnung", "Fällig am", "Zwischensumme", "USt.", "Offener Betrag", "Raten", "Quittung"),
    "fr": ("Facture", "Échéance", "Sous-total", "TVA", "Montant dû", "Échéancier", "Reçu"),
    "es": ("Factura", "Vencimiento", "Subtotal", "IVA", "Importe pendiente", "Plazos", "Recibo"),
    "hi": ("कर इनवॉइस", "देय तिथि", "उप-योग", "VAT", "देय राशि", "किस्तें", "रसीद"),
    "ta": (
        "வரி விலைப்பட்டியல்", "செலுத்த வேண்டிய தேதி", "கூட்டுத்தொகை", "VAT",
        "செலுத்த வேண்டிய தொகை", "தவணைகள்", "ரசீது",
    ),
    "ar": (
        "فاتورة ضريبية", "تاريخ الاستحقاق", "المجموع الفرعي", "ضريبة القيمة المضافة",
        "المبلغ المستحق", "الأقساط", "إيصال",
    ),
}  # fmt: skip
NAMES = ("tax_invoice", "due_date", "subtotal", "tax_vat", "due", "instalments", "receipt")

SAME_EVERYWHERE = {
    "hsn_sac", "iban", "bic", "tax_id_gstin", "tax_id_pan", "tax_id_ein", "tax_gst", "upi",
    "tax_vat", "email", "phone", "website", "status_heading", "date", "total", "subtotal",
}  # fmt: skip
"""Terms that two languages may share with English."""


@pytest.mark.parametrize("language", phrases())
def test_a_language_uses_the_terms_of_its_invoices(language: str) -> None:
    words = phrases()[language]
    assert tuple(words[name] for name in NAMES) == TERMS[language]


@pytest.mark.parametrize(
    ("language", "name"), [(code, name) for code, words in phrases().items() for name in words]
)
def test_a_phrase_is_in_its_language_and_fits_its_place(language: str, name: str) -> None:
    phrase, source = phrases()[language][name], phrases()[SOURCE][name]
    plain = "".join(text for text, *_ in Formatter().parse(phrase))
    assert phrase == phrase.strip() != ""
    assert "  " not in phrase
    assert language == SOURCE or phrase != source or name in SAME_EVERYWHERE
    ends = {"।": ".", "؟": "?"}
    assert ends.get(plain[-1:], plain[-1:]) == source[-1] or source[-1] not in ".?"
    # The phrases of each script are written in it, but for names such as UPI.
    scripts = {"hi": "\u0900-\u097f", "ta": "\u0b80-\u0bff", "ar": "\u0600-\u06ff"}
    if language in scripts and name not in SAME_EVERYWHERE:
        low, high = scripts[language].split("-")
        assert any(low <= one <= high for one in plain), phrase
