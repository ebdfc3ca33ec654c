"""`billhook preview`: what a payer would read, and how long an SMS is."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.cli.conftest import Billhook
from adapters.documents.pictures import Printed


def test_an_sms_is_shown_with_its_length(billhook: Billhook) -> None:
    output = billhook("preview", "sms", "--json").json
    assert (output["encoding"], output["segments"], output["cut_by"]) == ("GSM-7", 1, "")
    assert output["text"].startswith(
        "Acme Books has sent you an invoice for INR 1,177.64: https://"
    )
    assert billhook("preview", "sms").out.endswith("\n\nGSM-7, 98 units, 1 SMS\n")
    hindi = billhook("preview", "sms", "--language", "hi", "--reminder", "--json").json
    assert (hindi["encoding"], hindi["segments"]) == ("UCS-2", 2)
    assert "याद" in hindi["text"]


def test_what_cuts_an_english_sms_is_named(billhook: Billhook, tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "sms.txt").write_text("{{ seller }} … {{ due }} ₹ {{ link }}")
    ran = billhook("preview", "sms", "--templates", str(tmp_path))
    assert (
        ran.out.splitlines()[-1]
        == "Characters that reduce a segment from 160 to 70 characters: … ₹"
    )


def test_a_template_that_is_wrong_is_named(billhook: Billhook, tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "sms.txt").write_text("{{ seller }} {{ due }}")
    ran = billhook("preview", "email", "--templates", str(tmp_path))
    assert ran.status == 2
    assert "sms.txt: link is missing; add it" in ran.err


def test_an_email_is_shown_and_its_html_written(billhook: Billhook, tmp_path: Path) -> None:
    out = tmp_path / "mail.html"
    ran = billhook("preview", "email", "--out", str(out))
    assert "Subject: Invoice for ₹1,177.64 from Acme Books\n\nHello Ravi Kumar,\n" in ran.out
    assert 'class="button" href="https://' in out.read_text()


def test_json_is_the_only_output_when_a_file_is_written(billhook: Billhook, tmp_path: Path) -> None:
    out = tmp_path / "out.html"
    mail = billhook("preview", "email", "--out", str(out), "--json").json
    assert mail["subject"] == "Invoice for ₹1,177.64 from Acme Books"
    assert billhook("preview", "page", "--out", str(out), "--json").json == {"file": str(out)}


def test_a_wrong_folder_in_the_environment_is_named_by_its_variable(
    billhook: Billhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILLHOOK_TEMPLATES", "/nowhere")
    assert "preview: BILLHOOK_TEMPLATES: there is no such folder" in billhook("preview", "sms").err


@pytest.mark.parametrize("language", ["en", "hi", "ar"])
def test_page_and_pdf_are_written(billhook: Billhook, tmp_path: Path, language: str) -> None:
    page, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    for what, out in (("page", page), ("pdf", pdf)):
        ran = billhook("preview", what, "--language", language, "--out", str(out))
        assert (ran.status, ran.out) == (0, f"{out} written\n")
    assert "1,177.64" in page.read_text()
    assert "1,177.64" in Printed(pdf.read_bytes()).text


def test_a_larger_sample_is_chosen_by_name(billhook: Billhook, tmp_path: Path) -> None:
    pdf = tmp_path / "invoice.pdf"
    billhook("preview", "pdf", "--sample", "part-paid", "--out", str(pdf))
    assert "Instalments" in Printed(pdf.read_bytes()).text


@pytest.mark.parametrize(
    ("syntax", "root"), [("cii", "<rsm:CrossIndustryInvoice "), ("ubl", "<Invoice ")]
)
def test_the_e_invoice_is_shown_or_written(
    billhook: Billhook, tmp_path: Path, syntax: str, root: str
) -> None:
    out = tmp_path / "invoice.xml"
    shown = billhook("preview", "xml", "--syntax", syntax).out
    assert root in shown
    assert billhook("preview", "xml", "--syntax", syntax, "--out", str(out)).status == 0
    assert out.read_text().strip() == shown.strip()
    assert billhook("preview", "xml", "--syntax", syntax, "--json").json == {"xml": out.read_text()}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["page"], "--out: is required; give a file such as invoice.html"),
        (["pdf", "--out", "/nowhere/x.pdf"], "--out: cannot write /nowhere/x.pdf"),
        (["sms", "--language", "xx"], "--language: must be one of ar, de, en, es, fr, hi, ta"),
        (["xml", "--sample", "one-line"], "--sample: this one has no e-invoice; give another one"),
        (["sms", "--templates", "/nowhere"], "--templates: there is no such folder"),
    ],
)
def test_what_is_wrong_is_named(billhook: Billhook, arguments: list[str], said: str) -> None:
    ran = billhook("preview", *arguments)
    assert ran.status == 2
    assert said in ran.err
