"""The registered vendor APIs: ours and those of installed packages; which are served, and where."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from billhook.model.account import AccountPolicy
from billhook_adapters.composition import plugins
from billhook_adapters.http.core.asgi import App, Receive, Scope, Send
from billhook_adapters.http.core.authentication import Authentication
from billhook_adapters.http.core.mounts import Mount, Mounted, MountError, MountTable
from billhook_adapters.http.core.vendor_api import VendorApi
from billhook_adapters.http.highlevel.api import API as HIGHLEVEL
from billhook_adapters.http.native.api import API as NATIVE
from billhook_adapters.http.razorpay.api import API as RAZORPAY
from billhook_adapters.webhooks.formats import WebhookFormat

APIS = "BILLHOOK_APIS"
"""The variable with the APIs to serve, separated by spaces, each as `--api` takes it."""

OURS: tuple[VendorApi, ...] = (RAZORPAY, HIGHLEVEL, NATIVE)

DEFAULT_STYLE = RAZORPAY.name
"""The webhook format of an endpoint that is opened together with its account."""


class ApiError(ValueError):
    """APIs cannot be loaded or served like this; the text says what to change."""


class ServedApi(NamedTuple):
    """An API that is to be served, and where."""

    api: VendorApi
    mount: Mount


def registered(names: Collection[str] | None = None) -> tuple[VendorApi, ...]:
    """The APIs of these names, or all that are installed: ours first.

    Only the packages of the APIs that are named are imported. Raises ApiError.
    """
    found = {api.name: api for api in OURS}
    installed = plugins.names(plugins.APIS)
    for name in installed:
        if names is not None and name not in names:
            continue
        if name in found:
            package = plugins.package(plugins.APIS, name)
            raise ApiError(f"two APIs are named {name}; uninstall {package}")
        found[name] = _loaded(name)
    if names is None:
        return tuple(found.values())
    unknown = sorted(set(names) - set(found))
    if unknown:
        known = ", ".join(sorted({*found, *installed}))
        raise ApiError(f"there is no API named {unknown[0][:64]!r}; installed are {known}")
    return tuple(found[name] for name in dict.fromkeys(names))


def served(choices: Sequence[str] = (), reserved: Sequence[Mounted] = ()) -> Sequence[ServedApi]:
    """The APIs of these choices, or all that are installed where there is no choice.

    A choice is `NAME`, or `NAME=MOUNT` where a mount is a path prefix, a host, or both. Raises
    ApiError, also where two APIs claim one path, or one claims what is `reserved`.

    >>> [f"{one.api.name} {one.mount}" for one in served(["razorpay=/r", "native=pay.example/v"])]
    ['razorpay /r', 'native pay.example/v']
    """
    if not choices:
        chosen = [ServedApi(api, api.mount) for api in registered()]
    else:
        wanted = dict.fromkeys(_choice(choice) for choice in choices)
        apis = {api.name: api for api in registered([name for name, _ in wanted])}
        chosen = [ServedApi(apis[name], mount or apis[name].mount) for name, mount in wanted]
    mount_table(chosen, {}, reserved)
    return tuple(chosen)


def mount_table(
    chosen: Sequence[ServedApi], apps: Mapping[str, App], parts: Sequence[Mounted] = ()
) -> MountTable:
    """The applications of these APIs at their mounts, beside the service's own parts.

    An API without an application only has its claims checked. Raises ApiError where two claim
    one path.
    """
    mounted = [one.api.mounted(one.mount, apps.get(one.api.name, unserved)) for one in chosen]
    try:
        return MountTable(mounted, parts)
    except MountError as wrong:
        raise ApiError(str(wrong)) from None


def webhook_formats(apis: Iterable[VendorApi]) -> Mapping[str, WebhookFormat]:
    """The webhook formats of these APIs, by style. Raises ApiError where two have one style."""
    found: dict[str, WebhookFormat] = {}
    for api in apis:
        for style, webhook_format in api.webhook_formats.items():
            if style in found:
                raise ApiError(f"two APIs have a webhook format {style}; uninstall one of them")
            found[style] = webhook_format
    return found


def account_policy(
    apis: Iterable[VendorApi], credentials: Collection[Authentication]
) -> AccountPolicy:
    """The policy of a new account: what the APIs that its credentials open require of it."""
    fields: dict[str, Any] = {}
    for api in apis:
        if api.account_policy is not None and api.authentication in credentials:
            policy = api.account_policy
            fields |= {name: getattr(policy, name) for name in policy.model_fields_set}
    return AccountPolicy(**fields)


def _choice(text: str) -> tuple[str, Mount | None]:
    name, equals, mount = text.partition("=")
    if not equals:
        return name, None
    try:
        return name, Mount.parse(mount)
    except ValueError as wrong:
        raise ApiError(f"the mount of {name[:64]} {wrong}") from None


def _loaded(name: str) -> VendorApi:
    try:
        api = plugins.load(plugins.APIS, name)
    except plugins.PluginError as error:
        raise ApiError(f"{error}, or choose the APIs to serve with --api") from error
    if not isinstance(api, VendorApi) or api.name != name:
        raise ApiError(
            f"the entry point {name} of {plugins.package(plugins.APIS, name)} is not a VendorApi "
            "of this name; correct or uninstall it, or choose the APIs to serve with --api"
        )
    return api


async def unserved(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands for an application where only its claims are checked."""
    raise NotImplementedError
