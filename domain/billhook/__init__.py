"""The invoice lifecycle: what may happen to an invoice, and what its payer is told.

>>> from billhook import Medium, examples, notify
>>> notify(examples.issued(), Medium.SMS, now=examples.NOON).unwrap().address
'+919876543210'

The public names are listed in `__init__.pyi` and loaded at first use, so that importing billhook
costs nearly nothing.
"""

_HOMES = {
    "application.answers": "Sent",
    "application.background_jobs": "Handlers",
    "application.commands": (
        "Cancel Command Delete Draft DraftAndSend Expire File Issue Notify Pay RecordPayment "
        "Remind Send Update Visit"
    ),
    "application.inline_delivery": "InlineDesk",
    "application.records": "Entry RecordedPayment Search StampedFact",
    "application.sending": "Addresses",
    "application.service": "Desk",
    "lifecycle.apply": "Change apply as_of replay",
    "lifecycle.cancel": "cancel",
    "lifecycle.delete": "delete",
    "lifecycle.draft": "draft",
    "lifecycle.errors": (
        "AccountNotFound AddressSuppressed AlreadyExists AmountTooLarge BelowMinimum Conflict "
        "CurrencyMismatch ExpiresTooSoon InvoiceNotFound KeyReused MissingContact "
        "MissingCustomer MissingEmail NotEditable NotStored NotYetDue NothingToBill "
        "OperationNotAllowed Overpayment PartialNotAllowed ReferenceReused Refusal Remedy "
        "TooSoon"
    ),
    "lifecycle.events": (
        "Cancelled Deleted Drafted Expired Fact Issued NotificationRequested PaymentTaken "
        "ReminderRequested Updated Visited"
    ),
    "lifecycle.expire": "expire",
    "lifecycle.explain": "Verdict explain",
    "lifecycle.issue": "issue",
    "lifecycle.notify": "CLEAR Notification Standing notify",
    "lifecycle.operation": "Operation",
    "lifecycle.pay": "pay",
    "lifecycle.remind": "Outlook Reminded plan remind",
    "lifecycle.transitions": "status_at",
    "lifecycle.update": "update",
    "messaging.delivery": "Delivery MessageId MessageKey MessageNotFound NotDead",
    "messaging.delivery_reports": "Arrived CameBack ProviderId Receipt",
    "messaging.message": "Message medium_status",
    "messaging.webhooks": "Announcement Event Subscriber SubscriberId",
    "model.account": "Account Policy Retries Series",
    "model.base": "AccountId",
    "model.canonical_json": "canonical",
    "model.customer": "Customer Medium PostalAddress Recipients",
    "model.document": "Document",
    "model.instalments": "Instalment Schedule",
    "model.invoice": "Invoice InvoiceId Key Status",
    "model.line_items": "Line Rounding Tax",
    "model.money": "Currency currency major minor",
    "model.patch": "DocumentField Edits",
    "model.payment": "Payment Reference",
    "model.payment_instructions": "Payee",
    "model.pricing": "Discount Priced Summary priced summary",
    "model.rate_limits": "Rate Rates",
    "model.reminder_schedule": "Progress Quiet Reminders",
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
