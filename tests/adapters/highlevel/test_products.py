"""Products and prices of HighLevel's API, and the user of its account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from returns.result import Failure

from billhook.application.records import EntryChanged
from billhook_adapters.http.core import entries
from billhook_adapters.http.highlevel.commands import DeleteProduct
from billhook_adapters.http.highlevel.schemas.products import find_product
from billhook_adapters.testing.running import ACCOUNT
from properties.three_apis import Answer, ThreeApis

HERE = {"locationId": "loc_1"}
TEA = {**HERE, "name": "Tea", "productType": "PHYSICAL"}
PRICE = {**HERE, "name": "a pound", "type": "one_time", "currency": "USD", "amount": 4.5}
QUERY = "?locationId=loc_1"


class Products(ThreeApis):
    """HighLevel's products."""

    def ask(self, method: str, target: str, body: Any = None) -> Answer:
        """What the routes of products answer."""
        return self("highlevel", method, f"/products{target}", body)

    def kept(self, target: str = "/", **fields: Any) -> str:
        """The id of a new product or price; a second passes."""
        made = self.ask("POST", target, {**(TEA if target == "/" else PRICE), **fields})
        assert made.status == 201, made.body
        self.running.clock.advance(timedelta(seconds=1))
        return str(made.body["_id"])

    def listed(self, query: str = "") -> list[str]:
        """The names of a page of products."""
        answer = self.ask("GET", f"/{QUERY}{query}")
        assert answer.status == 200, answer.body
        return [one["name"] for one in answer.body["products"]]


@pytest.fixture
def apis() -> Iterator[Products]:
    products = Products()
    yield products
    products.close()


def test_a_product_is_kept_changed_and_deleted_with_its_prices(apis: Products) -> None:
    name = apis.kept(description="Assam", variants=[{"id": "v", "name": "size"}])
    made = apis.ask("GET", f"/{name}{QUERY}").body
    assert (made["name"], made["description"], made["locationId"]) == ("Tea", "Assam", "loc_1")
    assert made["createdAt"] == made["updatedAt"] == "2026-01-01T12:00:00.000Z"
    changed = apis.ask("PUT", f"/{name}", {**TEA, "name": "Green tea"}).body
    assert {**made, "name": "Green tea", "updatedAt": "2026-01-01T12:00:01.000Z"} == changed
    price = apis.kept(f"/{name}/price")
    assert apis.ask("DELETE", f"/{name}{QUERY}").body == {"status": True}
    for target, message in ((name, "Product"), (f"{name}/price/{price}", "Price")):
        gone = apis.ask("GET", f"/{target}{QUERY}")
        assert (gone.status, gone.body["message"]) == (400, f"{message} not found")
    service = apis.running.service
    assert service.entry(ACCOUNT, price) is None


def test_a_price_belongs_to_its_product(apis: Products) -> None:
    tea, books = apis.kept(), apis.kept(name="Books")
    price = apis.kept(f"/{tea}/price")
    shown = apis.ask("GET", f"/{tea}/price/{price}{QUERY}").body
    assert (shown["product"], shown["amount"], shown["currency"]) == (tea, 4.5, "USD")
    assert apis.ask("GET", f"/{books}/price/{price}{QUERY}").status == 400
    assert apis.ask("GET", f"/{tea}/price{QUERY}").body == {"prices": [shown], "total": 1}
    assert apis.ask("GET", f"/{books}/price{QUERY}").body == {"prices": [], "total": 0}
    changed = apis.ask("PUT", f"/{tea}/price/{price}", {**PRICE, "amount": 5}).body
    assert (changed["_id"], changed["amount"]) == (price, 5)
    assert apis.ask("DELETE", f"/{tea}/price/{price}{QUERY}").body == {"status": True}
    assert apis.ask("GET", f"/{tea}/price{QUERY}").body["total"] == 0


def test_products_are_listed_from_the_newest_filtered_and_paged(apis: Products) -> None:
    tea, books, pens = (apis.kept(name=name) for name in ("Tea", "Books", "Pens"))
    assert apis.listed() == ["Pens", "Books", "Tea"]
    assert apis.listed("&limit=1&offset=1") == ["Books"]
    assert apis.ask("GET", f"/{QUERY}&limit=1").body["total"] == [{"total": 3}]
    assert apis.listed("&search=EN") == ["Pens"]
    assert apis.listed("&sortOrder=asc&limit=2") == ["Tea", "Books"]
    assert apis.listed(f"&productIds={tea},{books}&offset=1") == ["Tea"]
    assert apis.listed(f"&ids={pens}") == ["Pens"]
    assert apis.listed("&collectionIds=c") == apis.listed("&availableInStore=true") == []


