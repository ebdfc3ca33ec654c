"""The public names, for type checkers; `__init__.py` loads them at first use."""

from billhook.account import Account as Account
from billhook.account import Policy as Policy
from billhook.account import Retries as Retries
from billhook.account import Series as Series
from billhook.announcement import Announcement as Announcement
from billhook.announcement import Event as Event
from billhook.announcement import Subscriber as Subscriber
from billhook.announcement import SubscriberId as SubscriberId
from billhook.canonical import canonical as canonical
from billhook.change import Change as Change
from billhook.change import apply as apply
from billhook.change import as_of as as_of
from billhook.change import replay as replay
from billhook.delivery import Delivery as Delivery
from billhook.delivery import MessageId as MessageId
from billhook.delivery import MessageKey as MessageKey
from billhook.delivery import MessageNotFound as MessageNotFound
from billhook.delivery import NotDead as NotDead
from billhook.desk.answers import Sent as Sent
from billhook.desk.commands import Cancel as Cancel
from billhook.desk.commands import Command as Command
from billhook.desk.commands import Delete as Delete
from billhook.desk.commands import Draft as Draft
from billhook.desk.commands import DraftAndSend as DraftAndSend
from billhook.desk.commands import Expire as Expire
from billhook.desk.commands import File as File
from billhook.desk.commands import Issue as Issue
from billhook.desk.commands import Notify as Notify
from billhook.desk.commands import Pay as Pay
from billhook.desk.commands import RecordPayment as RecordPayment
from billhook.desk.commands import Remind as Remind
from billhook.desk.commands import Send as Send
from billhook.desk.commands import Update as Update
from billhook.desk.commands import Visit as Visit
from billhook.desk.desk import Desk as Desk
from billhook.desk.handlers import Handlers as Handlers
from billhook.desk.inline import InlineDesk as InlineDesk
from billhook.desk.sending import Addresses as Addresses
from billhook.document import Document as Document
from billhook.edits import Edits as Edits
from billhook.errors import AccountNotFound as AccountNotFound
from billhook.errors import AddressSuppressed as AddressSuppressed
from billhook.errors import AlreadyExists as AlreadyExists
from billhook.errors import AmountTooLarge as AmountTooLarge
from billhook.errors import BelowMinimum as BelowMinimum
from billhook.errors import Conflict as Conflict
from billhook.errors import CurrencyMismatch as CurrencyMismatch
from billhook.errors import ExpiresTooSoon as ExpiresTooSoon
from billhook.errors import InvoiceNotFound as InvoiceNotFound
from billhook.errors import KeyReused as KeyReused
from billhook.errors import MissingContact as MissingContact
from billhook.errors import MissingCustomer as MissingCustomer
from billhook.errors import MissingEmail as MissingEmail
from billhook.errors import NotEditable as NotEditable
from billhook.errors import NothingToBill as NothingToBill
from billhook.errors import NotStored as NotStored
from billhook.errors import NotYetDue as NotYetDue
from billhook.errors import OperationNotAllowed as OperationNotAllowed
from billhook.errors import Overpayment as Overpayment
from billhook.errors import PartialNotAllowed as PartialNotAllowed
from billhook.errors import ReferenceReused as ReferenceReused
from billhook.errors import Refusal as Refusal
from billhook.errors import Remedy as Remedy
from billhook.errors import TooSoon as TooSoon
from billhook.facts import Cancelled as Cancelled
from billhook.facts import Deleted as Deleted
from billhook.facts import Drafted as Drafted
from billhook.facts import Expired as Expired
from billhook.facts import Fact as Fact
from billhook.facts import Issued as Issued
from billhook.facts import NotificationRequested as NotificationRequested
from billhook.facts import PaymentTaken as PaymentTaken
from billhook.facts import ReminderRequested as ReminderRequested
from billhook.facts import Updated as Updated
from billhook.facts import Visited as Visited
from billhook.invoice import Invoice as Invoice
from billhook.invoice import InvoiceId as InvoiceId
from billhook.invoice import Key as Key
from billhook.invoice import Status as Status
from billhook.lifecycle import status_at as status_at
from billhook.lines import Line as Line
from billhook.lines import Rounding as Rounding
from billhook.lines import Tax as Tax
from billhook.message import Message as Message
from billhook.message import medium_status as medium_status
from billhook.money import Currency as Currency
from billhook.money import currency as currency
from billhook.money import major as major
from billhook.money import minor as minor
from billhook.operation import DocumentField as DocumentField
from billhook.operation import Operation as Operation
from billhook.operations.cancel import cancel as cancel
from billhook.operations.delete import delete as delete
from billhook.operations.draft import draft as draft
from billhook.operations.expire import expire as expire
from billhook.operations.issue import issue as issue
from billhook.operations.notify import CLEAR as CLEAR
from billhook.operations.notify import Notification as Notification
from billhook.operations.notify import Standing as Standing
from billhook.operations.notify import notify as notify
from billhook.operations.pay import pay as pay
from billhook.operations.remind import Outlook as Outlook
from billhook.operations.remind import Reminded as Reminded
from billhook.operations.remind import plan as plan
from billhook.operations.remind import remind as remind
from billhook.operations.update import update as update
from billhook.pacing import Rate as Rate
from billhook.pacing import Rates as Rates
from billhook.party import Customer as Customer
from billhook.party import Medium as Medium
from billhook.party import PostalAddress as PostalAddress
from billhook.party import Recipients as Recipients
from billhook.payee import Payee as Payee
from billhook.payment import Payment as Payment
from billhook.payment import Reference as Reference
from billhook.pricing import Discount as Discount
from billhook.pricing import Priced as Priced
from billhook.pricing import Summary as Summary
from billhook.pricing import priced as priced
from billhook.pricing import summary as summary
from billhook.receipts import Arrived as Arrived
from billhook.receipts import CameBack as CameBack
from billhook.receipts import ProviderId as ProviderId
from billhook.receipts import Receipt as Receipt
from billhook.records import Entry as Entry
from billhook.records import RecordedPayment as RecordedPayment
from billhook.records import Search as Search
from billhook.records import StampedFact as StampedFact
from billhook.reminders import Progress as Progress
from billhook.reminders import Quiet as Quiet
from billhook.reminders import Reminders as Reminders
from billhook.schedule import Instalment as Instalment
from billhook.schedule import Schedule as Schedule
from billhook.value import AccountId as AccountId
from billhook.verdict import Verdict as Verdict
from billhook.verdict import explain as explain

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
