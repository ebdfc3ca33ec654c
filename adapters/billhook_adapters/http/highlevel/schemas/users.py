"""HighLevel's users: each account has one, which stands for all who work with it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.highlevel.schemas.fields import Short
from billhook_adapters.http.highlevel.schemas.listing import Digits
from billhook_adapters.http.highlevel.schemas.parts import In


def user_id(account: AccountId) -> str:
    """The id of the account's own user.

    >>> user_id(AccountId("acc_1")) == user_id(AccountId("acc_1"))
    True
    """
    return derived_id("user", account)


class UsersIn(In):
    """The query of `GET /users/search`; `sort` and the like change nothing of a list of one."""

    company_id: Short
    location_id: Short = ""
    query: Short = ""
    ids: Short = ""
    skip: Digits = 0
    limit: Digits = 25
    role: Short = ""
    type: Short = ""
    sort: Short = ""
    sort_direction: Short = ""
    enabled2way_sync: Short = Field(default="", alias="enabled2waySync")

    def selects(self, user: dict[str, Any]) -> bool:
        """Whether the account's user is on the page."""
        roles = user["roles"]
        shown = " ".join((user["name"], user["email"], user["phone"])).casefold()
        return (
            self.query.casefold() in shown
            and user["id"] in (self.ids.split(",") if self.ids else (user["id"],))
            and self.role in ("", roles["role"])
            and self.type in ("", roles["type"])
            and self.skip == 0
            and self.limit > 0
        )


def user_entity(account: Account, location: str) -> dict[str, Any]:
    """The account's own user: its name and contacts are those of the seller."""
    profile = account.profile
    first, _, last = account.name.partition(" ")
    return {
        "id": user_id(account.id),
        "name": account.name,
        "firstName": first,
        "lastName": last,
        "email": profile.email or "",
        "phone": profile.phone or "",
        "extension": "",
        "permissions": {"contactsEnabled": True, "invoiceEnabled": True, "paymentsEnabled": True},
        "roles": {
            "type": "account",
            "role": "admin",
            "locationIds": [location],
            "restrictSubAccount": False,
        },
        "deleted": False,
    }
