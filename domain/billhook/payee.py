"""Where a seller's money may be sent: what payers scan."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Strict, StringConstraints, model_validator

from billhook.value import Value


def iban(text: str) -> str:
    """The text itself, if it is an IBAN whose check digits are right. Raises ValueError otherwise.

    >>> iban("DE89370400440532013000")
    'DE89370400440532013000'
    """
    country, check, rest = text[:2], text[2:4], text[4:]
    sound = (
        text.isascii()
        and 15 <= len(text) <= 34
        and country.isalpha()
        and check.isdigit()
        and rest.isalnum()
        and text == text.upper()
        and int("".join(str(int(one, 36)) for one in rest + country + check)) % 97 == 1
    )
    if not sound:
        raise ValueError("must be an IBAN without spaces, such as DE89370400440532013000")
    return text


UpiAddress = Annotated[
    str, Strict(), StringConstraints(pattern=r"\A[A-Za-z0-9._-]{2,256}@[A-Za-z][A-Za-z0-9]{1,63}\z")
]
"""A UPI address, such as acme@okbank."""

Iban = Annotated[str, Strict(), AfterValidator(iban)]
"""An international bank account number, without spaces."""

Bic = Annotated[
    str, Strict(), StringConstraints(pattern=r"\A[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?\z")
]
"""A bank's ISO 9362 code."""


class Payee(Value):
    """Where payers may send money: by UPI in rupees, by a credit transfer in euros.

    >>> Payee(upi="acme@okbank").iban is None
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