def test_a_filter_reads_no_more_than_it_may(
    apis: Products, monkeypatch: pytest.MonkeyPatch
) -> None:
    from billhook_adapters.http.highlevel.routes import entry_lists

    monkeypatch.setattr(entries, "AT_ONCE", 1)
    monkeypatch.setattr(entry_lists, "MOST_READ", 2)
    for name in ("Tea 1", "Tea 2", "Tea 3"):
        apis.kept(name=name)
    assert apis.listed("&search=tea") == ["Tea 3", "Tea 2"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({**TEA, "productType": "TEA"}, "productType must be one of the following values: "),
        ({**TEA, "name": ""}, "name should not be empty"),
        ({**TEA, "colour": "green"}, "property colour should not exist"),
        ({**TEA, "seo": {"x": "\ud800"}}, "seo must not hold a lone surrogate"),
        ({**TEA, "medias": [{"url": "x" * 40_000}]}, "body must be shorter than or equal to"),
    ],
)
def test_a_product_that_is_refused_is_named_and_not_stored(
    apis: Products, body: dict[str, Any], message: str
) -> None:
    answer = apis.ask("POST", "/", body)
    assert answer.status == 422
    assert answer.body["message"][0].startswith(message)
    assert apis.listed() == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"amount": -1}, "amount must not be less than 0"),
        ({"amount": 10**20}, "amount must not be greater than 9007199254740991"),
        ({"currency": "XYZ"}, "currency must be an ISO 4217 currency code"),
        ({"type": "yearly"}, "type must be one of the following values: one_time, recurring"),
    ],
)
def test_a_price_that_no_item_can_have_is_refused(
    apis: Products, fields: dict[str, Any], message: str
) -> None:
    name = apis.kept()
    answer = apis.ask("POST", f"/{name}/price", {**PRICE, **fields})
    assert answer.status == 422
    assert answer.body["message"][0].startswith(message[:20]), answer.body
    assert apis.ask("GET", f"/{name}/price{QUERY}").body["total"] == 0


@pytest.mark.parametrize(
    "target", ["/collections", "/inventory", "/reviews", "/store/s/stats", "/x/price/y/z"]
)
def test_what_is_not_served_is_the_vendors_404(apis: Products, target: str) -> None:
    answer = apis.ask("GET", target)
    assert (answer.status, answer.body["message"]) == (404, f"Cannot GET /products{target}")


def test_a_product_of_another_location_is_refused(apis: Products) -> None:
    name = apis.kept()
    for method, target, body in (
        ("GET", "/", None),
        ("GET", f"/{name}?locationId=loc_2", None),
        ("DELETE", f"/{name}", None),
        ("POST", "/", {**TEA, "locationId": "loc_2"}),
        ("POST", f"/{name}/price", {**PRICE, "locationId": "loc_2"}),
    ):
        assert apis.ask(method, target, body).status == 403


def test_a_change_of_a_product_that_others_changed_is_refused(apis: Products) -> None:
    name = apis.kept()
    service = apis.running.service
    before = find_product(service, ACCOUNT, name)
    assert before is not None
    apis.ask("PUT", f"/{name}", {**TEA, "name": "Green tea"})
    delete = DeleteProduct(account=ACCOUNT, before=before, prices=())
    assert service.execute(delete) == Failure(EntryChanged())
    assert apis.listed() == ["Green tea"]


def test_an_account_has_one_user_who_is_found_by_every_route(apis: Products) -> None:
    def ask(target: str) -> Answer:
        return apis("highlevel", "GET", f"/users{target}")

    (user,) = ask(f"/{QUERY}").body["users"]
    assert (user["name"], user["roles"]["locationIds"]) == ("Acme", ["loc_1"])
    assert ask(f"/{user['id']}").body == user
    company = f"/search?companyId={ACCOUNT}"
    found = {"users": [user], "count": 1}
    assert ask(company).body == found
    assert ask(f"{company}&locationId=loc_1&query=acm&ids={user['id']}&type=account").body == found
    for query in ("&query=missing", "&ids=user_x", "&role=user", "&skip=1", "&limit=0"):
        assert ask(f"{company}{query}").body == {"users": [], "count": 0}
    assert ask("/user_x").body == {"statusCode": 400, "message": "User not found"}
    for refused in ("/", "/search?companyId=other", f"{company}&locationId=loc_2"):
        assert ask(refused).status == 403
