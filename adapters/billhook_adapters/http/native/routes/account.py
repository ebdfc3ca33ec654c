"""The routes of the caller's account: its settings."""

from __future__ import annotations

from fastapi import APIRouter, Response

from billhook.application.account_commands import UpdateAccount
from billhook.lifecycle.errors import AccountNotFound
from billhook.model.account import Account
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.errors import problem_of
from billhook_adapters.http.native.openapi import BODY, ETAG, problems
from billhook_adapters.http.native.request import TheAccount, TheService, TheVersion, executed
from billhook_adapters.http.native.routes.etags import etag
from billhook_adapters.http.native.schemas.account import AccountIn
from billhook_adapters.http.native.serializers import AccountOut

router = APIRouter(route_class=GuardedRoute)


def _account_out(account: Account, response: Response) -> AccountOut:
    response.headers["ETag"] = etag(account.version)
    return AccountOut.of(account)


@router.get("/account", responses={**ETAG, **problems(403)}, tags=["account"])
async def show_account(batched: TheService, account: TheAccount, response: Response) -> AccountOut:
    """The settings of the account."""
    found = await batched.read(lambda service: service.account(account))
    if found is None:
        raise problem_of(AccountNotFound())
    return _account_out(found, response)


@router.patch("/account", responses={**ETAG, **problems(403, 409, *BODY)}, tags=["account"])
async def update_account(
    batched: TheService,
    account: TheAccount,
    version: TheVersion,
    payload: AccountIn,
    response: Response,
) -> AccountOut:
    """Set the settings that are given."""
    command = UpdateAccount(
        account=account,
        name=payload.chosen_name,
        policy=payload.policy(),
        expected_version=version,
    )
    return _account_out(await executed(batched, command), response)
