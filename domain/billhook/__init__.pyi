"""The public names, for type checkers; `__init__.py` loads them at first use."""

from billhook.application.answers import Sent as Sent
from billhook.application.background_jobs import Handlers as Handlers
from billhook.application.commands import Cancel as Cancel
from billhook.application.commands import Command as Command
from billhook.application.commands import Delete as Delete
from billhook.application.commands import Draft as Draft
from billhook.application.commands import DraftAndSend as DraftAndSend
from billhook.application.commands import Expire as Expire
from billhook.application.commands import File as File
from billhook.application.commands import Issue as Issue
from billhook.application.commands import Notify as Notify
from billhook.application.commands import Pay as Pay
from billhook.application.commands import RecordPayment as RecordPayment
from billhook.application.commands import Remind as Remind
from billhook.application.commands import Send as Send
from billhook.application.commands import Update as Update
from billhook.application.commands import Visit as Visit
from billhook.application.inline_delivery import InlineDesk as InlineDesk
from billhook.application.records import Entry as Entry
from billhook.application.records import RecordedPayment as RecordedPayment
from billhook.application.records import Search as Search
from billhook.application.records import StampedFact as StampedFact
from billhook.application.sending import Addresses as Addresses
from billhook.application.service import Desk as Desk
from billhook.lifecycle.apply import Change as Change
from billhook.lifecycle.apply import apply as apply
from billhook.lifecycle.apply import as_of as as_of
from billhook.lifecycle.apply import replay as replay
from billhook.lifecycle.cancel import cancel as cancel
from billhook.lifecycle.delete import delete as delete
from billhook.lifecycle.draft import draft as draft
from billhook.lifecycle.errors import AccountNotFound as AccountNotFound
from billhook.lifecycle.errors import AddressSuppressed as AddressSuppressed
from billhook.lifecycle.errors import AlreadyExists as AlreadyExists
from billhook.lifecycle.errors import AmountTooLarge as AmountTooLarge
from billhook.lifecycle.errors import BelowMinimum as BelowMinimum
from billhook.lifecycle.errors import Conflict as Conflict
from billhook.lifecycle.errors import CurrencyMismatch as CurrencyMismatch
from billhook.lifecycle.errors import ExpiresTooSoon as ExpiresTooSoon
from billhook.lifecycle.errors import InvoiceNotFound as InvoiceNotFound
from billhook.lifecycle.errors import KeyReused as KeyReused
from billhook.lifecycle.errors import MissingContact as MissingContact
from billhook.lifecycle.errors import MissingCustomer as MissingCustomer
from billhook.lifecycle.errors import MissingEmail as MissingEmail
from billhook.lifecycle.errors import NotEditable as NotEditable
from billhook.lifecycle.errors import NothingToBill as NothingToBill
from billhook.lifecycle.errors import NotStored as NotStored
from billhook.lifecycle.errors import NotYetDue as NotYetDue
from billhook.lifecycle.errors import OperationNotAllowed as OperationNotAllowed
from billhook.lifecycle.errors import Overpayment as Overpayment
from billhook.lifecycle.errors import PartialNotAllowed as PartialNotAllowed
from billhook.lifecycle.errors import ReferenceReused as ReferenceReused
from billhook.lifecycle.errors import Refusal as Refusal
from billhook.lifecycle.errors import Remedy as Remedy
from billhook.lifecycle.errors import TooSoon as TooSoon
from billhook.lifecycle.events import Cancelled as Cancelled
from billhook.lifecycle.events import Deleted as Deleted
from billhook.lifecycle.events import Drafted as Drafted
from billhook.lifecycle.events import Expired as Expired
from billhook.lifecycle.events import Fact as Fact
from billhook.lifecycle.events import Issued as Issued
from billhook.lifecycle.events import NotificationRequested as NotificationRequested
from billhook.lifecycle.events import PaymentTaken as PaymentTaken
from billhook.lifecycle.events import ReminderRequested as ReminderRequested
from billhook.lifecycle.events import Updated as Updated
from billhook.lifecycle.events import Visited as Visited
from billhook.lifecycle.expire import expire as expire
from billhook.lifecycle.explain import Verdict as Verdict
from billhook.lifecycle.explain import explain as explain
from billhook.lifecycle.issue import issue as issue
from billhook.lifecycle.notify import CLEAR as CLEAR
from billhook.lifecycle.notify import Notification as Notification
from billhook.lifecycle.notify import Standing as Standing
from billhook.lifecycle.notify import notify as notify
from billhook.lifecycle.operation import Operation as Operation
from billhook.lifecycle.pay import pay as pay
from billhook.lifecycle.remind import Outlook as Outlook
from billhook.lifecycle.remind import Reminded as Reminded
from billhook.lifecycle.remind import plan as plan
from billhook.lifecycle.remind import remind as remind
from billhook.lifecycle.transitions import status_at as status_at
from billhook.lifecycle.update import update as update
from billhook.messaging.delivery import Delivery as Delivery
from billhook.messaging.delivery import MessageId as MessageId
from billhook.messaging.delivery import MessageKey as MessageKey
from billhook.messaging.delivery import MessageNotFound as MessageNotFound
from billhook.messaging.delivery import NotDead as NotDead
from billhook.messaging.delivery_reports import Arrived as Arrived
from billhook.messaging.delivery_reports import CameBack as CameBack
from billhook.messaging.delivery_reports import ProviderId as ProviderId
from billhook.messaging.delivery_reports import Receipt as Receipt
from billhook.messaging.message import Message as Message
from billhook.messaging.message import medium_status as medium_status
from billhook.messaging.webhooks import Announcement as Announcement
from billhook.messaging.webhooks import Event as Event
from billhook.messaging.webhooks import Subscriber as Subscriber
from billhook.messaging.webhooks import SubscriberId as SubscriberId
from billhook.model.account import Account as Account
from billhook.model.account import Policy as Policy
from billhook.model.account import Retries as Retries
from billhook.model.account import Series as Series
from billhook.model.base import AccountId as AccountId
from billhook.model.canonical_json import canonical as canonical
from billhook.model.customer import Customer as Customer
from billhook.model.customer import Medium as Medium
from billhook.model.customer import PostalAddress as PostalAddress
from billhook.model.customer import Recipients as Recipients
from billhook.model.document import Document as Document
from billhook.model.instalments import Instalment as Instalment
from billhook.model.instalments import Schedule as Schedule
from billhook.model.invoice import Invoice as Invoice
from billhook.model.invoice import InvoiceId as InvoiceId
from billhook.model.invoice import Key as Key
from billhook.model.invoice import Status as Status
from billhook.model.line_items import Line as Line
from billhook.model.line_items import Rounding as Rounding
from billhook.model.line_items import Tax as Tax
from billhook.model.money import Currency as Currency
from billhook.model.money import currency as currency
from billhook.model.money import major as major
from billhook.model.money import minor as minor
from billhook.model.patch import DocumentField as DocumentField
from billhook.model.patch import Edits as Edits
from billhook.model.payment import Payment as Payment
from billhook.model.payment import Reference as Reference
from billhook.model.payment_instructions import Payee as Payee
from billhook.model.pricing import Discount as Discount
from billhook.model.pricing import Priced as Priced
from billhook.model.pricing import Summary as Summary
from billhook.model.pricing import priced as priced
from billhook.model.pricing import summary as summary
from billhook.model.rate_limits import Rate as Rate
from billhook.model.rate_limits import Rates as Rates
from billhook.model.reminder_schedule import Progress as Progress
from billhook.model.reminder_schedule import Quiet as Quiet
from billhook.model.reminder_schedule import Reminders as Reminders

