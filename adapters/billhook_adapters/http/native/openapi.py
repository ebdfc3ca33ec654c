"""What the OpenAPI document says about every operation beside its parameters."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from billhook_adapters.http.core.failures import RequestFailure
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.native.errors import MEDIA_TYPE, ProblemOut, failed

BODY = (415,)
"""The status of a body that is no JSON, beside those of every request."""

_ALWAYS = (401, 422, *(failure.status for failure in RequestFailure))
_SCHEMA = "Problem"

Responses = dict[int | str, dict[str, Any]]

ETAG: Responses = {
    200: {
        "headers": {
            "ETag": {"description": "The version.", "schema": {"type": "string"}, "example": '"1"'}
        }
    }
}
"""A success that carries its version."""


def problems(*statuses: int) -> Responses:
    """The problems that an operation can respond with: these, and those that all can."""
    return {status: _problem(status) for status in sorted({*statuses, *_ALWAYS})}


def _problem(status: int) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{_SCHEMA}"}}},
    }
    if status == HTTPStatus.UNAUTHORIZED:
        described["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        described["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
    return described


class DescribedApi(FastAPI):
    """A FastAPI application whose OpenAPI document has the schema of a problem."""

    def failed(self, failure: RequestFailure) -> Response:
        """The problem of a failure that every API may have."""
        return failed(failure).response()

    def openapi(self) -> dict[str, Any]:
        """The document, generated once."""
        if self.openapi_schema is None:
            schemas = super().openapi()["components"]["schemas"]
            problem = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(problem.pop("$defs"))
            schemas[_SCHEMA] = problem
        assert self.openapi_schema is not None  # noqa: S101  # FastAPI's own openapi() keeps it
        return self.openapi_schema
