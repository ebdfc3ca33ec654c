"""Contacts of HighLevel's API: found again, never twice, and each of one location."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from returns.result import Failure

from billhook.application.records import EntryChanged
from billhook.lifecycle.errors import AlreadyExists
from billhook_adapters.http.core import entries
from billhook_adapters.http.highlevel.contact_entries import (
    DeleteContact,
    SaveContact,
    find_entry,
    stored_contact,
)
from billhook_adapters.testing.running import ACCOUNT
from cases.highlevel import CONTACT, INVOICE
from cases.highlevel_contacts import HERE, REFUSED, UPSERTED, Case
from properties.three_apis import Answer, ThreeApis


class Contacts(ThreeApis):
    """HighLevel's contacts."""

    def ask(self, method: str, target: str, **body: Any) -> Answer:
        """What the routes of contacts answer."""
        return self("highlevel", method, f"/contacts{target}", body or None)

    def upsert(self, **fields: Any) -> Answer:
        """What upsert answers."""
        return self.ask("POST", "/upsert", **HERE, **fields)

    def kept(self, **fields: Any) -> str:
        """The id of a contact that is new."""
        answer = self.upsert(**fields)
        assert (answer.status, answer.body["new"]) == (200, True)
        return str(answer.body["contact"]["id"])

    def listed(self, query: str = "") -> list[str]:
        """The e-mail addresses of a page."""
        answer = self.ask("GET", f"/?locationId=loc_1{query}")
        assert answer.status == 200, answer.body
        return [one["email"] for one in answer.body["contacts"]]

    def searched(self, *filters: dict[str, Any], **fields: Any) -> list[str]:
        """The e-mail addresses that a search finds."""
        answer = self.ask("POST", "/search", **HERE, filters=[*filters], **fields)
        assert answer.status == 200, answer.body
        return [one["email"] for one in answer.body["contacts"]]


@pytest.fixture
def apis() -> Iterator[Contacts]:
    contacts = Contacts()
    yield contacts
    contacts.close()


@pytest.mark.parametrize("case", UPSERTED, ids=lambda case: case.source)
def test_an_upserted_contact_has_the_fields_that_were_sent(apis: Contacts, case: Case) -> None:
    made = apis.upsert(**case.body)
    assert (made.status, made.body["new"]) == (200, True), made.body
    contact = made.body["contact"]
    assert {name: contact[name] for name in case.shown} == case.shown
    assert apis.ask("GET", f"/{contact['id']}").body == {"contact": contact}
    again = apis.upsert(**case.body)
    assert (again.body["new"], again.body["contact"]["id"]) == (False, contact["id"])


@pytest.mark.parametrize(("body", "messages", "source"), REFUSED)
def test_what_is_refused_is_named_field_by_field_and_not_stored(
    apis: Contacts, body: dict[str, Any], messages: list[str], source: str
) -> None:
    answer = apis.upsert(**body)
    assert (answer.status, answer.body["message"]) == (422, messages), source
    assert apis.listed() == []


def test_upsert_sets_what_it_says_and_leaves_the_rest(apis: Contacts) -> None:
    name = apis.kept(firstName="Ravi", lastName="K", email="Ravi@Example.com", tags=["a"])
    answer = apis.upsert(email="ravi@example.COM", companyName="Acme", firstName=None)
    contact = answer.body["contact"]
    assert (answer.body["new"], contact["id"]) == (False, name)
    shown = {field: contact.get(field) for field in ("companyName", "tags", "name", "firstName")}
    assert shown == {"companyName": "Acme", "tags": ["a"], "name": "K", "firstName": None}


def test_of_two_contacts_the_one_of_the_email_is_set_and_keeps_its_number(apis: Contacts) -> None:
    by_email = apis.kept(email="a@example.com", phone="+12145596991")
    by_phone = apis.kept(phone="+12145596992")
    answer = apis.upsert(email="a@example.com", phone="+12145596992", city="Houston")
    contact = answer.body["contact"]
    assert (contact["id"], contact["phone"], contact["city"]) == (
        by_email,
        "+12145596991",
        "Houston",
    )
    assert apis.ask("GET", f"/{by_phone}").body["contact"]["phone"] == "+12145596992"


