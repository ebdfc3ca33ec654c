"""What makes a PDF with an e-invoice a Factur-X document: the metadata that names the e-invoice.

Typst embeds the file and claims PDF/A-3; it cannot write metadata of other schemas. They are added
here, with the description of the schema that PDF/A requires; all else stays as it is.
"""

from __future__ import annotations

from io import BytesIO
from xml.dom.minidom import Document, Element, parseString

from billhook_adapters.system.optional_dependencies import needs

with needs("einvoice"):
    import pikepdf

FILE_NAME = "factur-x.xml"
"""The name that the embedded file must have."""

_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PROPERTIES = {
    "DocumentType": ("INVOICE", "The type of the hybrid document"),
    "DocumentFileName": (FILE_NAME, "The name of the embedded XML document"),
    "Version": ("1.0", "The version of the standard of the embedded XML document"),
    "ConformanceLevel": ("EN 16931", "The profile of the embedded XML document"),
}
_RESOURCE = {"rdf:parseType": "Resource"}


def claimed(pdf: bytes) -> bytes:
    """The PDF, whose metadata now say that it is a Factur-X document of the profile EN 16931."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        metadata = opened.Root.Metadata
        metadata.write(_with_properties(metadata.read_bytes()))
        written = BytesIO()
        opened.save(written, deterministic_id=True, fix_metadata_version=False)
    return written.getvalue()


def _with_properties(xmp: bytes) -> bytes:
    document = parseString(xmp)  # noqa: S318  # our own, written by Typst
    (description,) = document.getElementsByTagName("rdf:Description")
    (schemas,) = document.getElementsByTagName("pdfaExtension:schemas")
    (bag,) = (one for one in schemas.childNodes if one.nodeName == "rdf:Bag")
    description.setAttribute("xmlns:fx", _NAMESPACE)
    for name, (value, _) in _PROPERTIES.items():
        description.appendChild(_element(document, f"fx:{name}", value))
    bag.appendChild(_schema(document))
    return "".join(node.toxml() for node in document.childNodes).encode()


def _schema(document: Document) -> Element:
    """The description of our schema."""
    properties = [
        _element(
            document,
            "rdf:li",
            _element(document, "pdfaProperty:name", name),
            _element(document, "pdfaProperty:valueType", "Text"),
            _element(document, "pdfaProperty:category", "external"),
            _element(document, "pdfaProperty:description", meaning),
            **_RESOURCE,
        )
        for name, (_, meaning) in _PROPERTIES.items()
    ]
    return _element(
        document,
        "rdf:li",
        _element(document, "pdfaSchema:schema", "Factur-X PDFA Extension Schema"),
        _element(document, "pdfaSchema:namespaceURI", _NAMESPACE),
        _element(document, "pdfaSchema:prefix", "fx"),
        _element(document, "pdfaSchema:property", _element(document, "rdf:Seq", *properties)),
        **_RESOURCE,
    )


def _element(document: Document, name: str, *content: Element | str, **attributes: str) -> Element:
    element = document.createElement(name)
    for attribute, value in attributes.items():
        element.setAttribute(attribute, value)
    for part in content:
        element.appendChild(document.createTextNode(part) if isinstance(part, str) else part)
    return element
