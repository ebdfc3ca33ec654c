"""The invoice lifecycle: what may happen to an invoice, and what its payer is told.

>>> from billhook import Medium, examples, notify
>>> notify(examples.issued(), Medium.SMS, now=examples.NOON).unwrap().address
'+919876543210'

The public names are listed in `__init__.pyi` and loaded at first use, so that importing billhook
costs nearly nothing.
"""

_HOMES = {
    "account": "Account Policy Retries Series",
    "announcement": "Announcement Event Subscriber SubscriberId",
    "canonical": "canonical",
    "change": "Change apply as_of replay",
    "delivery": "Delivery MessageId MessageKey MessageNotFound NotDead",
    "desk.answers": "Sent",
    "desk.commands": (
        "Cancel Command Delete Draft DraftAndSend Expire File Issue Notify Pay RecordPayment "
        "Remind Send Update Visit"
    ),
    "desk.desk": "Desk",
    "desk.handlers": "Handlers",
    "desk.inline": "InlineDesk",
    "desk.sending": "Addresses",
    "edits": "Edits",
    "errors": (
        "AccountNotFound AddressSuppressed AlreadyExists AmountTooLarge BelowMinimum Conflict "
        "CurrencyMismatch ExpiresTooSoon InvoiceNotFound KeyReused MissingContact "
        "MissingCustomer MissingEmail NotEditable NotStored NotYetDue NothingToBill "
        "OperationNotAllowed Overpayment PartialNotAllowed ReferenceReused Refusal Remedy TooSoon"
    ),
    "facts": (
        "Cancelled Deleted Drafted Expired Fact Issued NotificationRequested PaymentTaken "
        "ReminderRequested Updated Visited"
    ),
    "document": "Document",
    "invoice": "Invoice InvoiceId Key Status",
    "lifecycle": "status_at",
    "lines": "Line Rounding Tax",
    "message": "Message medium_status",
    "money": "Currency currency major minor",
    "operation": "DocumentField Operation",
    "operations.cancel": "cancel",
    "operations.delete": "delete",
    "operations.draft": "draft",
    "operations.expire": "expire",
    "operations.issue": "issue",
    "operations.notify": "CLEAR Notification Standing notify",
    "operations.pay": "pay",
    "operations.remind": "Outlook Reminded plan remind",
    "operations.update": "update",
    "pacing": "Rate Rates",
    "party": "Customer Medium PostalAddress Recipients",
    "payee": "Payee",
    "payment": "Payment Reference",
    "pricing": "Discount Priced Summary priced summary",
    "schedule": "Instalment Schedule",
    "reminders": "Progress Quiet Reminders",
    "receipts": "Arrived CameBack ProviderId Receipt",
    "records": "Entry RecordedPayment Search StampedFact",
    "value": "AccountId",
    "verdict": "Verdict explain",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = sorted(_HOME)  # noqa: PLE0605  # pyright: ignore[reportUnsupportedDunderAll]  # the stub spells them out


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'billhook' has no attribute {name!r}")
    found: object = getattr(__import__(f"billhook.{home}", fromlist=[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
