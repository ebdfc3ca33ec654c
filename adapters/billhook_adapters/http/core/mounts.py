"""Where APIs are mounted, and which of them a request belongs to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol, runtime_checkable

from billhook_adapters.http.core.asgi import App, Receive, Scope, Send
from billhook_adapters.http.core.bodies import BoundedBody
from billhook_adapters.http.core.failures import RequestFailure
from billhook_adapters.http.core.response import Response, problem_response, send_response

NOT_FOUND = problem_response(
    404, "no_such_route", "No such route", "Nothing is served at this path."
)

_HOST = r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
_MOUNT = re.compile(rf"(?P<host>{_HOST})?(?P<prefix>(/[A-Za-z0-9._~-]+)*)/?")


class MountError(ValueError):
    """APIs cannot be mounted like this; the text says what to change."""


class Mount(NamedTuple):
    """A host, or None for every host, and a path prefix, or "" for the root."""

    host: str | None = None
    prefix: str = ""

    @classmethod
    def parse(cls, text: str) -> Mount:
        """The mount of a text: `/prefix`, `host`, `host/prefix`, or `/` for the root.

        Raises ValueError.

        >>> Mount.parse("/billing"), Mount.parse("Pay.example.com")
        (Mount(host=None, prefix='/billing'), Mount(host='pay.example.com', prefix=''))
        """
        host, slash, path = text.partition("/")
        found = _MOUNT.fullmatch(f"{host.lower()}{slash}{path}") if text else None
        if found is None or {".", ".."} & {*path.split("/")}:
            raise ValueError("must be a path such as /billing, a host name, or both")
        return cls(found["host"], found["prefix"])

    def __str__(self) -> str:
        return f"{self.host or ''}{self.prefix}" or "/"


ROOT = Mount()
"""The root of every host."""


class Mounted(NamedTuple):
    """An application below a mount, and the templates of its paths there, each id a `*`.

    It shares the mount with others by the first segments of its routes, unless it `owns_mount`.
    Below `other_segments` it has no route, but answers where no other application has one.
    """

    name: str
    mount: Mount
    app: App
    routes: Collection[str]
    owns_mount: bool = False
    other_segments: frozenset[str] = frozenset()

    def claims(self, *, alone: bool) -> list[str]:
        """The path prefixes that it claims; an application that is alone at a mount has all of it.

        The root of every host is shared always.
        """
        prefix = self.mount.prefix
        if self.owns_mount or (alone and self.mount != ROOT):
            return [prefix]
        return sorted({f"{prefix}/{route.split('/')[1]}" for route in self.routes})


@runtime_checkable
class WordsFailures(Protocol):
    """An application that has an error format of its own, such as an `HttpApi`."""

    def failed(self, failure: RequestFailure) -> Response:
        """The response to a failure."""
        ...


class MountTable:
    """Finds the application of a request: by its host first, then by the longest path prefix.

    It judges every request's body, whatever the application, the path and the method.
    """

    def __init__(self, apis: Sequence[Mounted], parts: Sequence[Mounted] = ()) -> None:
        """`parts` are the service's own, served on every host.

        Raises MountError where two applications claim one path on one host.
        """
        self.templates = frozenset(
            one.mount.prefix + route for one in (*apis, *parts) for route in one.routes
        )
        hosts = {one.mount.host for one in apis} - {None}
        self._every = _Paths(None, [*parts, *(one for one in apis if one.mount.host is None)])
        self._hosts: Mapping[str | None, _Paths] = {
            host: _Paths(host, [*parts, *(one for one in apis if one.mount.host == host)])
            for host in hosts
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, by the application that it belongs to."""
        prefix, app = self._found(scope)
        body = BoundedBody(scope, receive)
        is_head = scope["method"] == "HEAD"
        if body.failure is not None:
            await send_response(send, _failed(app, body.failure), head=is_head, close=True)
            return
        if prefix:
            scope = {**scope, "root_path": scope.get("root_path", "") + prefix}
        await app(scope, body, send if body.is_empty else body.judged(send, partial(_failed, app)))

    def app(self, scope: Scope) -> App:
        """The application that a request belongs to, or what answers that there is none."""
        return self._found(scope)[1]

    def failed(self, scope: Scope, failure: RequestFailure) -> Response:
        """The response to a failure, in the format of the application of a request."""
        return _failed(self.app(scope), failure)

    def _found(self, scope: Scope) -> tuple[str, App]:
        path: str = scope["path"]
        paths = self._hosts.get(_host(scope)) if self._hosts else None
        found = None if paths is None else paths.find(path)
        if found is None:
            found = self._every.find(path)
        return ("", _not_found) if found is None else found


class _Paths:
    """The applications of one host, or of every host, by the path prefix that each claims."""

    def __init__(self, host: str | None, mounted: Sequence[Mounted]) -> None:
        shared = Counter(one.mount for one in mounted)
        claims: dict[str, Mounted] = {}
        for one in mounted:
            for path in one.claims(alone=shared[one.mount] == 1):
                other = claims.setdefault(path, one)
                if other is not one:
                    raise MountError(
                        f"{other.name} and {one.name} both claim {path or '/'} on "
                        f"{host or 'every host'}; mount one of them by another path or host"
                    )
        others: dict[str, list[Mounted]] = {}
        for one in mounted:
            for segment in one.other_segments:
                others.setdefault(f"{one.mount.prefix}/{segment}", []).append(one)
        for path, candidates in others.items():
            if len(candidates) == 1:  # of two it cannot be known which is meant
                claims.setdefault(path, candidates[0])
        self._claims = {path: (one.mount.prefix, one.app) for path, one in claims.items()}
        self._deepest = max((path.count("/") for path in claims), default=0)

    def find(self, path: str) -> tuple[str, App] | None:
        """The mount prefix and the application of a path; the longest claim wins."""
        ends = [0]
        for _ in range(self._deepest):
            end = path.find("/", ends[-1] + 1)
            ends.append(len(path) if end < 0 else end)
            if end < 0:
                break
        for end in reversed(ends):
            found = self._claims.get(path[:end])
            if found is not None and (end != 1 or path == "/"):  # the first page has none below it
                return found
        return None


async def _not_found(scope: Scope, _: Receive, send: Send) -> None:
    await send_response(send, NOT_FOUND, head=scope["method"] == "HEAD")


def _failed(app: App, failure: RequestFailure) -> Response:
    if isinstance(app, WordsFailures):
        return app.failed(failure)
    title = failure.value.replace("_", " ").capitalize()
    return problem_response(failure.status, failure.value, title, failure.detail)


def _host(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            return str(value.decode("latin-1")).partition(":")[0].lower().removesuffix(".")
    return ""
