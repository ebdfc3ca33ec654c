"""The public names, for type checkers; `__init__.py` loads them at first use."""

from billhook.application.account_commands import OpenAccount as OpenAccount
from billhook.application.account_commands import SaveLogo as SaveLogo
from billhook.application.account_commands import SaveWebhookEndpoint as SaveWebhookEndpoint
from billhook.application.account_commands import SilenceWebhookEndpoint as SilenceWebhookEndpoint
from billhook.application.account_commands import SuppressAddress as SuppressAddress
from billhook.application.account_commands import UpdateAccount as UpdateAccount
from billhook.application.background_jobs import BackgroundJobs as BackgroundJobs
from billhook.application.command import Command as Command
from billhook.application.command import InvoiceCommand as InvoiceCommand
from billhook.application.commands import ApplyPayment as ApplyPayment
from billhook.application.commands import Cancel as Cancel
from billhook.application.commands import Delete as Delete
from billhook.application.commands import Draft as Draft
from billhook.application.commands import DraftAndSend as DraftAndSend
from billhook.application.commands import Expire as Expire
from billhook.application.commands import Issue as Issue
from billhook.application.commands import Notify as Notify
from billhook.application.commands import Pay as Pay
from billhook.application.commands import RecordPayment as RecordPayment
from billhook.application.commands import RecordRefund as RecordRefund
from billhook.application.commands import RecordView as RecordView
from billhook.application.commands import Remind as Remind
from billhook.application.commands import SaveEntry as SaveEntry
from billhook.application.commands import Send as Send
from billhook.application.commands import Update as Update
from billhook.application.idempotency import IdempotentRequest as IdempotentRequest
from billhook.application.idempotency import SendResult as SendResult
from billhook.application.inline_delivery import InlineDeliveryService as InlineDeliveryService
from billhook.application.message_commands import RecordDeliveryReport as RecordDeliveryReport
from billhook.application.message_commands import RequeueMessage as RequeueMessage
from billhook.application.message_history import DecisionPoint as DecisionPoint
from billhook.application.message_history import MessageExplanation as MessageExplanation
from billhook.application.needs import Needs as Needs
from billhook.application.outlook import ForecastMessage as ForecastMessage
from billhook.application.outlook import WhatIf as WhatIf
from billhook.application.payments import ApplyPaymentError as ApplyPaymentError
from billhook.application.payments import UnappliedError as UnappliedError
from billhook.application.records import Contact as Contact
from billhook.application.records import Entry as Entry
from billhook.application.records import EntryChanged as EntryChanged
from billhook.application.records import RecordedEvent as RecordedEvent
from billhook.application.records import RecordedPayment as RecordedPayment
from billhook.application.records import Refund as Refund
from billhook.application.records import Search as Search
from billhook.application.sending import MissingAddressPolicy as MissingAddressPolicy
from billhook.application.service import InvoiceService as InvoiceService
from billhook.decisions import DECISIONS_VERSION as DECISIONS_VERSION
from billhook.decisions import ContactCase as ContactCase
from billhook.decisions import Decision as Decision
from billhook.decisions import ExpiryCase as ExpiryCase
from billhook.decisions import GuardCase as GuardCase
from billhook.decisions import decision_table as decision_table
from billhook.lifecycle.apply import Change as Change
from billhook.lifecycle.apply import apply as apply
from billhook.lifecycle.apply import as_of as as_of
from billhook.lifecycle.apply import replay as replay
from billhook.lifecycle.cancel import cancel as cancel
from billhook.lifecycle.delete import delete as delete
from billhook.lifecycle.draft import draft as draft
from billhook.lifecycle.error_value import Remedy as Remedy
from billhook.lifecycle.errors import AccountNotFound as AccountNotFound
from billhook.lifecycle.errors import AddressError as AddressError
from billhook.lifecycle.errors import AddressSuppressed as AddressSuppressed
from billhook.lifecycle.errors import AlreadyExists as AlreadyExists
from billhook.lifecycle.errors import AmountTooLarge as AmountTooLarge
from billhook.lifecycle.errors import BelowMinimum as BelowMinimum
from billhook.lifecycle.errors import Conflict as Conflict
from billhook.lifecycle.errors import CountryNotAllowed as CountryNotAllowed
from billhook.lifecycle.errors import CurrencyMismatch as CurrencyMismatch
from billhook.lifecycle.errors import DomainError as DomainError
from billhook.lifecycle.errors import ExpiresTooSoon as ExpiresTooSoon
from billhook.lifecycle.errors import GuardRefused as GuardRefused
from billhook.lifecycle.errors import IdempotencyKeyReused as IdempotencyKeyReused
from billhook.lifecycle.errors import InstalmentNotFound as InstalmentNotFound
from billhook.lifecycle.errors import InstalmentOverpayment as InstalmentOverpayment
from billhook.lifecycle.errors import InvalidDocument as InvalidDocument
from billhook.lifecycle.errors import InvalidField as InvalidField
from billhook.lifecycle.errors import InvoiceNotFound as InvoiceNotFound
from billhook.lifecycle.errors import LineNotFound as LineNotFound
from billhook.lifecycle.errors import MissingContact as MissingContact
from billhook.lifecycle.errors import MissingCustomer as MissingCustomer
from billhook.lifecycle.errors import MissingEmail as MissingEmail
from billhook.lifecycle.errors import MoreThanUnapplied as MoreThanUnapplied
from billhook.lifecycle.errors import NotEditable as NotEditable
from billhook.lifecycle.errors import NothingToBill as NothingToBill
from billhook.lifecycle.errors import NotStored as NotStored
from billhook.lifecycle.errors import NotYetDue as NotYetDue
from billhook.lifecycle.errors import NumberTaken as NumberTaken
from billhook.lifecycle.errors import OperationNotAllowed as OperationNotAllowed
from billhook.lifecycle.errors import OtherCustomer as OtherCustomer
from billhook.lifecycle.errors import Overpayment as Overpayment
from billhook.lifecycle.errors import PartialNotAllowed as PartialNotAllowed
from billhook.lifecycle.errors import PaymentError as PaymentError
from billhook.lifecycle.errors import PaymentNotFound as PaymentNotFound
from billhook.lifecycle.errors import PremiumNumber as PremiumNumber
from billhook.lifecycle.errors import ReferenceReused as ReferenceReused
from billhook.lifecycle.errors import SmsBudgetUsedUp as SmsBudgetUsedUp
from billhook.lifecycle.errors import SmsDisabled as SmsDisabled
from billhook.lifecycle.errors import TooSoon as TooSoon
from billhook.lifecycle.errors import UnknownMedium as UnknownMedium
from billhook.lifecycle.errors import UnreachableContact as UnreachableContact
from billhook.lifecycle.errors import UnsupportedAddress as UnsupportedAddress
from billhook.lifecycle.events import Event as Event
from billhook.lifecycle.events import InvoiceCancelled as InvoiceCancelled
from billhook.lifecycle.events import InvoiceDeleted as InvoiceDeleted
from billhook.lifecycle.events import InvoiceDrafted as InvoiceDrafted
from billhook.lifecycle.events import InvoiceExpired as InvoiceExpired
from billhook.lifecycle.events import InvoiceIssued as InvoiceIssued
from billhook.lifecycle.events import InvoiceUpdated as InvoiceUpdated
from billhook.lifecycle.events import InvoiceViewed as InvoiceViewed
from billhook.lifecycle.events import NotificationRequested as NotificationRequested
from billhook.lifecycle.events import PaymentRecorded as PaymentRecorded
from billhook.lifecycle.events import ReminderRequested as ReminderRequested
from billhook.lifecycle.events import ShortUrlReserved as ShortUrlReserved
from billhook.lifecycle.events import decode_event as decode_event
from billhook.lifecycle.events import encode_event as encode_event
from billhook.lifecycle.expire import expire as expire
from billhook.lifecycle.explain import Verdict as Verdict
from billhook.lifecycle.explain import explain as explain
from billhook.lifecycle.guards import Guard as Guard
from billhook.lifecycle.guards import GuardsOf as GuardsOf
from billhook.lifecycle.issue import IssueError as IssueError
from billhook.lifecycle.issue import issue as issue
from billhook.lifecycle.machine import Lifecycle as Lifecycle
from billhook.lifecycle.machine import NotDeclared as NotDeclared
from billhook.lifecycle.machine import Refused as Refused
from billhook.lifecycle.machine import StateGuard as StateGuard
from billhook.lifecycle.machine import Transition as Transition
from billhook.lifecycle.notify import DELIVERABLE as DELIVERABLE
from billhook.lifecycle.notify import Deliverability as Deliverability
from billhook.lifecycle.notify import Notification as Notification
from billhook.lifecycle.notify import NotifyError as NotifyError
from billhook.lifecycle.notify import notify as notify
from billhook.lifecycle.operation import Operation as Operation
from billhook.lifecycle.overdue import is_overdue as is_overdue
from billhook.lifecycle.overdue import is_partially_overdue as is_partially_overdue
from billhook.lifecycle.pay import pay as pay
from billhook.lifecycle.remind import ReminderDecision as ReminderDecision
from billhook.lifecycle.remind import ReminderOutlook as ReminderOutlook
from billhook.lifecycle.remind import remind as remind
from billhook.lifecycle.remind import reminder_times as reminder_times
from billhook.lifecycle.reserve import reserve_short_url as reserve_short_url
from billhook.lifecycle.transitions import status_at as status_at
from billhook.lifecycle.update import UpdateError as UpdateError
from billhook.lifecycle.update import update as update
from billhook.messaging.delivery import DeliveryStatus as DeliveryStatus
from billhook.messaging.delivery import MessageId as MessageId
from billhook.messaging.delivery import MessageKey as MessageKey
from billhook.messaging.delivery import MessageNotFound as MessageNotFound
from billhook.messaging.delivery import NotDeadLetter as NotDeadLetter
from billhook.messaging.delivery_reports import Bounced as Bounced
from billhook.messaging.delivery_reports import Delivered as Delivered
from billhook.messaging.delivery_reports import DeliveryReport as DeliveryReport
from billhook.messaging.delivery_reports import ProviderMessageId as ProviderMessageId
from billhook.messaging.message import Message as Message
from billhook.messaging.message import medium_status as medium_status
from billhook.messaging.webhooks import WebhookEndpoint as WebhookEndpoint
from billhook.messaging.webhooks import WebhookEndpointId as WebhookEndpointId
from billhook.messaging.webhooks import WebhookEndpointNotFound as WebhookEndpointNotFound
from billhook.messaging.webhooks import WebhookEvent as WebhookEvent
from billhook.messaging.webhooks import WebhookEventType as WebhookEventType
from billhook.model.account import RECOMMENDED_LIMITS as RECOMMENDED_LIMITS
from billhook.model.account import Account as Account
from billhook.model.account import AccountPolicy as AccountPolicy
from billhook.model.account import NumberSeries as NumberSeries
from billhook.model.account import RetryPolicy as RetryPolicy
from billhook.model.base import AccountId as AccountId
from billhook.model.canonical_json import canonical as canonical
from billhook.model.customer import Customer as Customer
from billhook.model.customer import Medium as Medium
from billhook.model.customer import PostalAddress as PostalAddress
from billhook.model.customer import Recipients as Recipients
from billhook.model.destinations import Destination as Destination
from billhook.model.destinations import destination as destination
from billhook.model.document import Document as Document
from billhook.model.gst import gst_parts as gst_parts
from billhook.model.instalments import Instalment as Instalment
from billhook.model.instalments import InstalmentState as InstalmentState
from billhook.model.instalments import PaymentSchedule as PaymentSchedule
from billhook.model.invoice import Invoice as Invoice
from billhook.model.invoice import InvoiceId as InvoiceId
from billhook.model.invoice import InvoiceKey as InvoiceKey
from billhook.model.invoice import Status as Status
from billhook.model.json_values import as_json as as_json
from billhook.model.line_items import Line as Line
from billhook.model.line_items import Rounding as Rounding
from billhook.model.line_items import Tax as Tax
from billhook.model.logo import Logo as Logo
from billhook.model.logo import LogoFormat as LogoFormat
from billhook.model.money import Currency as Currency
from billhook.model.money import currency as currency
from billhook.model.money import major as major
from billhook.model.money import minor as minor
from billhook.model.patch import DocumentField as DocumentField
from billhook.model.patch import LineChange as LineChange
from billhook.model.patch import MergePatch as MergePatch
from billhook.model.patch import Patch as Patch
from billhook.model.payment import Payment as Payment
from billhook.model.payment import Reference as Reference
from billhook.model.payment_instructions import PaymentInstructions as PaymentInstructions
from billhook.model.pricing import Discount as Discount
from billhook.model.pricing import Priced as Priced
from billhook.model.pricing import Summary as Summary
from billhook.model.pricing import TaxSum as TaxSum
from billhook.model.pricing import priced as priced
from billhook.model.pricing import summary as summary
from billhook.model.pricing import tax_sums as tax_sums
from billhook.model.rate_limits import RateLimit as RateLimit
from billhook.model.rate_limits import RateLimits as RateLimits
from billhook.model.reminder_schedule import QuietHours as QuietHours
from billhook.model.reminder_schedule import ReminderProgress as ReminderProgress
from billhook.model.reminder_schedule import ReminderSchedule as ReminderSchedule
from billhook.model.seller_profile import SellerProfile as SellerProfile
from billhook.model.sms_budget import SmsBudget as SmsBudget
from billhook.model.tax_ids import TaxId as TaxId
from billhook.model.tax_ids import TaxIdKind as TaxIdKind
from billhook.results import RefusedError as RefusedError
from billhook.results import or_raise as or_raise
from billhook.sentences import AnyError as AnyError
from billhook.sentences import sentence as sentence

