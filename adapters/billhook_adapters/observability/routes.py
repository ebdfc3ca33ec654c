"""Which route a path is: a name of the service's own, never a stranger's text."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

OTHER = "other"
"""The route of every path that is nobody's."""

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_STAR, _HERE = "*", ""  # what stands for any segment; where a route ends


class Routes:
    """The routes of a service, whose ids are stars.

    >>> routes = Routes(["/", "/v1/invoices", "/v1/invoices/*/issue"])
    >>> routes.of("/v1/invoices/inv_1/issue"), routes.of("/v1/nothing"), routes.of("*")
    ('/v1/invoices/*/issue', 'other', 'other')
    """

    def __init__(self, templates: Collection[str]) -> None:
        self._literal = frozenset(template for template in templates if _STAR not in template)
        self._deepest = max((template.count("/") for template in templates), default=0)
        self._tree: dict[str, Any] = {}
        for template in templates:
            if template == "/":
                continue  # it is literal, and has no segment
            branch = self._tree
            for part in template.split("/")[1:]:
                branch = branch.setdefault(part, {})
            branch[_HERE] = template

    def of(self, path: str) -> str:
        """The route of a path, which may end in a slash; `other` where it is none of them."""
        if path in self._literal:
            return path
        parts = path.removesuffix("/").split("/", self._deepest + 1)[1:]
        return _found(self._tree, parts, 0) or OTHER


def _found(branch: dict[str, Any], parts: list[str], at: int) -> str | None:
    if at == len(parts):
        ending: str | None = branch.get(_HERE)
        return ending
    for way in (parts[at], _STAR):  # a literal wins
        if way and (further := branch.get(way)) and (found := _found(further, parts, at + 1)):
            return found
    return None


def method_of(method: str) -> str:
    """The method, or `other`: a server may let through whatever a stranger calls one."""
    return method if method in _METHODS else OTHER
