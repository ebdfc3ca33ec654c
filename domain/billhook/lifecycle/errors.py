"""The domain errors: why an operation is not allowed, as values.

    DomainError
    ├── OperationNotAllowed     the lifecycle does not allow it in this status
    ├── GuardRefused            a rule of your own does not allow it
    ├── of the document
    │   ├── MissingCustomer     issuing needs a customer
    │   ├── NothingToBill       issuing needs lines with a total above zero
    │   ├── AmountTooLarge      the total is more than the largest amount
    │   ├── ExpiresTooSoon      expire_by is closer than the account allows
    │   ├── NotEditable         these fields cannot be changed in this status
    │   ├── LineNotFound        it has no line at this position
    │   ├── NumberTaken         another issued invoice has this number
    │   └── InvalidDocument     with this change its fields do not go together
    ├── of time
    │   └── NotYetDue           it has not expired, or never will
    ├── of money
    │   ├── CurrencyMismatch    paid in another currency
    │   ├── Overpayment         more than is due
    │   ├── PartialNotAllowed   less than is due, without partial payment
    │   ├── BelowMinimum        the first payment is too small
    │   ├── InstalmentNotFound  the invoice has no instalment of this id
    │   ├── InstalmentOverpayment  more than is due of the instalments that it names
    │   ├── ReferenceReused     this reference names another payment
    │   ├── PaymentNotFound     the account has no payment of this reference
    │   ├── MoreThanUnapplied   more than is left unapplied of the payment
    │   └── OtherCustomer       the payment is for an invoice of another customer
    ├── of the payer's address
    │   ├── UnknownMedium       it is neither e-mail nor SMS
    │   ├── MissingEmail        no e-mail address is known
    │   ├── MissingContact      no phone number is known
    │   ├── UnreachableContact  no SMS can be sent to the phone number as it was given
    │   ├── UnsupportedAddress  the sender that is set up cannot write to the address
    │   ├── AddressSuppressed   it bounced, or its owner opted out
    │   ├── TooSoon             the last message is too recent
    │   ├── SmsDisabled         no SMS are sent for the account, or by the service
    │   ├── PremiumNumber       a premium-rate number, or one of no country
    │   ├── CountryNotAllowed   the account sends no SMS to this country
    │   └── SmsBudgetUsedUp     as many SMS as allowed were accepted
    └── of the service
        ├── InvoiceNotFound     unknown, deleted, or another account's
        ├── AccountNotFound     no such account
        ├── AlreadyExists       this id is taken
        ├── Conflict            it changed since the caller read it
        ├── IdempotencyKeyReused  this idempotency key came with another request
        └── NotStored           the database refused this command

Each error has details, a stable `code`, and a `remedy`: the kind of change that would make the
operation allowed. It contains no message text; each API words its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, get_args

from billhook.lifecycle.error_value import ErrorValue, Remedy
from billhook.lifecycle.operation import Operation
from billhook.model.base import FrozenMap, Identifier, Instant
from billhook.model.customer import CountryCode, Medium, Suppression
from billhook.model.frozen import frozen
from billhook.model.invoice import InvoiceNumber, Status
from billhook.model.money import Amount, CurrencyCode
from billhook.model.patch import DocumentField


@frozen
class OperationNotAllowed(ErrorValue):
    """The operation is not allowed in this status, only in those of `allowed_in`."""

    code: ClassVar = "operation_not_allowed"
    remedy: ClassVar = Remedy.OTHER_STATUS
    operation: Operation
    status: Status
    allowed_in: tuple[Status, ...]


@frozen
class GuardRefused(ErrorValue):
    """A guard refuses the operation: its code, a sentence for people, and the facts.

    >>> GuardRefused("credit_hold", "The customer is on credit hold.", {"limit": 50000}).code
    'credit_hold'
    """

    remedy: ClassVar = Remedy.SEE_MESSAGE
    code: str
    message: str
    facts: Mapping[str, str | int | bool | None] = FrozenMap()  # it is immutable


@frozen
class MissingCustomer(ErrorValue):
    """Issuing needs a customer."""

    code: ClassVar = "missing_customer"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "customer"


@frozen
class NothingToBill(ErrorValue):
    """Issuing needs at least one line, and a total above zero."""

    code: ClassVar = "nothing_to_bill"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "lines"


@frozen
class AmountTooLarge(ErrorValue):
    """The total of the lines is more than `largest`, in smallest units."""

    code: ClassVar = "amount_too_large"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "lines"
    largest: Amount


@frozen
class ExpiresTooSoon(ErrorValue):
    """`expire_by` is earlier than `earliest`."""

    code: ClassVar = "expires_too_soon"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "expire_by"
    expire_by: Instant
    earliest: Instant


@frozen
class NotEditable(ErrorValue):
    """`fields` cannot be changed in this status; `editable` can."""

    code: ClassVar = "not_editable"
    remedy: ClassVar = Remedy.OMIT_FIELD
    status: Status
    fields: tuple[DocumentField, ...]
    editable: tuple[DocumentField, ...]


@frozen
class LineNotFound(ErrorValue):
    """The document has no line at this position, counted from 0."""

    code: ClassVar = "line_not_found"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "lines"
    position: int


@frozen
class InvalidField:
    """A field that is invalid: its path, such as `lines.2.name`, the kind of fault, a sentence."""

    path: str
    kind: str
    message: str


@frozen
class NumberTaken(ErrorValue):
    """Another issued invoice of the account has this number."""

    code: ClassVar = "number_taken"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "receipt"
    number: InvoiceNumber


@frozen
class InvalidDocument(ErrorValue):
    """The document has `invalid_fields`, or would have them with this change."""

    code: ClassVar = "invalid_document"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    invalid_fields: tuple[InvalidField, ...]

    @property
    def field(self) -> str:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]  # this error names the field that is invalid
        """The path of the first invalid field."""
        return self.invalid_fields[0].path


@frozen
class NotYetDue(ErrorValue):
    """The invoice has not expired: it does at `expire_by`, or never if that is None."""

    code: ClassVar = "not_yet_due"
    remedy: ClassVar = Remedy.WAIT
    expire_by: Instant | None


@frozen
class CurrencyMismatch(ErrorValue):
    """The currency is `given`, but the invoice has `expected`."""

    code: ClassVar = "currency_mismatch"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "currency"
    given: CurrencyCode
    expected: CurrencyCode


@frozen
class Overpayment(ErrorValue):
    """`amount` is more than the amount `due`, both in smallest units."""

    code: ClassVar = "overpayment"
    remedy: ClassVar = Remedy.PAY_LESS
    amount: Amount
    due: Amount


@frozen
class PartialNotAllowed(ErrorValue):
    """`amount` is less than the amount `due`, and partial payment is not allowed."""

    code: ClassVar = "partial_not_allowed"
    remedy: ClassVar = Remedy.PAY_MORE
    amount: Amount
    due: Amount


@frozen
class BelowMinimum(ErrorValue):
    """The first partial payment must be at least `minimum`, in smallest units."""

    code: ClassVar = "below_minimum"
    remedy: ClassVar = Remedy.PAY_MORE
    amount: Amount
    minimum: Amount


@frozen
class InstalmentNotFound(ErrorValue):
    """The payment names an instalment that the invoice does not have; `known` are its ids."""

    code: ClassVar = "instalment_not_found"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "instalments"
    known: tuple[Identifier, ...]


@frozen
class InstalmentOverpayment(ErrorValue):
    """The payment is more than is due of the instalments that it names, in smallest units."""

    code: ClassVar = "instalment_overpayment"
    remedy: ClassVar = Remedy.PAY_LESS
    amount: Amount
    due: Amount


@frozen
class PaymentNotFound(ErrorValue):
    """The account has no payment of this reference."""

    code: ClassVar = "payment_not_found"
    remedy: ClassVar = Remedy.NONE


@frozen
class MoreThanUnapplied(ErrorValue):
    """The amount is more than is left unapplied of the payment, in smallest units."""

    code: ClassVar = "more_than_unapplied"
    remedy: ClassVar = Remedy.PAY_LESS
    amount: Amount
    unapplied: Amount


@frozen
class OtherCustomer(ErrorValue):
    """The payment came in for an invoice of another customer than this invoice's."""

    code: ClassVar = "other_customer"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "invoice"


