"""`billhook account profile`: what an account's invoices say of the seller, and its logo."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from billhook_adapters.cli.account_changes import change_account
from billhook_adapters.cli.database import database, known_account, service_over
from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.output import print_result
from billhook_adapters.cli.parser import add_database, add_json, set_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billhook.model.account import Account
    from billhook.model.customer import PostalAddress
    from billhook.model.logo import Logo
    from billhook.model.seller_profile import SellerProfile
    from billhook_adapters.system.file_faults import FileFault

_AT = "--database sqlite:///billhook.sqlite3"
NONE = "none"
"""Takes away what an option sets."""


class _Option(NamedTuple):
    field: str
    metavar: str
    help: str

    @property
    def name(self) -> str:
        return "--" + self.field.replace("_", "-")


_TEXTS = (
    _Option("legal_name", "NAME", "the registered name, where it is not the name of the account"),
    _Option("email", "ADDRESS", "where payers reach the seller"),
    _Option("phone", "NUMBER", "where payers reach the seller, such as +912012345678"),
    _Option("website", "URL", "the seller's pages, such as https://acme.example"),
    _Option("accent_color", "COLOR", "of buttons and lines, such as #0a5cd8; it is darkened or "
            "lightened where it is the colour of text"),
    _Option("footer", "TEXT", "text at the end of page and PDF, such as the company's register"),
    _Option("payment_text", "TEXT", "how to pay in words, such as the account for transfers"),
    _Option("payment_link", "URL", "where payers pay in a browser"),
)  # fmt: skip
_ADDRESS = (
    _Option("line1", "TEXT", "street and house number"),
    _Option("line2", "TEXT", "the second line of the address"),
    _Option("city", "TEXT", "the town"),
    _Option("state", "TEXT", "the state or province"),
    _Option("postal_code", "TEXT", "the postal code"),
)
_ADDRESS_COUNTRY = _Option("address_country", "COUNTRY", "an ISO 3166 code such as IN")


def add_profile_actions(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the action profile, with its own actions; `add_parser` makes the parser of an action."""
    what = "show or set what an account's invoices say of the seller"
    profile = add_parser("profile", help=what, description=what)
    actions = profile.add_subparsers(dest="profile_action", required=True, metavar="ACTION")
    example = f"billhook account profile set ACCOUNT_ID --city Pune --address-country IN {_AT}"
    profile.epilog = f"example:\n  {example}"

    what = "show the profile of an account"
    show = actions.add_parser("show", help=what, description=what)
    show.add_argument("account", metavar="ACCOUNT_ID")
    add_database(show)
    add_json(show)
    set_command(show, _show, example=f"billhook account profile show ACCOUNT_ID {_AT}")

    what = f"set parts of an account's profile; what is not given stays, {NONE} clears a part"
    setting = actions.add_parser("set", help=what, description=what)
    setting.add_argument("account", metavar="ACCOUNT_ID")
    for option in (*_TEXTS, *_ADDRESS, _ADDRESS_COUNTRY):
        setting.add_argument(option.name, metavar=option.metavar, help=option.help)
    setting.add_argument(
        "--tax-id",
        action="append",
        metavar="KIND:VALUE",
        dest="tax_ids",
        help="gstin, pan, vat, ein or other, and the tax id, such as gstin:27AAPFU0939F1ZV; "
        "may be given several times, and replaces all that are set",
    )
    setting.add_argument(
        "--logo",
        metavar="FILE",
        help="a PNG or SVG of at most 256 KiB; scripts and references in it are left out",
    )
    add_database(setting)
    add_json(setting)
    set_command(setting, _set, example=example)


def _show(arguments: argparse.Namespace) -> int:
    with database(arguments.database) as backend:
        account = known_account(backend, arguments.account)
        logo = service_over(backend).logo(account.id)
    return _print(account, logo, as_json=arguments.json)