@pytest.mark.parametrize("field", ["email", "phone"])
def test_a_duplicate_is_refused_and_names_the_contact_that_is(apis: Contacts, field: str) -> None:
    ravi = {"email": "r@example.com", "phone": "+12145596993"}
    name = apis.kept(name="Ravi K", **ravi)
    apis.running.clock.advance(timedelta(seconds=1))
    other = apis.kept(email="other@example.com")
    refused = {
        "statusCode": 400,
        "message": "This location does not allow duplicated contacts.",
        "meta": {"contactId": name, "contactName": "Ravi K", "matchingField": field},
    }
    for method, target, location in (("POST", "/", HERE), ("PUT", f"/{other}", {})):
        answer = apis.ask(method, target, **location, **{field: ravi[field]})
        assert (answer.status, answer.body) == (400, refused)
    assert apis.listed() == ["other@example.com", "r@example.com"]


def test_an_address_that_a_contact_gave_up_is_free_again(apis: Contacts) -> None:
    first = apis.kept(email="old@example.com")
    apis.ask("PUT", f"/{first}", email="new@example.com")
    second = apis.kept(email="old@example.com")
    assert apis.ask("DELETE", f"/{second}").body["succeded"] is True
    assert apis.ask("GET", f"/{second}").body["message"] == "Contact not found"
    assert apis.kept(email="old@example.com") != second


@pytest.mark.parametrize("name", ["contact_AAAAAAAAAAAAAA", "nope", "a b", "%00", "x" * 90])
def test_an_unknown_contact_is_not_found_by_any_method(apis: Contacts, name: str) -> None:
    answers = [
        apis.ask(method, f"/{name}{rest}", **body)
        for method, rest, body in (
            ("GET", "", {}),
            ("PUT", "", {"name": "Ravi"}),
            ("DELETE", "", {}),
            ("POST", "/tags", {"tags": ["a"]}),
            ("DELETE", "/tags", {"tags": ["a"]}),
        )
    ]
    assert {(one.status, one.body["message"]) for one in answers} == {(400, "Contact not found")}


def test_a_contact_of_an_invoice_alone_is_found_by_its_id(apis: Contacts) -> None:
    apis.highlevel("POST", "", **INVOICE)
    found = apis.ask("GET", f"/{CONTACT['id']}").body["contact"]
    assert (found["name"], found["email"], found["phone"]) == (
        CONTACT["name"],
        CONTACT["email"],
        "+12145596993",
    )


def test_a_change_of_a_contact_leaves_its_invoices_as_they_were_sent(apis: Contacts) -> None:
    name = apis.kept(name="Ravi", email="r@example.com")
    contact = {**CONTACT, "id": name, "email": "", "phoneNo": ""}
    invoice = apis.highlevel("POST", "", **{**INVOICE, "contactDetails": contact}).body
    assert invoice["contactDetails"]["email"] == ""  # what the client sent, and no more
    apis.ask("PUT", f"/{name}", name="Asha")
    assert apis.highlevel("GET", f"/{invoice['_id']}").body["contactDetails"]["name"] == "Ravi"


def test_tags_are_added_once_and_removed(apis: Contacts) -> None:
    name = apis.kept(email="r@example.com", tags=["a"])
    added = apis.ask("POST", f"/{name}/tags", tags=["b", "a", "b"])
    assert (added.status, added.body) == (201, {"tags": ["a", "b"], "tagsAdded": ["b"]})
    removed = apis.ask("DELETE", f"/{name}/tags", tags=["a", "c"])
    assert removed.body == {"tags": ["b"], "tagsRemoved": ["a"]}


