"""The filters, the order and the pages of HighLevel's search for contacts."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import Discriminator, Field, Tag

from billhook.model.search_text import search_text, searched_text
from billhook_adapters.http.highlevel.schemas.contacts import Whole
from billhook_adapters.http.highlevel.schemas.fields import (
    OTHER,
    TEXT,
    CustomField,
    Required,
    Short,
)
from billhook_adapters.http.highlevel.schemas.parts import In

MOST = 100
"""Contacts on a page; more are not refused but left to the next."""

MOST_READ = 10_000
"""The newest contacts, which are all that a search reads."""

FilterField = Literal[
    "id", "email", "phone", "firstName", "lastName", "firstNameLowerCase", "lastNameLowerCase",
    "fullNameLowerCase", "name", "contactName", "companyName", "address", "address1", "city",
    "state", "postalCode", "country", "website", "timezone", "source", "assignedTo", "type",
    "dnd", "tags", "dateAdded", "dateUpdated", "businessId", "gender", "dateOfBirth",
]  # fmt: skip

Operator = Literal[
    "eq", "not_eq", "contains", "not_contains", "exists", "not_exists", "range", "wildcard",
    "not_wildcard",
]  # fmt: skip

SortField = Literal[
    "dateAdded", "dateUpdated", "firstNameLowerCase", "lastNameLowerCase", "fullNameLowerCase",
    "firstName", "lastName", "contactName", "name", "email", "companyName",
]  # fmt: skip


class FilterIn(In):
    """A condition on one field."""

    field: FilterField
    operator: Operator
    value: CustomField = None

    def matches(self, shown: Mapping[str, Any]) -> bool:
        """Whether a contact, as it is shown, fulfils it."""
        positive = self.operator.removeprefix("not_")
        return self._holds(positive, shown) == (positive == self.operator)

    def _holds(self, relation: str, shown: Mapping[str, Any]) -> bool:
        normal = searched_text if self.field == "phone" else str.casefold
        found = _texts(shown.get("address1" if self.field == "address" else self.field), normal)
        if relation == "exists":
            return bool(found)
        if relation == "range":
            return _is_within(found, self.value)
        wanted = _texts(self.value, normal)
        if relation == "eq":
            return any(one in found for one in wanted)
        return any(part.strip("*") in one for part in wanted for one in found)


class GroupIn(In):
    """Conditions of which all must hold, or any."""

    group: Literal["AND", "OR"]
    filters: Annotated[list[AnyFilter], Field(max_length=50)]

    def matches(self, shown: Mapping[str, Any]) -> bool:
        """Whether a contact, as it is shown, fulfils them."""
        some = all if self.group == "AND" else any
        return some(one.matches(shown) for one in self.filters)


def _kind(given: Any) -> str:
    return OTHER if isinstance(given, Mapping) and "group" in given else TEXT


AnyFilter = Annotated[
    Annotated[FilterIn, Tag(TEXT)] | Annotated[GroupIn, Tag(OTHER)], Discriminator(_kind)
]


class SortIn(In):
    """A field to sort by."""

    field: SortField
    direction: Literal["asc", "desc"] = "desc"


class SearchIn(In):
    """The body of `POST /contacts/search`."""

    location_id: Required
    page: Whole = 1
    page_limit: Whole = 20
    query: Short | None = None
    filters: Annotated[list[AnyFilter], Field(max_length=50)] | None = None
    sort: Annotated[list[SortIn], Field(max_length=10)] | None = None
    search_after: Annotated[list[Whole | Short], Field(max_length=10)] | None = None

    def matches(self, shown: Mapping[str, Any]) -> bool:
        """Whether a contact, as it is shown, fulfils the filters."""
        return all(one.matches(shown) for one in self.filters or ())

    def ordered(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The contacts in the order of the request; without one the newest are first."""
        for by in reversed(self.sort or []):
            found = sorted(
                found,
                key=lambda shown: str(shown.get(by.field) or ""),  # used at once
                reverse=by.direction == "desc",
            )
        return found

    def page_of(self, found: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """The page of the contacts that are found, in their order."""
        limit = min(max(self.page_limit, 1), MOST)
        if self.search_after:
            ids = [shown["id"] for shown in found]
            last = str(self.search_after[-1])
            start = ids.index(last) + 1 if last in ids else len(ids)
        else:
            start = (max(self.page, 1) - 1) * limit
        return found[start : start + limit]


def finder(query: str) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a name, an address or the company of a contact has this text.

    >>> found = {"name": "Ravi Kumar", "phone": "+919876543210"}
    >>> finder("KUMAR")(found), finder("98765 43210")(found), finder("Asha")(found)
    (True, True, False)
    """
    wanted = searched_text(query)

    def is_found(shown: Mapping[str, Any]) -> bool:
        texts = "\n".join(shown.get(name) or "" for name in ("name", "email", "companyName"))
        return wanted in search_text((texts, shown.get("phone")))

    return is_found


def _texts(value: object, normal: Callable[[str], str] = str.casefold) -> list[str]:
    """What a field holds, or a filter wants, as texts of the same form."""
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return [text for one in cast("list[object]", value) for text in _texts(one, normal)]
    return [normal(str(value))]


def _is_within(found: list[str], bounds: object) -> bool:
    if not isinstance(bounds, Mapping):
        return False
    limits = {name: _texts(one) for name, one in cast("Mapping[str, object]", bounds).items()}
    compare = {"gte": operator.ge, "gt": operator.gt, "lte": operator.le, "lt": operator.lt}
    return any(
        all(holds(one, limits[name][0]) for name, holds in compare.items() if limits.get(name))
        for one in found
    )
