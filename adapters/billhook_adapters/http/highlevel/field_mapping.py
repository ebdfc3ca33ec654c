"""HighLevel's fields and statuses beside the domain's: one table each way, with its losses.

`docs/reference/highlevel-fields.md` is generated from these tables, and tests hold them total:
every status of both sides, every field of the vendor's requests and responses, and every field of
a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from billhook.model.invoice import Status
from billhook.model.patch import DocumentField as F


class VendorStatus(StrEnum):
    """A status as HighLevel names it."""

    DRAFT = "draft"
    SENT = "sent"
    PAYMENT_PROCESSING = "payment_processing"
    PAID = "paid"
    VOID = "void"
    PARTIALLY_PAID = "partially_paid"


class Shown(NamedTuple):
    """What a status is shown as, and what that leaves out."""

    status: VendorStatus
    loss: str | None = None


SHOWN: Mapping[Status, Shown] = MappingProxyType(
    {
        Status.DRAFT: Shown(VendorStatus.DRAFT),
        Status.ISSUED: Shown(VendorStatus.SENT),
        Status.PARTIALLY_PAID: Shown(VendorStatus.PARTIALLY_PAID),
        Status.PAID: Shown(VendorStatus.PAID),
        Status.EXPIRED: Shown(
            VendorStatus.VOID,
            "HighLevel knows no expiry; `sent` would say that it can still be paid. "
            "`domainStatus` says `expired`.",
        ),
        Status.CANCELLED: Shown(VendorStatus.VOID),
    }
)
"""Every status of the domain, as HighLevel's answers show it."""

WANTED: Mapping[VendorStatus, frozenset[Status]] = MappingProxyType(
    {
        wanted: frozenset(status for status, shown in SHOWN.items() if shown.status is wanted)
        for wanted in VendorStatus
    }
)
"""Every status of HighLevel, as a filter: `payment_processing` selects none, since no payment is in
flight here."""


ORDERS: Mapping[VendorStatus, str] = MappingProxyType(
    {
        VendorStatus.SENT: "pending",
        VendorStatus.PAYMENT_PROCESSING: "pending",
        VendorStatus.PARTIALLY_PAID: "partially_paid",
        VendorStatus.PAID: "completed",
        VendorStatus.VOID: "cancelled",
    }
)
"""The status of the order of an invoice; a draft has no order."""


def statuses_of_orders(wanted: str = "") -> frozenset[Status]:
    """The statuses of the invoices whose orders have this status, or of all that have one.

    >>> sorted(statuses_of_orders("completed"))
    [<Status.PAID: 'paid'>]
    """
    return frozenset[Status]().union(
        *(WANTED[shown] for shown, order in ORDERS.items() if wanted in ("", order))
    )


class Row(NamedTuple):
    """One of the vendor's fields: where it is kept, who has it (request, answer), what is lost."""

    field: str
    home: str
    comes: bool = True
    goes: bool = True
    loss: str | None = None


ECHO = "extras"
"""The home of what is only echoed."""

FIELDS: tuple[Row, ...] = (
    Row("_id", "Invoice.id", comes=False),
    Row("id", "Invoice.id", goes=False, loss="text2pay names the draft that it updates by it"),
    Row("status", "Invoice.status", comes=False, loss="expired is shown as void"),
    Row("domainStatus", "Invoice.status", comes=False, loss="ours, beside the vendor's"),
    Row("liveMode", F.LIVE),
    Row("amountPaid", "Invoice.paid", comes=False),
    Row("amountDue", "Invoice.due", comes=False),
    Row("total", "Invoice.amount", comes=False),
    Row("invoiceTotal", "Invoice.amount", comes=False, loss="the same as total"),
    Row("companyId", "Invoice.account", comes=False, loss="the account, which is no agency"),
    Row("tipsReceived", "always empty", comes=False, loss="no tip is requested"),
    Row("externalTransactions", "always empty", comes=False),
    Row("syncDetails", "always empty", comes=False, loss="no bookkeeping is synchronised"),
    Row("totalSummary", "Document.summary", comes=False),
    Row("altId", "the token's location"),
    Row("altType", "always location"),
    Row("name", F.TITLE),
    Row("title", ECHO),
    Row("description", F.DESCRIPTION),
    Row("businessDetails", F.SELLER, loss="logoUrl, customValues: echoed; no picture is fetched"),
    Row("invoiceNumber", F.RECEIPT, loss="the number of the series where the draft brought none"),
    Row("invoiceNumberPrefix", ECHO),
    Row("currency", F.CURRENCY),
    Row("contactId", F.CUSTOMER, goes=False),
    Row("contactDetails", F.CUSTOMER, loss="companyName, customFields, additionalEmails: echoed"),
    Row("sentTo", F.RECIPIENTS),
    Row("issueDate", F.DATE, loss="the time of day of an invoice of another API"),
    Row("dueDate", F.DUE_BY, loss="issueDate where none was given; nothing ends then"),
    Row("items", F.LINES, goes=False),
    Row("invoiceItems", F.LINES, loss="priceId, type and the like: echoed"),
    Row("discount", F.DISCOUNT),
    Row("paymentSchedule", F.SCHEDULE),
    Row("termsNotes", ECHO, loss="HTML, and longer than what other APIs show as terms"),
    Row("includeTermsNote", ECHO),
    Row("automaticTaxesEnabled", ECHO, loss="no tax service is called"),
    Row("automaticTaxesCalculated", "always false", comes=False),
    Row("lateFeesConfiguration", ECHO, loss="kept and shown; no fee is charged"),
    Row("tipsConfiguration", ECHO, loss="no tip is requested"),
    Row("paymentMethods", ECHO),
    Row("miscellaneousCharges", ECHO, loss="no processing fee is charged"),
    Row("attachments", ECHO, loss="named, never fetched or sent"),
    Row("xeroDetails", ECHO),
    Row("autoPayment", ECHO, loss="kept by send; charged only by a payment provider"),
    Row("sentFrom", ECHO, loss="messages come from the operator's own address"),
    Row("userId", "the actor of the events", goes=False),
    Row("action", "the operation", goes=False),
    Row("createdAt", "Invoice.created_at", comes=False),
    Row("updatedAt", "Invoice.updated_at", comes=False),
    Row("remindersConfiguration", "Policy.reminders", comes=False, goes=False,
        loss="reminders are the account's, and shown by the native API"),
)  # fmt: skip
"""Every field of the vendor's invoice, in requests and answers."""

BESIDE: Mapping[F, str] = MappingProxyType(
    {
        F.EXPIRE_BY: "invoices of this API never expire; those of others do, and are shown as void",
        F.PARTIAL_PAYMENT: "always allowed for invoices of this API",
        F.FIRST_PAYMENT_MIN_AMOUNT: "not shown",
        F.TERMS: "plain text of other APIs; this one has termsNotes",
        F.COMMENT: "not shown",
        F.NOTES: "not shown",
        F.MEDIA: "send names its media",
        F.EXTRAS: "what is only echoed, each API's under a key of its own",
    }
)
"""The fields of a document that this API does not have, and what becomes of them."""
