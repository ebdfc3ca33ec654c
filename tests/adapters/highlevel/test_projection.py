"""The tables between HighLevel's fields and the domain's are complete on both sides."""

from __future__ import annotations

from typing import Any

import pytest

from acceptance.contract.highlevel import SCHEMAS, a_request
from billhook.model.invoice import Invoice, Status
from billhook.model.patch import DocumentField
from billhook_adapters.http.highlevel.field_mapping import (
    BESIDE,
    FIELDS,
    SHOWN,
    WANTED,
    VendorStatus,
)
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.schemas.invoices import (
    CreateIn,
    InvoiceIn,
    TextToPayIn,
    UpdateIn,
)
from billhook_adapters.http.highlevel.schemas.sending import SendIn
from billhook_adapters.http.highlevel.serializers import summarised
from billhook_adapters.testing import a_full_document, an_invoice

REQUESTS: dict[str, type[InvoiceIn] | type[SendIn]] = {
    "CreateInvoiceDto": CreateIn,
    "UpdateInvoiceDto": UpdateIn,
    "Text2PayDto": TextToPayIn,
    "SendInvoiceDto": SendIn,
}
ANSWERS = [name for name in SCHEMAS if name.endswith("InvoiceResponseDto") and "Text" not in name]
OURS = {"domainStatus"}


def properties(schema: str) -> set[str]:
    return set(SCHEMAS[schema]["properties"])


def test_every_status_of_the_domain_and_of_the_vendor_is_in_the_table() -> None:
    assert set(SHOWN) == set(Status)
    assert set(WANTED) == set(VendorStatus)
    vendors = SCHEMAS["GetInvoiceResponseDto"]["properties"]["status"]["enum"]
    assert {status.value for status in VendorStatus} == set(vendors)


def test_a_filter_by_a_status_finds_exactly_the_invoices_shown_with_it() -> None:
    for wanted, statuses in WANTED.items():
        assert statuses == {status for status in Status if SHOWN[status].status is wanted}
    assert WANTED[VendorStatus.PAYMENT_PROCESSING] == frozenset()


def test_statuses_that_are_shown_alike_name_their_loss() -> None:
    shared = [status for status in Status if len(WANTED[SHOWN[status].status]) > 1]
    assert shared == [Status.EXPIRED, Status.CANCELLED]
    assert SHOWN[Status.EXPIRED].loss


@pytest.mark.parametrize("schema", REQUESTS)
def test_every_field_of_a_request_is_in_the_table_and_is_taken(schema: str) -> None:
    known = {row.field for row in FIELDS if row.comes}
    assert properties(schema) <= known
    taken = {field.alias or name for name, field in REQUESTS[schema].model_fields.items()}
    assert properties(schema) <= taken
    assert taken <= known


@pytest.mark.parametrize("schema", ANSWERS)
def test_every_field_of_an_answer_is_in_the_table(schema: str) -> None:
    assert len(ANSWERS) >= 5
    shown_fields = {row.field for row in FIELDS if row.goes} | {"remindersConfiguration"}
    assert properties(schema) <= shown_fields


def test_a_response_has_no_field_beside_the_table() -> None:
    everything = {row.field for row in FIELDS if row.goes}
    assert set(shown(an_invoice(**dict(a_full_document())))) <= everything
    document = CreateIn.model_validate(a_request()).document(Location("loc_1"))
    assert set(shown(an_invoice(**dict(document)))) <= everything


def test_every_field_of_a_document_has_a_field_of_the_vendor() -> None:
    homes = {row.home for row in FIELDS}
    assert {*homes, *BESIDE} >= set(DocumentField)
    assert not homes & set(BESIDE) - {DocumentField.EXTRAS}


def test_no_field_has_two_rows() -> None:
    fields = [row.field for row in FIELDS]
    assert len(fields) == len(set(fields))
    assert set(fields) >= OURS


def shown(invoice: Invoice) -> dict[str, Any]:
    return summarised(invoice, Location("loc_1"))
