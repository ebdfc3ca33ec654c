"""HighLevel's contacts in requests and answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BeforeValidator, Field

from billhook.model.addresses import email_address, phone_text
from billhook_adapters.http.highlevel.contact_entries import Given, StoredContact
from billhook_adapters.http.highlevel.location import instant
from billhook_adapters.http.highlevel.schemas.fields import (
    CustomField,
    Free,
    Long,
    Required,
    Short,
    has_digits,
)
from billhook_adapters.http.highlevel.schemas.parts import Flag, In


def _email(given: str) -> str:
    return email_address(given) if given else given


def _phone(given: str) -> str:
    return phone_text(given) if has_digits(given) else ""


Email = Annotated[Short, AfterValidator(_email)]
"""An e-mail address; an empty text is none."""

Phone = Annotated[Short, AfterValidator(_phone)]
"""A phone number; a text without digits is none, as in invoices."""


class CustomFieldIn(In):
    """The value of a custom field, by the id or the key of the field."""

    id: Short | None = None
    key: Short | None = None
    field_value: CustomField = Field(default=None, alias="field_value")
    field_value_: CustomField = Field(default=None, alias="fieldValue")
    value: CustomField = None


class ContactFields(In):
    """The fields of a contact that may be set; null is nothing."""

    first_name: Short | None = None
    last_name: Short | None = None
    name: Short | None = None
    email: Email | None = None
    phone: Phone | None = None
    gender: Short | None = None
    address1: Short | None = None
    city: Short | None = None
    state: Short | None = None
    postal_code: Short | None = None
    country: Short | None = None
    website: Annotated[Long, Field(max_length=2048)] | None = None
    timezone: Short | None = None
    company_name: Short | None = None
    source: Short | None = None
    assigned_to: Short | None = None
    business_id: Short | None = None
    date_of_birth: CustomField = None
    dnd: Flag | None = None
    dnd_settings: Free | None = None
    inbound_dnd_settings: Free | None = None
    tags: Annotated[list[Short], Field(max_length=100)] | None = None
    custom_fields: Annotated[list[CustomFieldIn], Field(max_length=200)] | None = None
    additional_emails: Annotated[list[CustomField], Field(max_length=50)] | None = None
    additional_phones: Annotated[list[CustomField], Field(max_length=50)] | None = None

    def over(self, before: Given) -> dict[str, Any]:
        """The fields of a contact with these set; null and an empty text remove a field.

        A name belongs to its parts: where one is set, what the other says is removed.
        """
        dumped = self.model_dump(by_alias=True, exclude_unset=True)
        shown = {**dumped, **self.given}
        parts, whole = {"firstName", "lastName"} & shown.keys(), "name" in shown
        stale = {"name"} if parts and not whole else {"firstName", "lastName"}
        kept = before if not (parts or whole) else _without(before, stale - parts)
        merged = {**kept, **_without(shown, {"locationId", "createNewIfDuplicateAllowed"})}
        return {name: value for name, value in merged.items() if value not in (None, "")}


class CreateContactIn(ContactFields):
    """The body of `POST /contacts/`."""

    location_id: Required


class UpsertContactIn(CreateContactIn):
    """The body of `POST /contacts/upsert`; no location allows duplicates."""

    create_new_if_duplicate_allowed: Flag | None = None


class TagsIn(In):
    """The body of adding tags to a contact, and of removing them."""

    tags: Annotated[list[Required], Field(min_length=1, max_length=100)]


class DuplicateIn(In):
    """The query of `GET /contacts/search/duplicate`."""

    location_id: Required
    email: Email = ""
    number: Phone = ""


def _whole(given: Any) -> int:
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= 15:
        return int(given)
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < 10**15:
        raise ValueError("must be a whole number from 0 up")
    return given


Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number, which is text in a query."""


class ListContactsIn(In):
    """The query of `GET /contacts/`."""

    location_id: Required
    query: Short = ""
    limit: Whole = 20
    start_after_id: Short = ""
    start_after: Short = ""


def names(given: Given) -> tuple[str, str, str]:
    """The first, the last and the whole name of a contact, each as far as the others say it.

    >>> names({"name": "Ravi Kumar"}), names({"firstName": "Ravi"})
    (('Ravi', 'Kumar', 'Ravi Kumar'), ('Ravi', '', 'Ravi'))
    """
    whole = given.get("name", "")
    first, _, last = whole.partition(" ")
    first, last = given.get("firstName", first), given.get("lastName", last)
    return first, last, whole or f"{first} {last}".strip()


def contact_entity(contact: StoredContact, location: str) -> dict[str, Any]:
    """The vendor's contact."""
    given = contact.given
    first, last, whole = names(given)
    named = {
        "firstName": first,
        "lastName": last,
        "name": whole,
        "contactName": whole,
        "firstNameLowerCase": first.lower(),
        "lastNameLowerCase": last.lower(),
        "fullNameLowerCase": whole.lower(),
        "emailLowerCase": given.get("email", "").lower(),
    }
    return {
        "id": contact.id,
        "locationId": location,
        "type": "lead",
        "dnd": False,
        "tags": [],
        **given,
        **{name: value for name, value in named.items() if value},
        "customFields": [*map(_custom_field, given.get("customFields", []))],
        "dateAdded": instant(contact.made_at),
        "dateUpdated": instant(contact.updated_at),
    }


_OFTEN_READ = (
    "contactName", "firstName", "lastName", "companyName", "email", "phone", "source",
    "assignedTo", "city", "state", "postalCode", "address1", "country", "website", "timezone",
    "dateOfBirth",
)  # fmt: skip
"""What lists show as null where a contact has none."""


def listed_entity(contact: StoredContact, location: str) -> dict[str, Any]:
    """The vendor's contact in a list, with the place by which the next page is found."""
    place = [milliseconds(contact.made_at), contact.id]
    entity = contact_entity(contact, location)
    return {**dict.fromkeys(_OFTEN_READ), **entity, "searchAfter": place}


def milliseconds(moment: datetime) -> int:
    """A time as the vendor's places of lists have it."""
    return int(moment.timestamp() * 1000)


def _custom_field(given: Mapping[str, Any]) -> dict[str, Any]:
    found = [given[name] for name in ("field_value", "fieldValue", "value") if name in given]
    shown = {name: given[name] for name in ("id", "key") if name in given}
    return {**shown, "value": found[0] if found else None}


def _without(given: Mapping[str, Any], dropped: set[str]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in dropped}


def with_tags(before: Given, tags: list[str]) -> tuple[dict[str, Any], list[str]]:
    """The fields of a contact with these tags added, and those that it did not have."""
    known = cast("list[str]", before.get("tags", []))
    added = [tag for tag in dict.fromkeys(tags) if tag not in known]
    return {**before, "tags": [*known, *added]}, added


def without_tags(before: Given, tags: list[str]) -> tuple[dict[str, Any], list[str]]:
    """The fields of a contact without these tags, and those that it had."""
    known = cast("list[str]", before.get("tags", []))
    return {**before, "tags": [tag for tag in known if tag not in tags]}, [
        tag for tag in known if tag in tags
    ]
