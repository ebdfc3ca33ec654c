"""The routes of the caller's account: its settings and its logo."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response

from billhook.application.account_commands import SaveLogo, UpdateAccount
from billhook.lifecycle.errors import AccountNotFound
from billhook.model.account import Account
from billhook_adapters.documents.logos import read_logo
from billhook_adapters.http.native.account_serializers import AccountOut, LogoOut
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.errors import FieldError, ProblemError, invalid, problem_of
from billhook_adapters.http.native.openapi import BODY, ETAG, problems
from billhook_adapters.http.native.request import TheAccount, TheService, TheVersion, executed
from billhook_adapters.http.native.routes.etags import etag
from billhook_adapters.http.native.schemas.account import AccountIn, LogoIn

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
        profile=payload.profile.profile(),
        expected_version=version,
    )
    return _account_out(await executed(batched, command), response)


@router.get("/account/logo", responses=problems(404), tags=["account"])
async def show_logo(batched: TheService, account: TheAccount) -> LogoOut:
    """The logo of the account."""
    logo = await batched.read(lambda service: service.logo(account))
    if logo is None:
        raise ProblemError(404, "no_logo", "The account has no logo; PUT one.")
    return LogoOut.of(logo)


@router.put("/account/logo", responses=problems(403, *BODY), tags=["account"])
async def set_logo(batched: TheService, account: TheAccount, payload: LogoIn) -> LogoOut:
    """Set the logo. It is shown as it is kept: without scripts, references and metadata."""
    try:
        logo = await asyncio.to_thread(read_logo, payload.data)
    except ValueError as wrong:
        raise invalid([FieldError(place="body", field="data", detail=str(wrong))]) from None
    await executed(batched, SaveLogo(account=account, logo=logo))
    return LogoOut.of(logo)


@router.delete("/account/logo", status_code=204, responses=problems(403), tags=["account"])
async def delete_logo(batched: TheService, account: TheAccount) -> None:
    """Delete the logo, if there is one."""
    await executed(batched, SaveLogo(account=account, logo=None))