__all__ = [
    "DECISIONS_VERSION",
    "DELIVERABLE",
    "RECOMMENDED_LIMITS",
    "Account",
    "AccountId",
    "AccountNotFound",
    "AccountPolicy",
    "AddressError",
    "AddressSuppressed",
    "AlreadyExists",
    "AmountTooLarge",
    "AnyError",
    "ApplyPayment",
    "ApplyPaymentError",
    "BackgroundJobs",
    "BelowMinimum",
    "Bounced",
    "Cancel",
    "Change",
    "Command",
    "Conflict",
    "Contact",
    "ContactCase",
    "CountryNotAllowed",
    "Currency",
    "CurrencyMismatch",
    "Customer",
    "Decision",
    "DecisionPoint",
    "Delete",
    "Deliverability",
    "Delivered",
    "DeliveryReport",
    "DeliveryStatus",
    "Destination",
    "Discount",
    "Document",
    "DocumentField",
    "DomainError",
    "Draft",
    "DraftAndSend",
    "Entry",
    "EntryChanged",
    "Event",
    "Expire",
    "ExpiresTooSoon",
    "ExpiryCase",
    "ForecastMessage",
    "Guard",
    "GuardCase",
    "GuardRefused",
    "GuardsOf",
    "IdempotencyKeyReused",
    "IdempotentRequest",
    "InlineDeliveryService",
    "Instalment",
    "InstalmentNotFound",
    "InstalmentOverpayment",
    "InstalmentState",
    "InvalidDocument",
    "InvalidField",
    "Invoice",
    "InvoiceCancelled",
    "InvoiceCommand",
    "InvoiceDeleted",
    "InvoiceDrafted",
    "InvoiceExpired",
    "InvoiceId",
    "InvoiceIssued",
    "InvoiceKey",
    "InvoiceNotFound",
    "InvoiceService",
    "InvoiceUpdated",
    "InvoiceViewed",
    "Issue",
    "IssueError",
    "Lifecycle",
    "Line",
    "LineChange",
    "LineNotFound",
    "Logo",
    "LogoFormat",
    "Medium",
    "MergePatch",
    "Message",
    "MessageExplanation",
    "MessageId",
    "MessageKey",
    "MessageNotFound",
    "MissingAddressPolicy",
    "MissingContact",
    "MissingCustomer",
    "MissingEmail",
    "MoreThanUnapplied",
    "Needs",
    "NotDeadLetter",
    "NotDeclared",
    "NotEditable",
    "NotStored",
    "NotYetDue",
    "NothingToBill",
    "Notification",
    "NotificationRequested",
    "Notify",
    "NotifyError",
    "NumberSeries",
    "NumberTaken",
    "OpenAccount",
    "Operation",
    "OperationNotAllowed",
    "OtherCustomer",
    "Overpayment",
    "PartialNotAllowed",
    "Patch",
    "Pay",
    "Payment",
    "PaymentError",
    "PaymentInstructions",
    "PaymentNotFound",
    "PaymentRecorded",
    "PaymentSchedule",
    "PostalAddress",
    "PremiumNumber",
    "Priced",
    "ProviderMessageId",
    "QuietHours",
    "RateLimit",
    "RateLimits",
    "Recipients",
    "RecordDeliveryReport",
    "RecordPayment",
    "RecordRefund",
    "RecordView",
    "RecordedEvent",
    "RecordedPayment",
    "Reference",
    "ReferenceReused",
    "Refund",
    "Refused",
    "RefusedError",
    "Remedy",
    "Remind",
    "ReminderDecision",
    "ReminderOutlook",
    "ReminderProgress",
    "ReminderRequested",
    "ReminderSchedule",
    "RequeueMessage",
    "RetryPolicy",
    "Rounding",
    "SaveEntry",
    "SaveLogo",
    "SaveWebhookEndpoint",
    "Search",
    "SellerProfile",
    "Send",
    "SendResult",
    "ShortUrlReserved",
    "SilenceWebhookEndpoint",
    "SmsBudget",
    "SmsBudgetUsedUp",
    "SmsDisabled",
    "StateGuard",
    "Status",
    "Summary",
    "SuppressAddress",
    "Tax",
    "TaxId",
    "TaxIdKind",
    "TaxSum",
    "TooSoon",
    "Transition",
    "UnappliedError",
    "UnknownMedium",
    "UnreachableContact",
    "UnsupportedAddress",
    "Update",
    "UpdateAccount",
    "UpdateError",
    "Verdict",
    "WebhookEndpoint",
    "WebhookEndpointId",
    "WebhookEndpointNotFound",
    "WebhookEvent",
    "WebhookEventType",
    "WhatIf",
    "apply",
    "as_json",
    "as_of",
    "cancel",
    "canonical",
    "currency",
    "decision_table",
    "decode_event",
    "delete",
    "destination",
    "draft",
    "encode_event",
    "expire",
    "explain",
    "gst_parts",
    "is_overdue",
    "is_partially_overdue",
    "issue",
    "major",
    "medium_status",
    "minor",
    "notify",
    "or_raise",
    "pay",
    "priced",
    "remind",
    "reminder_times",
    "replay",
    "reserve_short_url",
    "sentence",
    "status_at",
    "summary",
    "tax_sums",
    "update",
]
