"""The library has no types of its own; these are the parts that we use."""

from typing import Any, Literal

def generate_cii_xml(
    data_dict: dict[str, Any],
    level: str = ...,
    check_xsd: bool = ...,
    check_schematron: Literal["base", "fr-ctc"] | None = ...,
) -> bytes: ...
def generate_ubl_xml(
    data_dict: dict[str, Any],
    level: str = ...,
    check_xsd: bool = ...,
    check_schematron: Literal["base", "fr-ctc"] | None = ...,
) -> bytes: ...
