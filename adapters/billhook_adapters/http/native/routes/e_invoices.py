"""The e-invoice of an invoice: its XML, or every reason why it has none."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.concurrency import run_in_threadpool
from returns.result import Failure

from billhook_adapters.einvoice import is_installed
from billhook_adapters.einvoice.reasons import Reason, reason_json
from billhook_adapters.einvoice.semantic_model import Syntax
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.errors import ProblemError
from billhook_adapters.http.native.openapi import problems
from billhook_adapters.http.native.request import TheAccount, TheInvoice, TheService, unwrapped

_XML = "application/xml"

router = APIRouter(route_class=GuardedRoute)


@router.get(
    "/invoices/{id}/e-invoice",
    response_class=Response,
    responses={
        200: {"content": {_XML: {"schema": {"type": "string"}}}},
        **problems(404, 409, 501),
    },
    tags=["invoices"],
)
async def get_e_invoice(
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    syntax: Annotated[Syntax, Query(description="CII, or UBL 2.1.")] = Syntax.CII,
) -> Response:
    """The invoice as XML of EN 16931; for one without, `details.reasons` lists what to do."""
    if not is_installed():
        raise ProblemError(
            501, "no_e_invoices", "E-invoices are not installed; pip install 'billhook[einvoice]'."
        )
    from billhook_adapters.einvoice.writing import e_invoice_xml  # comes with an extra of its own

    hosted = unwrapped(await batched.read(lambda service: service.hosted(account, id)))
    made = await run_in_threadpool(e_invoice_xml, hosted, syntax)
    if isinstance(made, Failure):
        raise _problem(made.failure())
    return Response(made.unwrap(), media_type=_XML)


def _problem(reasons: tuple[Reason, ...]) -> ProblemError:
    return ProblemError(
        409,
        "no_e_invoice",
        "The invoice has no e-invoice; `details.reasons` lists what to do.",
        details={"reasons": list(map(reason_json, reasons))},
    )