@frozen
class ReferenceReused(ErrorValue):
    """Another payment of the account, with another amount or invoice, has this reference."""

    code: ClassVar = "reference_reused"
    remedy: ClassVar = Remedy.OTHER_KEY
    field: ClassVar = "reference"


@frozen
class UnknownMedium(ErrorValue):
    """The medium is none of `known`."""

    code: ClassVar = "unknown_medium"
    remedy: ClassVar = Remedy.OTHER_MEDIUM
    field: ClassVar = "medium"
    known: tuple[Medium, ...]


@frozen
class MissingEmail(ErrorValue):
    """The customer has no e-mail address."""

    code: ClassVar = "missing_email"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "customer.email"


@frozen
class MissingContact(ErrorValue):
    """The customer has no phone number."""

    code: ClassVar = "missing_contact"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "customer.contact"


@frozen
class UnreachableContact(ErrorValue):
    """The phone number of the customer is none that an SMS can be sent to, as it was given."""

    code: ClassVar = "unreachable_contact"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "customer.contact"


@frozen
class UnsupportedAddress(ErrorValue):
    """The sender of this medium cannot write to the address."""

    code: ClassVar = "unsupported_address"
    remedy: ClassVar = Remedy.OTHER_ADDRESS
    medium: Medium


@frozen
class AddressSuppressed(ErrorValue):
    """The address is on the suppression list; `reason` says why."""

    code: ClassVar = "address_suppressed"
    remedy: ClassVar = Remedy.OTHER_ADDRESS
    medium: Medium
    reason: Suppression


