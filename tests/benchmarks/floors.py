"""What billhook is measured against: the least that Python could do, and two usual ways.

The floor is a frozen slots dataclass that holds every scalar field of an invoice, its document,
its customer and both addresses laid flat, built by position after one look-up in a dict. It
validates nothing, decides nothing and returns no Result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, make_dataclass
from typing import Any

from statemachine import State, StateMachine
from transitions import Machine

from billhook.model.customer import Customer, PostalAddress
from billhook.model.document import Document
from billhook.model.invoice import Invoice

ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country")
FLAT = (
    # of Invoice
    *("account", "id", "version", "status", "amount", "paid", "created_at", "updated_at"),
    "issued_at",
    *("paid_at", "expired_at", "cancelled_at", "deleted_at", "number", "short_url"),
    "first_payment",
    # of Document
    *("title", "live", "description", "receipt", "date", "due_by", "expire_by", "partial_payment"),
    *("first_payment_min_amount", "terms", "comment", "currency", "rounding"),
    # of Customer
    *("customer_id", "name", "email", "contact", "language", "time_zone"),
    *(f"billing_{field}" for field in ADDRESS),
    *(f"shipping_{field}" for field in ADDRESS),
)
"""Every field that is one scalar; lines, notes, media and extras are not."""

NOT_SCALAR = {
    "document",
    "customer",
    "lines",
    "notes",
    "media",
    "extras",
    "recipients",
    "discount",
    "schedule",
    "instalments_paid",
}
NOT_SCALAR |= {"billing_address", "shipping_address", "seller", "tax_ids"}

Flat: Any = make_dataclass("Flat", FLAT, frozen=True, slots=True)


def check_that_the_floor_is_whole() -> None:
    """Fails where the floor leaves out a scalar field, or has one too many."""
    models = (Invoice, Document, Customer)
    scalars = [
        "customer_id" if (model, name) == (Customer, "id") else name
        for model in models
        for name in model.model_fields
        if name not in NOT_SCALAR
    ]
    scalars += [f"{k}_{name}" for k in ("billing", "shipping") for name in ADDRESS]
    if sorted(scalars) != sorted(FLAT) or tuple(PostalAddress.model_fields) != ADDRESS:
        raise SystemExit(f"the floor lacks or invents {set(scalars) ^ set(FLAT)}")


def flattened(invoice: Invoice) -> Any:
    """The same invoice as one flat dataclass."""
    document, customer = invoice.document, invoice.document.customer or Customer()
    known: dict[str, Any] = {**dict(customer), **dict(document), **dict(invoice)}
    known["customer_id"] = customer.id
    for kind in ("billing", "shipping"):
        address = known[f"{kind}_address"] or PostalAddress()
        known |= {f"{kind}_{name}": value for name, value in dict(address).items()}
    return Flat(*(known[name] for name in FLAT))


@dataclass(frozen=True, slots=True)
class No:
    """The floor's refusal: one shared object."""

    code: str


REFUSED = No("operation_not_allowed")
NEXT = {("issued", "pay"): "paid", ("issued", "part"): "partially_paid", ("issued", "notify"): ""}

CHANGED = {
    "version": "invoice.version + 1",
    "status": "status",
    "paid": "invoice.paid + payment.amount",
    "paid_at": "now",
    "first_payment": "payment.reference",
}
SOURCE = f"""
def change(invoice, payment, *, now, trigger="pay"):
    status = NEXT.get((invoice.status, trigger))
    if status is None:
        return REFUSED
    return Flat({", ".join(CHANGED.get(name, f"invoice.{name}") for name in FLAT)})
"""
"""The change as one would write it by hand, if one liked to write forty arguments."""

_namespace: dict[str, Any] = {"NEXT": NEXT, "REFUSED": REFUSED, "Flat": Flat}
exec(SOURCE, _namespace)  # noqa: S102  # generated from FLAT, so that no field is forgotten
change: Callable[..., Any] = _namespace["change"]


def refusal(invoice: Any, medium: Any, *, now: Any, standing: Any = None) -> Any:
    """The floor's refusal, under the signature of `notify`: a look-up that finds nothing."""
    status = NEXT.get((invoice.status, "notify"))
    if status is None:
        return REFUSED
    return status


STATES = ["draft", "issued", "partially_paid", "paid", "expired", "cancelled"]
OPEN = ["issued", "partially_paid"]
ROWS = [
    {"trigger": "issue", "source": "draft", "dest": "issued"},
    {"trigger": "pay_part", "source": OPEN, "dest": "partially_paid"},
    {"trigger": "pay_rest", "source": OPEN, "dest": "paid"},
    {"trigger": "notify", "source": OPEN, "dest": None},
    {"trigger": "expire", "source": OPEN, "dest": "expired"},
    {"trigger": "cancel", "source": ["draft", "issued"], "dest": "cancelled"},
]


class Model:
    """An invoice that has a machine of its own."""

    def __init__(self) -> None:
        self.state = "issued"


def transitions_machine(trigger: str) -> str:
    """Ask one question of an invoice that gets a `transitions` machine of its own."""
    model: Any = Model()
    Machine(model, states=STATES, transitions=ROWS, initial="issued")
    getattr(model, trigger)()
    state: str = model.state
    return state


class Life(StateMachine):
    """The same rows for python-statemachine."""

    draft = State(initial=True)
    issued = State()
    partially_paid = State()
    paid = State(final=True)
    expired = State(final=True)
    cancelled = State(final=True)
    issue = draft.to(issued)
    pay_part = issued.to(partially_paid) | partially_paid.to.itself()
    pay_rest = issued.to(paid) | partially_paid.to(paid)
    notify = issued.to.itself(internal=True) | partially_paid.to.itself(internal=True)
    expire = issued.to(expired) | partially_paid.to(expired)
    cancel = draft.to(cancelled) | issued.to(cancelled)


def statemachine_machine(trigger: str) -> str:
    """Ask one question of an invoice that gets a python-statemachine of its own."""
    model = Model()
    getattr(Life(model), trigger)()
    return model.state
