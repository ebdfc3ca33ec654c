"""Every domain error: why an operation was not allowed, as a value.

    DomainError
    ├── OperationNotAllowed     the lifecycle does not allow it in this status
    ├── of what is billed
    │   ├── MissingCustomer     issuing needs somebody who pays
    │   ├── NothingToBill       issuing needs lines that come to more than zero
    │   ├── AmountTooLarge      the lines come to more than can be billed
    │   ├── ExpiresTooSoon      expire_by is closer than the account allows
    │   └── NotEditable         these fields are settled in this status
    ├── of time
    │   └── NotYetDue           it has not expired, or never will
    ├── of money
    │   ├── CurrencyMismatch    paid in another currency
    │   ├── Overpayment         more than is due
    │   ├── PartialNotAllowed   less than is due, and the invoice wants all of it
    │   ├── BelowMinimum        the first part is too small
    │   └── ReferenceReused     this reference names another payment
    ├── of the payer's address
    │   ├── MissingEmail        no e-mail address is known
    │   ├── MissingContact      no phone number is known
    │   ├── AddressSuppressed   it bounced, or its owner said stop
    │   └── TooSoon             the last message is too recent
    └── of the service
        ├── InvoiceNotFound     unknown, deleted, or another account's: all alike
        ├── AccountNotFound     no such account
        ├── AlreadyExists       this id is taken
        ├── Conflict            somebody changed it since the caller looked
        ├── IdempotencyKeyReused  this idempotency key came with another request
        └── NotStored           the database refused this command

An error is a value: it holds the facts, a stable `code`, and a `remedy` that says what kind of
change would make the operation allowed. It never holds a sentence: each API has its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, get_args

from billhook.lifecycle.operation import Operation
from billhook.model.base import Instant
from billhook.model.customer import Medium, Suppression
from billhook.model.invoice import Status
from billhook.model.money import Amount, CurrencyCode
from billhook.model.patch import DocumentField


class Remedy(StrEnum):
    """What kind of change would make a refused operation allowed."""

    OTHER_STATUS = "other_status"
    SUPPLY_FIELD = "supply_field"
    CHANGE_FIELD = "change_field"
    OMIT_FIELD = "omit_field"
    PAY_LESS = "pay_less"
    PAY_MORE = "pay_more"
    WAIT = "wait"
    OTHER_ADDRESS = "other_address"
    OTHER_KEY = "other_key"
    LOOK_AGAIN = "look_again"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class OperationNotAllowed:
    """The lifecycle does not allow this operation in this status; it does in `allowed_in`."""

    code: ClassVar = "operation_not_allowed"
    remedy: ClassVar = Remedy.OTHER_STATUS
    operation: Operation
    status: Status
    allowed_in: tuple[Status, ...]


@dataclass(frozen=True, slots=True)
class MissingCustomer:
    """Issuing needs a customer."""

    code: ClassVar = "missing_customer"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "customer"


@dataclass(frozen=True, slots=True)
class NothingToBill:
    """Issuing needs at least one line, and lines that come to more than zero."""

    code: ClassVar = "nothing_to_bill"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "lines"


@dataclass(frozen=True, slots=True)
class AmountTooLarge:
    """The lines come to more than `largest` smallest units."""

    code: ClassVar = "amount_too_large"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "lines"
    largest: Amount


@dataclass(frozen=True, slots=True)
class ExpiresTooSoon:
    """`expire_by` is earlier than `earliest`."""

    code: ClassVar = "expires_too_soon"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "expire_by"
    expire_by: Instant
    earliest: Instant


@dataclass(frozen=True, slots=True)
class NotEditable:
    """These fields are settled in this status; `editable` are not."""

    code: ClassVar = "not_editable"
    remedy: ClassVar = Remedy.OMIT_FIELD
    status: Status
    fields: tuple[DocumentField, ...]
    editable: tuple[DocumentField, ...]


@dataclass(frozen=True, slots=True)
class NotYetDue:
    """The invoice expires at `expire_by`, or never where that is None."""

    code: ClassVar = "not_yet_due"
    remedy: ClassVar = Remedy.WAIT
    expire_by: Instant | None


@dataclass(frozen=True, slots=True)
class CurrencyMismatch:
    """The payment is in `given`; the invoice takes `expected`."""

    code: ClassVar = "currency_mismatch"
    remedy: ClassVar = Remedy.CHANGE_FIELD
    field: ClassVar = "currency"
    given: CurrencyCode
    expected: CurrencyCode


@dataclass(frozen=True, slots=True)
class Overpayment:
    """`amount` is more than the `due`, both in smallest units."""

    code: ClassVar = "overpayment"
    remedy: ClassVar = Remedy.PAY_LESS
    amount: Amount
    due: Amount


@dataclass(frozen=True, slots=True)
class PartialNotAllowed:
    """`amount` is less than the `due`, and the invoice takes no parts."""

    code: ClassVar = "partial_not_allowed"
    remedy: ClassVar = Remedy.PAY_MORE
    amount: Amount
    due: Amount


@dataclass(frozen=True, slots=True)
class BelowMinimum:
    """The first part must be at least `minimum` smallest units."""

    code: ClassVar = "below_minimum"
    remedy: ClassVar = Remedy.PAY_MORE
    amount: Amount
    minimum: Amount


@dataclass(frozen=True, slots=True)
class ReferenceReused:
    """This payment reference already names a payment of another amount or invoice."""

    code: ClassVar = "reference_reused"
    remedy: ClassVar = Remedy.OTHER_KEY
    field: ClassVar = "reference"


@dataclass(frozen=True, slots=True)
class MissingEmail:
    """No e-mail address of the customer is known."""

    code: ClassVar = "missing_email"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "customer.email"


@dataclass(frozen=True, slots=True)
class MissingContact:
    """No phone number of the customer is known."""

    code: ClassVar = "missing_contact"
    remedy: ClassVar = Remedy.SUPPLY_FIELD
    field: ClassVar = "customer.contact"


@dataclass(frozen=True, slots=True)
class AddressSuppressed:
    """The address bounced for good, or its owner does not want messages."""

    code: ClassVar = "address_suppressed"
    remedy: ClassVar = Remedy.OTHER_ADDRESS
    medium: Medium
    reason: Suppression


@dataclass(frozen=True, slots=True)
class TooSoon:
    """The last message to this address is too recent; the next may be asked for at `until`."""

    code: ClassVar = "too_soon"
    remedy: ClassVar = Remedy.WAIT
    medium: Medium
    until: Instant


@dataclass(frozen=True, slots=True)
class InvoiceNotFound:
    """The account has no such invoice: unknown, deleted and foreign ids answer alike."""

    code: ClassVar = "invoice_not_found"
    remedy: ClassVar = Remedy.NONE


@dataclass(frozen=True, slots=True)
class AccountNotFound:
    """There is no such account."""

    code: ClassVar = "account_not_found"
    remedy: ClassVar = Remedy.NONE


@dataclass(frozen=True, slots=True)
class AlreadyExists:
    """The account already has an invoice of this id."""

    code: ClassVar = "already_exists"
    remedy: ClassVar = Remedy.OTHER_KEY
    field: ClassVar = "id"


@dataclass(frozen=True, slots=True)
class Conflict:
    """The invoice is at version `actual`, not at the `expected` one."""

    code: ClassVar = "conflict"
    remedy: ClassVar = Remedy.LOOK_AGAIN
    expected: int
    actual: int


@dataclass(frozen=True, slots=True)
class IdempotencyKeyReused:
    """This idempotency key was used for another request within the last 24 hours."""

    code: ClassVar = "idempotency_key_reused"
    remedy: ClassVar = Remedy.OTHER_KEY
    field: ClassVar = "idempotency_key"


@dataclass(frozen=True, slots=True)
class NotStored:
    """The database refused what this command would have stored; nothing of it was kept."""

    code: ClassVar = "not_stored"
    remedy: ClassVar = Remedy.NONE


AddressError = MissingEmail | MissingContact | AddressSuppressed | TooSoon
"""Why a message cannot go to the payer although the lifecycle allows it."""

PaymentError = (
    OperationNotAllowed | CurrencyMismatch | Overpayment | PartialNotAllowed | BelowMinimum
)
"""Why an invoice does not take a payment."""

ServiceError = InvoiceNotFound | AccountNotFound | Conflict | IdempotencyKeyReused | NotStored
"""What any command may meet at the desk, whatever it asks."""

DomainError = (
    PaymentError
    | MissingCustomer
    | NothingToBill
    | AmountTooLarge
    | ExpiresTooSoon
    | NotEditable
    | NotYetDue
    | ReferenceReused
    | AddressError
    | AlreadyExists
    | ServiceError
)
"""The closed union of every refusal."""

ERRORS: Mapping[str, type[DomainError]] = MappingProxyType(
    {refusal.code: refusal for refusal in get_args(DomainError)}
)
"""Every refusal by its code."""
