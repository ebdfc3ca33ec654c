"""What client programs send to HighLevel's contacts, what is right for it, and what taught it.

The source is a public report, program or page, as its path on github.com, where that is known.
"""

from __future__ import annotations

from typing import Any, NamedTuple

HERE = {"locationId": "loc_1"}

N8N = "n8n-io/n8n/issues/11353"
SEARCH = "GoHighLevel/highlevel-api-docs/issues/289"
TWO_CONTACTS = "GoHighLevel/highlevel-api-docs/issues/37"
STILL_CREATED = "GoHighLevel/highlevel-api-docs/issues/64"
DOCUMENT = "GoHighLevel/highlevel-api-docs/blob/main/apps/contacts.json"
PROGRAM = "a public client program"


class Case(NamedTuple):
    """A body of `POST /contacts/upsert`, the fields that the contact then has, and the source."""

    body: dict[str, Any]
    shown: dict[str, Any]
    source: str


UPSERTED = [
    # a phone number alone is enough
    Case({"phone": "+1 (214) 559-6993"}, {"phone": "+12145596993"}, N8N),
    # a form has one field for the name
    Case(
        {"name": "Ravi Kumar Rao", "email": "r@example.com"},
        {"firstName": "Ravi", "lastName": "Kumar Rao", "fullNameLowerCase": "ravi kumar rao"},
        PROGRAM,
    ),
    # fields that are nullable are sent as null
    Case(
        {"email": "r@example.com", "firstName": "Ravi", "lastName": None, "phone": None},
        {"name": "Ravi", "firstNameLowerCase": "ravi"},
        DOCUMENT,
    ),
    # a custom field comes by its key or its id, and is shown by its value
    Case(
        {
            "email": "r@example.com",
            "customFields": [
                {"id": "f1", "key": "plan", "field_value": "gold"},
                {"key": "age", "field_value": 34},
                {"id": "f2", "value": ["a", "b"]},
            ],
        },
        {
            "customFields": [
                {"id": "f1", "key": "plan", "value": "gold"},
                {"key": "age", "value": 34},
                {"id": "f2", "value": ["a", "b"]},
            ]
        },
        PROGRAM,
    ),
    # a number without a country code is of the contact's country
    Case(
        {"phone": "098765 43210", "country": "IN"},
        {"phone": "+919876543210", "country": "IN"},
        PROGRAM,
    ),
    Case(
        {"email": "r@example.com", "tags": ["woo", "customer"], "source": "WooCommerce"},
        {"tags": ["woo", "customer"], "source": "WooCommerce", "type": "lead", "dnd": False},
        PROGRAM,
    ),
]

REFUSED: list[tuple[dict[str, Any], list[str], str]] = [
    ({"email": "r@example.com", "foo": 1}, ["property foo should not exist"], STILL_CREATED),
    ({"name": "Ravi"}, ["email or phone should not be empty"], TWO_CONTACTS),
    (
        {"email": "ravi", "tags": "vip"},
        ["email must be one e-mail address, such as ravi@example.com", "tags must be an array"],
        PROGRAM,
    ),
    (
        {"email": "r@example.com", "dndSettings": {"SMS": {"message": "\ud800"}}},
        ["dndSettings must not hold a lone surrogate; send well-formed Unicode"],
        PROGRAM,
    ),
    (
        {"email": "r@example.com", "customFields": [{"id": "f", "value": "x" * 40_000}]},
        ["body must be shorter than or equal to 32000 characters"],
        PROGRAM,
    ),
]
"""Bodies of upsert that are refused, with the whole list of reasons."""
