"""The OpenAPI document of the sandbox's own routes, from the table that serves them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from billhook.version import VERSION
from billhook_adapters.http.core.response import Response
from billhook_adapters.sandbox.schemas import RefusedOut

_NAME = re.compile(r"\{([a-z_]+)\}")
_RESPONSE: Final = "serialization"
_PAYLOAD: Final = "validation"
_NOT_WORDS = re.compile(r"[^a-z]+")


class Route(NamedTuple):
    """One operation: its path below `/sandbox`, what it does, and what it takes and returns.

    `serve` gets the names of the path, then the payload: the query of a GET, else the body.
    """

    method: str
    path: str
    summary: str
    serve: Callable[..., Awaitable[BaseModel | Response]]
    response: type[BaseModel]
    payload: type[BaseModel] | None = None

    @property
    def template(self) -> str:
        """The path with each name as a `*`."""
        return _NAME.sub("*", self.path)

    def names(self, path: Sequence[str]) -> list[str] | None:
        """The names in the path of a request; None where it is the path of another route.

        >>> async def serve() -> BaseModel: ...
        >>> route = Route("POST", "/snapshots/{name}/restore", "", serve, BaseModel)
        >>> route.names(("snapshots", "paid", "restore"))
        ['paid']
        """
        wanted = self.path.strip("/").split("/")
        if len(path) != len(wanted):
            return None
        pairs = list(zip(wanted, path, strict=True))
        if any(one != given for one, given in pairs if not one.startswith("{")):
            return None
        return [given for one, given in pairs if one.startswith("{")]


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """The OpenAPI document of routes."""
    models: set[type[BaseModel]] = {RefusedOut, *(route.response for route in routes)}
    payloads: set[type[BaseModel]] = {one.payload for one in routes if one.payload is not None}
    references, schemas = models_json_schema(
        [
            *((model, _RESPONSE) for model in sorted(models, key=_named)),
            *((model, _PAYLOAD) for model in sorted(payloads, key=_named)),
        ],
        ref_template="#/components/schemas/{model}",
    )
    of_models = {model: one for (model, _), one in references.items()}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operation = _operation(route, of_models, schemas)
        paths.setdefault(f"/sandbox{route.path}", {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "billhook sandbox",
            "version": VERSION,
            "description": "What tests do beside the APIs: pay, move time, read what was sent, "
            "and let things fail. No credentials. Times are in seconds since 1970.",
        },
        "paths": paths,
        "components": {"schemas": schemas["$defs"]},
    }


def _operation(
    route: Route, references: Mapping[Any, Any], schemas: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}_{_NOT_WORDS.sub('_', route.path).strip('_')}",
        "summary": route.summary,
        "responses": {
            "200": _json("It was done.", references[route.response]),
            "400": _json("It was refused.", references[RefusedOut]),
            "404": _json("What the path names does not exist.", references[RefusedOut]),
        },
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _NAME.findall(route.path)
    ]
    if route.payload is not None and route.method == "GET":
        name = references[route.payload]["$ref"].rpartition("/")[2]
        parameters += [
            {"name": field, "in": "query", "required": False, "schema": schema}
            for field, schema in schemas["$defs"][name]["properties"].items()
        ]
    elif route.payload is not None:
        content = {"application/json": {"schema": references[route.payload]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation | ({"parameters": parameters} if parameters else {})


def _json(description: str, schema: Any) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _named(model: type[BaseModel]) -> str:
    return model.__name__