def test_pages_of_a_list_have_every_contact_once_and_its_total(apis: Contacts) -> None:
    emails = [f"c{number}@example.com" for number in range(7)]
    for number, email in enumerate(emails):
        apis.kept(email=email)
        if number % 3 == 0:  # those in between have the same time
            apis.running.clock.advance(timedelta(seconds=1))
    seen, query = list[str](), "/?locationId=loc_1&limit=2"
    while query:
        page = apis.ask("GET", query).body
        assert page["count"] == page["meta"]["total"] == len(emails)
        seen += [one["email"] for one in page["contacts"]]
        following = page["meta"]["nextPageUrl"]
        query = following and following.removeprefix("/contacts")
    assert sorted(seen) == emails
    assert seen[-1] == "c0@example.com"


def test_a_page_goes_on_behind_a_contact_that_was_deleted(apis: Contacts) -> None:
    for email in ("a@example.com", "b@example.com", "c@example.com"):
        apis.kept(email=email)
        apis.running.clock.advance(timedelta(seconds=1))
    meta = apis.ask("GET", "/?locationId=loc_1&limit=2").body["meta"]
    apis.ask("DELETE", f"/{meta['startAfterId']}")
    place = f"&startAfterId={meta['startAfterId']}&startAfter={meta['startAfter']}"
    assert apis.listed(place) == ["a@example.com"]
    unknown = apis.ask("GET", "/?locationId=loc_1&startAfterId=contact_x")
    assert (unknown.status, unknown.body["message"]) == (
        400,
        "startAfterId is no contact of this location",
    )


def test_a_query_finds_names_addresses_and_companies(apis: Contacts) -> None:
    apis.kept(email="a@example.com", name="Ravi Müller", phone="+919876543210")
    apis.running.clock.advance(timedelta(seconds=1))
    apis.kept(email="b@example.com", companyName="Ravishing")
    assert apis.listed("&query=m%C3%BCLLER") == ["a@example.com"]
    assert apis.listed("&query=98765%2043210") == ["a@example.com"]
    assert apis.listed("&query=RAVI") == ["b@example.com", "a@example.com"]
    assert apis.listed("&query=RAVI&limit=1") == ["b@example.com"]
    page = apis.ask("GET", "/?locationId=loc_1&query=ravi&limit=1").body["meta"]
    assert page["total"] == 2
    assert apis.listed(f"&query=ravi&startAfterId={page['startAfterId']}") == ["a@example.com"]
    assert apis.listed("&query=missing@") == []


A, B = "a@example.com", "b@example.com"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([{"field": "phone", "operator": "eq", "value": "+18887772222"}], [A]),
        ([{"field": "email", "operator": "eq", "value": "A@example.com"}], [A]),
        ([{"field": "email", "operator": "not_eq", "value": A}], [B]),
        ([{"field": "tags", "operator": "contains", "value": ["vip", "x"]}], [A]),
        ([{"field": "tags", "operator": "not_contains", "value": "vip"}], [B]),
        ([{"field": "companyName", "operator": "exists"}], [B]),
        ([{"field": "companyName", "operator": "not_exists"}], [A]),
        ([{"field": "firstName", "operator": "wildcard", "value": "*avi*"}], [A]),
        ([{"field": "dateAdded", "operator": "range", "value": {"lt": "2026-01-02"}}], [A]),
        ([{"field": "dateAdded", "operator": "range", "value": {"gte": "2026-01-02"}}], [B]),
        ([{"field": "dateAdded", "operator": "range", "value": "2026"}], []),
        (
            [
                {
                    "group": "OR",
                    "filters": [
                        {"field": "email", "operator": "eq", "value": A},
                        {"field": "companyName", "operator": "eq", "value": "acme"},
                    ],
                }
            ],
            [B, A],
        ),
        (
            [
                {
                    "group": "AND",
                    "filters": [
                        {"field": "email", "operator": "eq", "value": A},
                        {"field": "companyName", "operator": "eq", "value": "acme"},
                    ],
                }
            ],
            [],
        ),
    ],
)
def test_a_search_finds_what_its_filters_say(
    apis: Contacts, filters: list[dict[str, Any]], found: list[str]
) -> None:
    apis.kept(email=A, phone="+18887772222", tags=["vip"], firstName="Ravi")
    apis.running.clock.advance(timedelta(days=1))
    apis.kept(email=B, companyName="Acme")
    assert apis.searched(*filters) == found