__all__ = [
    "CLEAR",
    "Account",
    "AccountId",
    "AccountNotFound",
    "AddressSuppressed",
    "Addresses",
    "AlreadyExists",
    "AmountTooLarge",
    "Announcement",
    "BelowMinimum",
    "Cancel",
    "Cancelled",
    "Change",
    "Command",
    "Conflict",
    "Currency",
    "CurrencyMismatch",
    "Customer",
    "Delete",
    "Deleted",
    "Delivery",
    "Desk",
    "Discount",
    "Document",
    "DocumentField",
    "Draft",
    "DraftAndSend",
    "Drafted",
    "Edits",
    "Entry",
    "Event",
    "Expire",
    "Expired",
    "ExpiresTooSoon",
    "Fact",
    "File",
    "Handlers",
    "InlineDesk",
    "Instalment",
    "Invoice",
    "InvoiceId",
    "InvoiceNotFound",
    "Issue",
    "Issued",
    "Key",
    "KeyReused",
    "Line",
    "Medium",
    "Message",
    "MessageId",
    "MessageKey",
    "MessageNotFound",
    "MissingContact",
    "MissingCustomer",
    "MissingEmail",
    "NotDead",
    "NotEditable",
    "NotStored",
    "NotYetDue",
    "NothingToBill",
    "Notification",
    "NotificationRequested",
    "Notify",
    "Operation",
    "OperationNotAllowed",
    "Outlook",
    "Overpayment",
    "PartialNotAllowed",
    "Pay",
    "Payment",
    "PaymentTaken",
    "Policy",
    "PostalAddress",
    "Priced",
    "Progress",
    "Quiet",
    "Rate",
    "Rates",
    "Recipients",
    "RecordPayment",
    "RecordedPayment",
    "Reference",
    "ReferenceReused",
    "Refusal",
    "Remedy",
    "Remind",
    "Reminded",
    "ReminderRequested",
    "Reminders",
    "Retries",
    "Rounding",
    "Schedule",
    "Search",
    "Send",
    "Sent",
    "Series",
    "StampedFact",
    "Standing",
    "Status",
    "Subscriber",
    "SubscriberId",
    "Summary",
    "Tax",
    "TooSoon",
    "Update",
    "Updated",
    "Verdict",
    "Visit",
    "Visited",
    "apply",
    "as_of",
    "cancel",
    "canonical",
    "currency",
    "delete",
    "draft",
    "expire",
    "explain",
    "issue",
    "major",
    "medium_status",
    "minor",
    "notify",
    "pay",
    "plan",
    "priced",
    "remind",
    "replay",
    "status_at",
    "summary",
    "update",
]