def _set(arguments: argparse.Namespace) -> int:
    from billhook.application.account_commands import SaveLogo, UpdateAccount

    with database(arguments.database) as backend:
        account = known_account(backend, arguments.account)
        changes = _changes(arguments, account.profile.address)
        given = arguments.logo
        if not changes.model_fields_set and given is None:
            raise CliError(
                "give at least one part to set; `billhook account profile set --help` lists them"
            )
        logo = None if given in (None, NONE) else _logo(Path(given))
        if changes.model_fields_set:
            # An address is read and written whole; the rest is set whatever else changes.
            version = account.version if "address" in changes.model_fields_set else None
            update = UpdateAccount(
                account=account.id, profile=changes, expected_version=version, actor="cli"
            )
            change_account(backend, update)
        if given is not None:
            change_account(backend, SaveLogo(account=account.id, logo=logo, actor="cli"))
        account = known_account(backend, arguments.account)
        logo = service_over(backend).logo(account.id)
    return _print(account, logo, as_json=arguments.json)


def _changes(arguments: argparse.Namespace, address: PostalAddress | None) -> SellerProfile:
    """What is to be set. Raises CliError, which names the option and the remedy."""
    from pydantic import ValidationError

    from billhook.model.seller_profile import SellerProfile
    from billhook_adapters.system.file_faults import faults_in

    changes: dict[str, object] = {
        option.field: None if value == NONE else value
        for option in _TEXTS
        if (value := getattr(arguments, option.field)) is not None
    }
    parts = {
        option.field: "" if value == NONE else value
        for option in _ADDRESS
        if (value := getattr(arguments, option.field)) is not None
    }
    if arguments.address_country is not None:
        country = arguments.address_country
        parts["country"] = None if country == NONE else country
    if parts:
        whole = {**({} if address is None else dict(address)), **parts}
        changes["address"] = whole if any(whole.values()) else None
    if arguments.tax_ids is not None:
        changes["tax_ids"] = [] if arguments.tax_ids == [NONE] else _tax_ids(arguments.tax_ids)
    try:
        return SellerProfile.model_validate(changes)
    except ValidationError as invalid:
        named = (_named(fault) for fault in faults_in(invalid))
        raise CliError("; ".join(dict.fromkeys(named))) from None


def _option_of(place: list[str]) -> str:
    if place[0] == "tax_ids":
        return "--tax-id"
    if place == ["address", "country"]:
        return _ADDRESS_COUNTRY.name
    return _Option(place[-1], "", "").name


def _named(fault: FileFault) -> str:
    """The option that is wrong, and the remedy."""
    option = _option_of(fault.path.split("."))
    if option == _ADDRESS_COUNTRY.name:
        return f"{option}: must be the ISO 3166 code of a country, such as IN"
    return f"{option}: {fault.detail}"


def _tax_ids(given: list[str]) -> list[dict[str, str]]:
    pairs = [one.partition(":") for one in given]
    if not all(kind and value for kind, _, value in pairs):
        raise CliError(
            "--tax-id: must be its kind and its value, such as gstin:27AAPFU0939F1ZV; "
            "the kinds are gstin, pan, vat, ein and other"
        )
    return [{"kind": kind.lower(), "value": value} for kind, _, value in pairs]


def _logo(file: Path) -> Logo:
    """The logo in a file. Raises CliError."""
    from billhook.model.logo import MAX_LOGO
    from billhook_adapters.documents.logos import read_logo

    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_LOGO + 1)  # of what is larger, enough to refuse it
    except OSError as error:
        raise CliError(f"--logo: the file cannot be read ({error.strerror})") from None
    try:
        return read_logo(data)
    except ValueError as error:
        raise CliError(f"--logo: {error}") from None


def _print(account: Account, logo: Logo | None, *, as_json: bool) -> int:
    profile = account.profile
    value: Mapping[str, object] = {
        "account": account.id,
        "name": account.name,
        **profile.model_dump(mode="json"),
        "logo": None if logo is None else {"format": logo.format, "bytes": len(logo.data)},
    }
    address = profile.address
    parts = () if address is None else (part for _, part in address if part)
    tax_ids = ", ".join(f"{one.kind} {one.value}" for one in profile.tax_ids)
    shown = "-" if logo is None else f"{logo.format}, {len(logo.data)} bytes"
    lines = [
        f"account       {account.id}  {account.name}",
        *(f"{option.field.replace('_', ' '):13} {getattr(profile, option.field) or '-'}"
          for option in _TEXTS),
        f"address       {', '.join(parts) or '-'}",
        f"tax ids       {tax_ids or '-'}",
        f"logo          {shown}",
    ]  # fmt: skip
    print_result(value, lines, as_json=as_json, if_lost="`billhook account profile show` shows it")
    return 0