def test_a_search_is_sorted_and_paged_by_number_or_by_place(apis: Contacts) -> None:
    for name in ("Asha", "Ravi", "Meera"):
        apis.kept(email=f"{name}@example.com", firstName=name)
    by_name = {"sort": [{"field": "firstName", "direction": "asc"}], "pageLimit": 2}
    assert apis.searched(**by_name) == ["Asha@example.com", "Meera@example.com"]
    assert apis.searched(**by_name, page=2) == ["Ravi@example.com"]
    answer = apis.ask("POST", "/search", **HERE, **by_name).body
    assert answer["total"] == 3
    place = answer["contacts"][1]["searchAfter"]
    assert apis.searched(**by_name, searchAfter=place) == ["Ravi@example.com"]


def test_a_filter_on_an_unknown_field_is_refused(apis: Contacts) -> None:
    filters = [{"field": "shoe", "operator": "eq", "value": 43}]
    answer = apis.ask("POST", "/search", **HERE, filters=filters)
    assert answer.status == 422
    assert "filters.0.field must be one of the following values" in answer.body["message"][0]


def test_a_duplicate_is_found_by_email_first_and_by_any_form_of_the_number(apis: Contacts) -> None:
    one = apis.kept(email="a@example.com")
    two = apis.kept(phone="+12145596993")

    def found(query: str) -> Any:
        answer = apis.ask("GET", f"/search/duplicate?locationId=loc_1{query}").body["contact"]
        return answer and answer["id"]

    assert found("&email=A@example.com&number=%2B12145596993") == one
    assert found("&number=%2B1%20(214)%20559-6993") == two
    assert found("&email=b@example.com") is None
    assert found("") is None


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", "/", {}),
        ("GET", "/?locationId=loc_2", {}),
        ("GET", "/search/duplicate?email=a@example.com", {}),
        ("POST", "/", {"locationId": "loc_2", "email": "a@example.com"}),
        ("POST", "/upsert", {"locationId": "loc_2", "email": "a@example.com"}),
        ("POST", "/search", {"locationId": "loc_2"}),
    ],
)
def test_another_location_is_refused(
    apis: Contacts, method: str, target: str, body: dict[str, Any]
) -> None:
    answer = apis.ask(method, target, **body)
    assert (answer.status, answer.body["message"]) == (
        403,
        "The token does not have access to this location.",
    )


@pytest.mark.parametrize(
    "target", ["/x/notes", "/x/tasks", "/business/b", "/bulk/tags/update", "/search", "/upsert"]
)
def test_what_is_not_served_is_the_vendors_404(apis: Contacts, target: str) -> None:
    answer = apis.ask("GET", target)
    assert (answer.status, answer.body["message"]) == (404, f"Cannot GET /contacts{target}")


def test_a_save_that_others_overtook_is_refused_and_stores_nothing(apis: Contacts) -> None:
    service = apis.running.service
    name = apis.kept(email="a@example.com")
    before = find_entry(service, ACCOUNT, name)
    assert before is not None
    apis.ask("PUT", f"/{name}", city="Houston")
    overtaken = (
        SaveContact(account=ACCOUNT, fields='{"city": "Paris"}', before=before),
        DeleteContact(account=ACCOUNT, before=before),
    )
    for command in overtaken:
        assert service.execute(command) == Failure(EntryChanged())
    taken = SaveContact(account=ACCOUNT, fields='{"email": "A@example.com"}')
    assert service.execute(taken) == Failure(AlreadyExists())
    now = find_entry(service, ACCOUNT, name)
    assert now is not None
    assert stored_contact(now).given == {"email": "a@example.com", "city": "Houston"}


def test_a_search_reads_no_more_than_it_may(
    apis: Contacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from billhook_adapters.http.highlevel.routes import contacts

    monkeypatch.setattr(entries, "AT_ONCE", 2)
    monkeypatch.setattr(contacts, "MOST_READ", 3)
    for number in range(5):
        apis.kept(email=f"c{number}@example.com")
    assert len(apis.searched()) == 3
