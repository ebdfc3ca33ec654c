"""The invoice lifecycle: the operations on an invoice, and the messages to its payer.

>>> from billhook import Medium, examples, notify
>>> notify(examples.issued(), Medium.SMS, now=examples.NOON).unwrap().address
'+919876543210'

The public names are listed in `__init__.pyi` and loaded at first use, so that `import billhook`
is fast.
"""

_NAMES_BY_MODULE = {
    "application.account_commands": (
        "OpenAccount SaveWebhookEndpoint SilenceWebhookEndpoint SuppressAddress UpdateAccount"
    ),
    "application.background_jobs": "BackgroundJobs",
    "application.command": "Command InvoiceCommand",
    "application.commands": (
        "ApplyPayment Cancel Delete Draft DraftAndSend Expire Issue Notify Pay RecordPayment "
        "RecordRefund RecordView Remind SaveEntry Send Update"
    ),
    "application.idempotency": "IdempotentRequest SendResult",
    "application.inline_delivery": "InlineDeliveryService",
    "application.message_commands": "RecordDeliveryReport RequeueMessage",
    "application.needs": "Needs",
    "application.payments": "ApplyPaymentError UnappliedError",
    "application.records": "Entry EntryChanged RecordedEvent RecordedPayment Refund Search",
    "application.sending": "MissingAddressPolicy",
    "application.service": "InvoiceService",
    "lifecycle.apply": "Change apply as_of replay",
    "lifecycle.cancel": "cancel",
    "lifecycle.delete": "delete",
    "lifecycle.draft": "draft",
    "lifecycle.errors": (
        "AccountNotFound AddressError AddressSuppressed AlreadyExists AmountTooLarge "
        "BelowMinimum Conflict CountryNotAllowed CurrencyMismatch DomainError ExpiresTooSoon "
        "IdempotencyKeyReused InstalmentNotFound InstalmentOverpayment InvalidDocument "
        "InvalidField InvoiceNotFound LineNotFound MissingContact MissingCustomer MissingEmail "
        "MoreThanUnapplied NotEditable NotStored NotYetDue NothingToBill NumberTaken "
        "OperationNotAllowed OtherCustomer Overpayment PartialNotAllowed PaymentError "
        "PaymentNotFound PremiumNumber ReferenceReused Remedy SmsBudgetUsedUp SmsDisabled "
        "TooSoon UnknownMedium UnreachableContact UnsupportedAddress"
    ),
    "lifecycle.events": (
        "Event InvoiceCancelled InvoiceDeleted InvoiceDrafted InvoiceExpired InvoiceIssued "
        "InvoiceUpdated InvoiceViewed NotificationRequested PaymentRecorded ReminderRequested "
        "ShortUrlReserved"
    ),
    "lifecycle.expire": "expire",
    "lifecycle.explain": "Verdict explain",
    "lifecycle.issue": "IssueError issue",
    "lifecycle.notify": "DELIVERABLE Deliverability Notification NotifyError notify",
    "lifecycle.operation": "Operation",
    "lifecycle.pay": "pay",
    "lifecycle.remind": "ReminderDecision ReminderOutlook remind reminder_times",
    "lifecycle.reserve": "reserve_short_url",
    "lifecycle.transitions": "status_at",
    "lifecycle.update": "UpdateError update",
    "messaging.delivery": "DeliveryStatus MessageId MessageKey MessageNotFound NotDeadLetter",
    "messaging.delivery_reports": "Bounced Delivered DeliveryReport ProviderMessageId",
    "messaging.message": "Message medium_status",
    "messaging.webhooks": (
        "WebhookEndpoint WebhookEndpointId WebhookEndpointNotFound WebhookEvent WebhookEventType"
    ),
    "model.account": "Account AccountPolicy NumberSeries RECOMMENDED_LIMITS RetryPolicy",
    "model.base": "AccountId",
    "model.canonical_json": "canonical",
    "model.customer": "Customer Medium PostalAddress Recipients",
    "model.destinations": "Destination destination",
    "model.document": "Document",
    "model.instalments": "Instalment InstalmentState PaymentSchedule",
    "model.invoice": "Invoice InvoiceId InvoiceKey Status",
    "model.line_items": "Line Rounding Tax",
    "model.money": "Currency currency major minor",
    "model.patch": "DocumentField LineChange MergePatch Patch",
    "model.payment": "Payment Reference",
    "model.payment_instructions": "PaymentInstructions",
    "model.pricing": "Discount Priced Summary TaxSum priced summary tax_sums",
    "model.rate_limits": "RateLimit RateLimits",
    "model.reminder_schedule": "QuietHours ReminderProgress ReminderSchedule",
    "model.sms_budget": "SmsBudget",
}
_MODULES = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names.split()}

__all__ = sorted(_MODULES)  # noqa: PLE0605  # pyright: ignore[reportUnsupportedDunderAll]  # the stub lists them


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'billhook' has no attribute {name!r}")
    value: object = getattr(__import__(f"billhook.{module}", fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
