"""Refusals: small frozen values with a code and a remedy, all of them in one drawing."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import get_args

import pytest

from billhook.lifecycle import errors
from billhook.lifecycle.error_value import Remedy
from billhook.lifecycle.errors import (
    CODES,
    ERRORS,
    DomainError,
    GuardRefused,
    InvoiceNotFound,
    PaymentError,
    ServiceError,
)
from billhook.model.invoice import Status

MEMBERS: tuple[type[DomainError], ...] = get_args(DomainError)


def test_the_drawing_shows_exactly_the_refusals() -> None:
    drawn = re.findall(r"[├└]── ([A-Z]\w+) ", errors.__doc__ or "")
    assert sorted(drawn) == sorted(member.__name__ for member in MEMBERS)


def test_every_refusal_of_the_module_is_in_the_union() -> None:
    defined = {
        kind
        for kind in vars(errors).values()
        if is_dataclass(kind) and kind is not errors.InvalidField
    }
    assert defined == set(MEMBERS)


def test_every_code_is_unique_and_leads_to_its_refusal() -> None:
    assert dict(ERRORS) == {CODES[member]: member for member in MEMBERS}
    assert len(ERRORS) == len(MEMBERS) == 38


@pytest.mark.parametrize("refusal", MEMBERS)
def test_every_refusal_has_a_code_in_its_own_words_and_a_remedy(refusal: type[DomainError]) -> None:
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", refusal.__name__).lower()
    assert CODES[refusal] == words
    assert isinstance(refusal.remedy, Remedy)


@pytest.mark.parametrize("refusal", [one for one in MEMBERS if one is not GuardRefused])
def test_a_refusal_never_holds_a_sentence(refusal: type[DomainError]) -> None:
    assert not {field.type for field in fields(refusal)} & {"str", "Text", "Prose"}


@pytest.mark.parametrize(
    "refusal", [member for member in MEMBERS if member.remedy in ("supply_field", "change_field")]
)
def test_a_remedy_about_a_field_names_the_field(refusal: type[DomainError]) -> None:
    assert isinstance(getattr(refusal, "field", None), str | property)


def test_a_refusal_is_frozen_and_compares_by_value() -> None:
    refusal = InvoiceNotFound()
    assert refusal == InvoiceNotFound()
    with pytest.raises((FrozenInstanceError, TypeError)):
        refusal.code = Status.PAID  # type: ignore[misc]


def test_every_remedy_is_some_refusals() -> None:
    assert {member.remedy for member in MEMBERS} == set(Remedy)


def test_the_smaller_unions_are_parts_of_the_whole() -> None:
    for part in (PaymentError, errors.AddressError, ServiceError):
        assert set(get_args(part)) < set(MEMBERS)
