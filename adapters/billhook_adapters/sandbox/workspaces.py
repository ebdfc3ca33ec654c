"""Workspaces: several sandboxes in one process, which do not see each other."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from billhook_adapters.http.core.application import build_app
from billhook_adapters.http.core.asgi import App, Receive, Scope, Send
from billhook_adapters.http.core.authentication import basic_credentials
from billhook_adapters.http.core.response import problem_response, send_response
from billhook_adapters.sandbox.running import Credentials, Key, Location
from billhook_adapters.sandbox.workspace import Workspace

PREFIX = "workspaces"
"""The first segment of the paths of a workspace that is named in the path."""
HEADER = b"sandbox-workspace"
"""The header that names a workspace."""
MOST_WORKSPACES = 100
"""Each has a thread that delivers."""
NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


class NamedWorkspace(NamedTuple):
    """A workspace, and the credentials that lead to it."""

    name: str
    workspace: Workspace
    credentials: Credentials


class TooManyWorkspacesError(Exception):
    """There are as many workspaces as there may be."""


class WorkspaceTakenError(Exception):
    """There is a workspace of this name, or a key that one of this name would have."""


Build = Callable[["Workspaces", str | None, Credentials], Workspace]
"""Makes the workspace of a name, None for the default one, with these credentials."""


class Workspaces:
    """Serves the default workspace, and others beside it.

    A request belongs to the workspace that its path names (`/workspaces/NAME/...`), else its header
    `Sandbox-Workspace`, else whose API key or bearer token it has; else to the default one.
    """

    def __init__(self, build: Build, credentials: Credentials, pages: str) -> None:
        """`pages` is the path below which short URLs are, in each workspace."""
        self._build, self._pages = build, pages
        self.default = build(self, None, credentials)
        self._named: dict[str, NamedWorkspace] = {}
        self._by_credential: dict[str, Workspace] = dict.fromkeys(_ids(credentials), self.default)
        self._changing = asyncio.Lock()
        self.app: App = build_app(self._serve, started=self.default.start, stopped=self.close)

    def __iter__(self) -> Iterator[NamedWorkspace]:
        """The workspaces beside the default one, the oldest first."""
        return iter([*self._named.values()])

    async def add(self, name: str) -> NamedWorkspace:
        """Make a workspace, with an account, a key and a location of its own.

        Raises TooManyWorkspacesError and WorkspaceTakenError.
        """
        async with self._changing:
            if name in self._named:
                raise WorkspaceTakenError
            if len(self._named) >= MOST_WORKSPACES:
                raise TooManyWorkspacesError
            credentials = Credentials(
                [Key(f"key_{name}", "sandbox")], [Location(f"token_{name}", f"location_{name}")]
            )
            if self._by_credential.keys() & _ids(credentials):
                raise WorkspaceTakenError
            added = NamedWorkspace(name, self._build(self, name, credentials), credentials)
            self._named[name] = added
            self._by_credential |= dict.fromkeys(_ids(credentials), added.workspace)
            added.workspace.start()
            return added

    async def remove(self, name: str) -> bool:
        """Close a workspace; whether there was one of this name."""
        async with self._changing:
            removed = self._named.pop(name, None)
            if removed is None:
                return False
            for credential in _ids(removed.credentials):
                del self._by_credential[credential]
            await asyncio.to_thread(removed.workspace.close)
            return True

    def close(self) -> None:
        """Close all of them."""
        for one in self:
            one.workspace.close()
        self.default.close()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(f"/{PREFIX}/"):
            workspace: NamedWorkspace | Workspace | None = self._of_path(scope["path"])
        else:
            workspace = self._of_header(scope)
        if workspace is None:
            await send_response(send, _NO_WORKSPACE, head=scope["method"] == "HEAD")
            return
        if isinstance(workspace, NamedWorkspace):
            prefix = root_of(workspace.name)
            path = f"{scope['path']}/"
            if path.startswith(f"{prefix}/") and not path.startswith(f"{prefix}{self._pages}"):
                scope = {**scope, **_below(scope, prefix)}
            workspace = workspace.workspace
        await workspace.app(scope, receive, send)

    def _of_path(self, path: str) -> NamedWorkspace | None:
        return self._named.get(path.split("/")[2])

    def _of_header(self, scope: Scope) -> NamedWorkspace | Workspace | None:
        """That of the headers; None where they name one that there is not."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        name = headers.get(HEADER)
        if name is not None:
            return self._named.get(name.decode("latin-1"))
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        known = basic_credentials(authorization)
        credential = authorization.rpartition(" ")[2] if known is None else known.key_id
        return self._by_credential.get(credential, self.default)


def root_of(name: str | None) -> str:
    """What the paths of a workspace begin with.

    >>> root_of("test-1"), root_of(None)
    ('/workspaces/test-1', '')
    """
    return "" if name is None else f"/{PREFIX}/{name}"


def _below(scope: Scope, prefix: str) -> dict[str, object]:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    cut = len(prefix)
    return {"path": scope["path"][cut:] or "/", "raw_path": raw[cut:] or b"/"}


_NO_WORKSPACE = problem_response(
    404,
    "no_such_workspace",
    "No such workspace",
    "Make it by POST /sandbox/workspaces; it may have been closed.",
)


def _ids(credentials: Credentials) -> list[str]:
    return [*(key.id for key in credentials.keys), *(one.token for one in credentials.locations)]
