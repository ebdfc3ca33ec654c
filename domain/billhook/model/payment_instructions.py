"""Payment instructions: the UPI address or bank account to which payers send money."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Strict, model_validator

from billhook.model.base import Value

_UPI_NAME_CHARACTERS = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
)


def iban(text: str) -> str:
    """The text unchanged, if it is an IBAN with correct check digits. Raises ValueError if not.

    >>> iban("DE89370400440532013000")
    'DE89370400440532013000'
    """
    country, check, rest = text[:2], text[2:4], text[4:]
    valid = (
        text.isascii()
        and 15 <= len(text) <= 34
        and country.isalpha()
        and check.isdigit()
        and rest.isalnum()
        and text == text.upper()
        and int("".join(str(int(one, 36)) for one in rest + country + check)) % 97 == 1
    )
    if not valid:
        raise ValueError("must be an IBAN without spaces, such as DE89370400440532013000")
    return text


def upi_address(text: str) -> str:
    """The text unchanged, if it has the format of a UPI address. Raises ValueError if not.

    >>> upi_address("acme@okbank")
    'acme@okbank'
    """
    name, at, bank = text.partition("@")
    valid = (
        text.isascii()
        and at == "@"
        and 2 <= len(name) <= 256
        and set(name) <= _UPI_NAME_CHARACTERS
        and 2 <= len(bank) <= 64
        and bank.isalnum()
        and bank[0].isalpha()
    )
    if not valid:
        raise ValueError("must be a UPI address, such as acme@okbank")
    return text


def bic(text: str) -> str:
    """The text unchanged, if it has the format of a BIC. Raises ValueError if not.

    >>> bic("COBADEFFXXX")
    'COBADEFFXXX'
    """
    valid = text.isascii() and text.isalnum() and text[:6].isalpha() and len(text) in (8, 11)
    if not valid or text != text.upper():
        raise ValueError("must be a BIC of 8 or 11 capitals and digits, such as COBADEFFXXX")
    return text


# Checked by functions: a regular expression with such long repeats is slow to compile.
UpiAddress = Annotated[str, Strict(), AfterValidator(upi_address)]
"""A UPI address, such as acme@okbank."""

Iban = Annotated[str, Strict(), AfterValidator(iban)]
"""An international bank account number without spaces."""

Bic = Annotated[str, Strict(), AfterValidator(bic)]
"""A business identifier code of a bank (ISO 9362)."""


class PaymentInstructions(Value):
    """Where payers send money: a UPI address for rupees, a bank account for euro transfers.

    >>> PaymentInstructions(upi="acme@okbank").iban is None
    True
    """

    upi: UpiAddress | None = None
    iban: Iban | None = None
    bic: Bic | None = None

    @model_validator(mode="after")
    def _bic_goes_with_iban(self) -> Self:
        if self.bic is not None and self.iban is None:
            raise ValueError("bic goes with iban")
        return self