@frozen
class TooSoon(ErrorValue):
    """The last message to this address is too recent; the next is allowed at `until`."""

    code: ClassVar = "too_soon"
    remedy: ClassVar = Remedy.WAIT
    medium: Medium
    until: Instant


@frozen
class SmsDisabled(ErrorValue):
    """SMS are switched off for the account, or for the whole service."""

    code: ClassVar = "sms_disabled"
    remedy: ClassVar = Remedy.OTHER_MEDIUM


@frozen
class PremiumNumber(ErrorValue):
    """The phone number is a premium-rate one, or of no country."""

    code: ClassVar = "premium_number"
    remedy: ClassVar = Remedy.OTHER_ADDRESS
    field: ClassVar = "customer.contact"


@frozen
class CountryNotAllowed(ErrorValue):
    """The phone number is of `country`, to which the account sends no SMS."""

    code: ClassVar = "country_not_allowed"
    remedy: ClassVar = Remedy.ALLOW_COUNTRY
    field: ClassVar = "customer.contact"
    country: CountryCode


@frozen
class SmsBudgetUsedUp(ErrorValue):
    """The SMS budget is used up; more may be accepted at `until`, if no other is before.

    `prefix` is that of the numbers which the budget is for, and None for the account's.
    """

    code: ClassVar = "sms_budget_used_up"
    remedy: ClassVar = Remedy.WAIT
    prefix: str | None
    until: Instant


@frozen
class InvoiceNotFound(ErrorValue):
    """The account has no such invoice: it is unknown, deleted, or of another account."""

    code: ClassVar = "invoice_not_found"
    remedy: ClassVar = Remedy.NONE


@frozen
class AccountNotFound(ErrorValue):
    """No account has this id."""

    code: ClassVar = "account_not_found"
    remedy: ClassVar = Remedy.NONE


@frozen
class AlreadyExists(ErrorValue):
    """The id is taken."""

    code: ClassVar = "already_exists"
    remedy: ClassVar = Remedy.OTHER_KEY
    field: ClassVar = "id"


@frozen
class Conflict(ErrorValue):
    """The invoice is at version `actual`, not at the `expected` one."""

    code: ClassVar = "conflict"
    remedy: ClassVar = Remedy.LOOK_AGAIN
    expected: int
    actual: int


@frozen
class IdempotencyKeyReused(ErrorValue):
    """This idempotency key was used for another request in the last 24 hours."""

    code: ClassVar = "idempotency_key_reused"
    remedy: ClassVar = Remedy.OTHER_KEY
    field: ClassVar = "idempotency_key"


@frozen
class NotStored(ErrorValue):
    """The database refused the changes of this command; none were stored."""

    code: ClassVar = "not_stored"
    remedy: ClassVar = Remedy.NONE


SmsNotAllowed = SmsDisabled | PremiumNumber | CountryNotAllowed
"""Why no SMS may be sent to a phone number, however few were sent before."""

SmsError = SmsNotAllowed | SmsBudgetUsedUp
"""Why an SMS cannot be sent although its address is known and takes messages."""

AddressError = (
    MissingEmail
    | MissingContact
    | UnreachableContact
    | UnsupportedAddress
    | AddressSuppressed
    | TooSoon
    | SmsError
)
"""Why a message cannot be sent to the payer although the status allows it."""

PaymentError = (
    OperationNotAllowed
    | GuardRefused
    | CurrencyMismatch
    | Overpayment
    | PartialNotAllowed
    | BelowMinimum
    | InstalmentNotFound
    | InstalmentOverpayment
)
"""Why a payment cannot be applied to an invoice."""

ServiceError = InvoiceNotFound | AccountNotFound | Conflict | IdempotencyKeyReused | NotStored
"""The errors of the service, which every command may return."""

DomainError = (
    PaymentError
    | MissingCustomer
    | NothingToBill
    | AmountTooLarge
    | ExpiresTooSoon
    | NotEditable
    | LineNotFound
    | NumberTaken
    | InvalidDocument
    | NotYetDue
    | ReferenceReused
    | PaymentNotFound
    | MoreThanUnapplied
    | OtherCustomer
    | UnknownMedium
    | AddressError
    | AlreadyExists
    | ServiceError
)
"""The closed union of all domain errors."""

ERRORS: Mapping[str, type[DomainError]] = MappingProxyType(
    {
        "guard_refused" if error is GuardRefused else error.code: error
        for error in get_args(DomainError)
    }
)
"""All domain errors by their codes; that of `GuardRefused`, whose code is the guard's, is named."""

CODES: Mapping[type[DomainError], str] = MappingProxyType(
    {error: code for code, error in ERRORS.items()}
)
"""The key of each domain error in `ERRORS`."""
