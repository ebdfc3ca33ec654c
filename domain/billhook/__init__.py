"""The invoice lifecycle: the operations on an invoice, and the messages to its payer.

>>> from billhook import examples, notify, or_raise
>>> or_raise(notify(examples.issued(), "sms", now=examples.NOON)).address
'+919876543210'

Where to start; `help(billhook.notify)` and so on shows each:

    a document         Document Line Tax Discount Customer Recipients PaymentSchedule
    operations         draft update issue pay notify remind cancel expire delete apply replay
    what is allowed    explain Verdict Operation Status is_overdue decision_table Guard Lifecycle
    results            or_raise RefusedError sentence as_json DomainError and its members
    the service        InvoiceService and its commands: Draft Issue Send Notify Pay Cancel ...
    delivery           BackgroundJobs Message DeliveryStatus WebhookEndpoint
    accounts           Account AccountPolicy ReminderSchedule RateLimits SmsBudget
    the seller         SellerProfile TaxId Logo PaymentInstructions gst_parts
    for examples       the module billhook.examples

The public names are listed in `__init__.pyi` and loaded at first use, so that `import billhook`
is fast.
"""

_NAMES_BY_MODULE = {
    "application.account_commands": (
        "OpenAccount SaveLogo SaveWebhookEndpoint SilenceWebhookEndpoint SuppressAddress "
        "UpdateAccount"
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
    "application.message_history": "DecisionPoint MessageExplanation",
    "application.needs": "Needs",
    "application.outlook": "ForecastMessage WhatIf",
    "application.payments": "ApplyPaymentError UnappliedError",
    "application.records": "Contact Entry EntryChanged RecordedEvent RecordedPayment Refund Search",
    "application.sending": "MissingAddressPolicy",
    "application.service": "InvoiceService",
    "decisions": "ContactCase DECISIONS_VERSION Decision ExpiryCase GuardCase decision_table",
    "lifecycle.apply": "Change apply as_of replay",
    "lifecycle.cancel": "cancel",
    "lifecycle.delete": "delete",
    "lifecycle.draft": "draft",
    "lifecycle.error_value": "Remedy",
    "lifecycle.errors": (
        "AccountNotFound AddressError AddressSuppressed AlreadyExists AmountTooLarge "
        "BelowMinimum Conflict CountryNotAllowed CurrencyMismatch DomainError ExpiresTooSoon "
        "GuardRefused IdempotencyKeyReused InstalmentNotFound InstalmentOverpayment "
        "InvalidDocument InvalidField InvoiceNotFound LineNotFound MissingContact "
        "MissingCustomer MissingEmail MoreThanUnapplied NotEditable NotStored NotYetDue "
        "NothingToBill NumberTaken OperationNotAllowed OtherCustomer Overpayment "
        "PartialNotAllowed PaymentError PaymentNotFound PremiumNumber ReferenceReused "
        "SmsBudgetUsedUp SmsDisabled TooSoon UnknownMedium UnreachableContact "
        "UnsupportedAddress"
    ),
    "lifecycle.events": (
        "Event InvoiceCancelled InvoiceDeleted InvoiceDrafted InvoiceExpired InvoiceIssued "
        "InvoiceUpdated InvoiceViewed NotificationRequested PaymentRecorded ReminderRequested "
        "ShortUrlReserved decode_event encode_event"
    ),
    "lifecycle.expire": "expire",
    "lifecycle.explain": "Verdict explain",
    "lifecycle.guards": "Guard GuardsOf",
    "lifecycle.issue": "IssueError issue",
    "lifecycle.machine": "Lifecycle NotDeclared Refused StateGuard Transition",
    "lifecycle.notify": "DELIVERABLE Deliverability Notification NotifyError notify",
    "lifecycle.operation": "Operation",
    "lifecycle.overdue": "is_overdue is_partially_overdue",
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
    "model.gst": "gst_parts",
    "model.instalments": "Instalment InstalmentState PaymentSchedule",
    "model.invoice": "Invoice InvoiceId InvoiceKey Status",
    "model.json_values": "as_json",
    "model.line_items": "Line Rounding Tax",
    "model.logo": "Logo LogoFormat",
    "model.money": "Currency currency major minor",
    "model.patch": "DocumentField LineChange MergePatch Patch",
    "model.payment": "Payment Reference",
    "model.payment_instructions": "PaymentInstructions",
    "model.pricing": "Discount Priced Summary TaxSum priced summary tax_sums",
    "model.rate_limits": "RateLimit RateLimits",
    "model.reminder_schedule": "QuietHours ReminderProgress ReminderSchedule",
    "model.seller_profile": "SellerProfile",
    "model.sms_budget": "SmsBudget",
    "model.tax_ids": "TaxId TaxIdKind",
    "results": "RefusedError or_raise",
    "sentences": "AnyError sentence",
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
