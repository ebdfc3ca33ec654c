"""The seller's profile: what invoices say of the seller besides the name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Strict, StringConstraints

from billhook.model.base import Label, OneLine, Prose, Value
from billhook.model.customer import EmailAddress, PhoneNumber, PostalAddress
from billhook.model.tax_ids import TaxId, TaxIds

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_HOST = re.compile(r"[^\s/?#@:]+(?::[0-9]{1,5})?(?=[/?#]|\Z)")  # no user before the host
_ADDRESS = re.compile(r"[^\s\"'<>\\^`{|}]+")


def web_address(text: str) -> str:
    """The text unchanged, if it is an http or https address. Raises ValueError if not.

    >>> web_address("https://acme.example")
    'https://acme.example'
    """
    scheme, _, rest = text.partition("://")
    host = _HOST.match(rest)
    if scheme not in ("http", "https") or host is None or not _ADDRESS.fullmatch(rest):
        raise ValueError("must be an address such as https://acme.example")
    return text


def color(text: str) -> str:
    """The colour in small letters. Raises ValueError if it is none.

    >>> color("#0A5CD8")
    '#0a5cd8'
    """
    if not _COLOR.fullmatch(text):
        raise ValueError("must be a colour of six hexadecimal digits, such as #0a5cd8")
    return text.lower()


WebAddress = Annotated[OneLine, StringConstraints(max_length=256), AfterValidator(web_address)]
"""The address of a web page, with http or https."""

Color = Annotated[str, Strict(), AfterValidator(color)]
"""A colour as `#rrggbb`, in small letters."""


class SellerProfile(Value):
    """What invoices say of the seller besides the name that payers know.

    >>> SellerProfile(legal_name="Acme Books Private Limited", website="https://acme.example")
    SellerProfile(legal_name='Acme Books Private Limited', website='https://acme.example')
    """

    legal_name: Label | None = None
    """The registered name, where it is not the name that payers know."""
    address: PostalAddress | None = None
    email: EmailAddress | None = None
    """Where payers reach the seller."""
    phone: PhoneNumber | None = None
    website: WebAddress | None = None
    tax_ids: TaxIds = ()
    accent_color: Color | None = None
    """The colour of buttons and lines; one without enough contrast is darkened where text is."""
    footer: Prose | None = None
    """Text at the end of the page and the PDF, such as the register and its number."""
    payment_text: Prose | None = None
    """How to pay in words, such as the bank account for transfers."""
    payment_link: WebAddress | None = None
    """Where payers pay in a browser."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            legal_name: str | None = ...,
            address: PostalAddress | None = ...,
            email: str | None = ...,
            phone: str | None = ...,
            website: str | None = ...,
            tax_ids: Sequence[TaxId] = ...,
            accent_color: str | None = ...,
            footer: str | None = ...,
            payment_text: str | None = ...,
            payment_link: str | None = ...,
        ) -> None: ...

    @property
    def legal(self) -> SellerProfile:
        """The part that an issued invoice keeps: legal name, address and tax ids.

        >>> SellerProfile(legal_name="Acme Ltd", footer="Thank you").legal
        SellerProfile(legal_name='Acme Ltd')
        """
        return SellerProfile(legal_name=self.legal_name, address=self.address, tax_ids=self.tax_ids)

    def with_legal(self, other: SellerProfile) -> SellerProfile:
        """This profile with the legal part of another one."""
        return self.updated(other.legal)

    def updated(self, changes: SellerProfile) -> SellerProfile:
        """This profile with the fields that were set in another one.

        >>> acme = SellerProfile(legal_name="Acme Ltd", footer="Thank you")
        >>> acme.updated(SellerProfile(footer=None))
        SellerProfile(legal_name='Acme Ltd')
        """
        changed = {name: getattr(changes, name) for name in changes.model_fields_set}
        return SellerProfile.model_validate({**dict(self), **changed})

    def over(self, other: SellerProfile) -> SellerProfile:
        """This profile; what it does not say is as the other one has it.

        Legal name, address and tax ids are of one legal entity: where this profile has one of
        them, none is the other's.

        >>> other = SellerProfile(tax_ids=[TaxId(kind="ein", value="12-3456789")], footer="Thanks")
        >>> SellerProfile(legal_name="Acme Ltd").over(other)
        SellerProfile(legal_name='Acme Ltd', footer='Thanks')
        """
        said = {name: value for name, value in self if value}
        rest = other if self.legal == NO_PROFILE else other.with_legal(NO_PROFILE)
        return SellerProfile.model_validate({**dict(rest), **said})


NO_PROFILE = SellerProfile.model_construct()  # without its schema, which nothing may need


def shown_name(account: str, own: SellerProfile | None) -> str:
    """The seller's name on an invoice: the legal name that it states itself, else the account's.

    >>> shown_name("Acme", None), shown_name("Acme", SellerProfile(legal_name="Acme Ltd"))
    ('Acme', 'Acme Ltd')
    """
    return account if own is None or own.legal_name is None else own.legal_name


def shown_profile(
    current: SellerProfile, at_issue: SellerProfile | None, own: SellerProfile | None
) -> SellerProfile:
    """What an invoice says of its seller.

    Legal name, address and tax ids are those at its issue (None before it), the rest is
    as it is now. What the invoice says itself wins over both.

    >>> now = SellerProfile(legal_name="Acme Group", footer="Thank you")
    >>> shown_profile(now, SellerProfile(legal_name="Acme Ltd"), None)
    SellerProfile(legal_name='Acme Ltd', footer='Thank you')
    """
    shown = current if at_issue is None else current.with_legal(at_issue)
    return shown if own is None else own.over(shown)
