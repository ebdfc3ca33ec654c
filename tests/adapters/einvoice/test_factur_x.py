"""The PDF with the e-invoice in it: a Factur-X document, which keeps its other standards."""

from __future__ import annotations

import re
from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from adapters.documents.pictures import Printed
from adapters.einvoice.samples import a_buyer, hosted
from adapters.einvoice.test_valid import SAMPLES
from billhook_adapters.documents.pdf import Printer
from billhook_adapters.einvoice.writing import e_invoice_xml

PROPERTIES = {
    "DocumentType": "INVOICE",
    "DocumentFileName": "factur-x.xml",
    "Version": "1.0",
    "ConformanceLevel": "EN 16931",
}


@pytest.fixture(scope="module")
def printer() -> Printer:
    return Printer()


def attached(pdf: bytes) -> dict[str, bytes]:
    """The files in a PDF, by another library than the one that wrote it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        files = [document.get_attachment(at) for at in range(document.count_attachments())]
        return {one.get_name(): bytes(one.get_data()) for one in files}
    finally:
        document.close()


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(pdf))


@pytest.mark.parametrize("name", ["one line", "hostile texts", "GST in two halves"])
def test_the_pdf_holds_the_xml_byte_by_byte(printer: Printer, name: str) -> None:
    xml = e_invoice_xml(SAMPLES[name]).unwrap()
    pdf = printer.printed(SAMPLES[name], xml)
    assert attached(pdf) == {"factur-x.xml": xml}
    document = opened(pdf)
    (file,) = document.Root.AF
    assert file.AFRelationship == "/Alternative"
    assert file.UF == file.F == "factur-x.xml"
    assert file.EF.F.Subtype == "/text/xml"
    assert "ModDate" in str(file.EF.F.Params.keys())


def test_its_metadata_say_that_it_is_factur_x_and_what_that_means(printer: Printer) -> None:
    pdf = printer.printed(hosted(), e_invoice_xml(hosted()).unwrap())
    document = opened(pdf)
    xmp = document.Root.Metadata.read_bytes().decode()
    assert dict(re.findall(r"<fx:(\w+)>([^<]+)<", xmp)) == PROPERTIES
    assert xmp.count("urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#") == 2  # it is described
    described = xmp[xmp.index("Factur-X PDFA Extension Schema") :]
    assert set(re.findall(r"<pdfaProperty:name>(\w+)<", described)) == set(PROPERTIES)
    assert xmp.startswith("<?xpacket begin=")
    assert xmp.endswith('<?xpacket end="r"?>')


def test_all_else_stays_as_it_was(printer: Printer) -> None:
    plain, factur_x = printer.printed(hosted()), printer.printed(hosted(), b"<x/>")
    one, other = Printed(plain), Printed(factur_x)
    assert other.claims == one.claims == {
        "pdfaid:part 3", "pdfaid:conformance A", "pdfuaid:part 1",
    }  # fmt: skip
    assert other.text == one.text
    assert other.metadata == one.metadata
    assert factur_x.startswith(b"%PDF-1.7")
    tagged, before = opened(factur_x), opened(plain)
    assert tagged.Root.StructTreeRoot.keys() == before.Root.StructTreeRoot.keys()
    assert len(tagged.objects) == len(before.objects) + 2  # the file, and what describes it
    assert attached(plain) == {}


def test_the_same_invoice_is_the_same_pdf(printer: Printer) -> None:
    assert printer.printed(hosted(), b"<x/>") == printer.printed(hosted(), b"<x/>")


def test_a_character_that_no_font_has_stays_in_the_xml(printer: Printer) -> None:
    given = hosted(customer=a_buyer(name="Ravi \U0001f9a9\U0001fadf"))
    xml = e_invoice_xml(given).unwrap()
    assert attached(printer.printed(given, xml))["factur-x.xml"].decode().count("\U0001fadf") == 1
