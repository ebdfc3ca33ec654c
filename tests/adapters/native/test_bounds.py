"""Whatever a request may hold is bounded: the OpenAPI document says so, and the bounds hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import MagicMock

import pytest

from adapters.native.api_client import ApiClient
from billhook_adapters.http.native.application import native_application

DESCRIBED = native_application(MagicMock(), MagicMock(), MagicMock()).openapi()
_SETS = re.compile(r"\[[^\]]*\]|\\.")
_REPEATS = re.compile(r"[*+]|,\}")


def requests() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The schema of each parameter and body, and where it stands."""
    for path, operations in DESCRIBED["paths"].items():
        for method, operation in operations.items():
            where = f"{method.upper()} {path}"
            for one in operation.get("parameters", ()):
                yield f"{where} {one['in']} {one['name']}", one["schema"]
            if "requestBody" in operation:
                yield (
                    f"{where} body",
                    operation["requestBody"]["content"]["application/json"]["schema"],
                )


def unbounded(
    where: str, schema: Mapping[str, Any], within: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Each part of a schema that has no bound."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        assert name not in within, f"{name} holds itself, to any depth"
        yield from unbounded(where, DESCRIBED["components"]["schemas"][name], within | {name})
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from unbounded(where, one, within)
    match schema.get("type"):
        case "string" if not _is_bounded(schema):
            yield where
        case "integer" | "number" if "maximum" not in schema:
            yield where
        case "array":
            if "maxItems" not in schema:
                yield where
            yield from unbounded(f"{where}[]", schema["items"], within)
        case "object":
            others = schema.get("additionalProperties", True)
            if others is not False and "maxProperties" not in schema:
                yield where
            if isinstance(others, dict):
                yield from unbounded(f"{where}{{}}", others, within)
                yield from unbounded(f"{where} names", schema.get("propertyNames", {}), within)
            for name, part in schema.get("properties", {}).items():
                yield from unbounded(f"{where}.{name}", part, within)


def _is_bounded(schema: Mapping[str, Any]) -> bool:
    if schema.keys() & {"maxLength", "enum", "const"} or schema.get("format") == "date-time":
        return True
    return "pattern" in schema and _REPEATS.search(_SETS.sub(".", schema["pattern"])) is None


def test_every_part_of_every_request_has_a_bound() -> None:
    found = dict(requests())
    assert len(found) > 40
    assert [one for where, schema in found.items() for one in unbounded(where, schema)] == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "pattern": "^[a-z]+$"},
        {"type": "string", "pattern": "^a{1,}$"},
        {"type": "integer", "minimum": 0},
        {"type": "array", "items": {"type": "boolean"}},
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 1},
        {"anyOf": [{"type": "null"}, {"type": "string"}]},
    ],
    ids=str,
)
def test_a_missing_bound_would_be_noticed(schema: dict[str, Any]) -> None:
    whole = {"type": "object", "additionalProperties": False, "properties": {"one": schema}}
    assert [one.removesuffix("{}") for one in unbounded("body", whole)] == ["body.one"]


@pytest.mark.parametrize(
    ("notes", "field"),
    [
        ({str(n): "x" for n in range(16)}, "notes"),
        ({"order": "x" * 257}, "notes.order"),
        ({"x" * 257: "order"}, "notes"),
    ],
)
def test_notes_have_the_bounds_that_they_have_in_every_api(
    api: ApiClient, notes: dict[str, str], field: str
) -> None:
    refused = api.json_of("POST", "/invoices", 422, json={"currency": "INR", "notes": notes})
    assert refused["errors"][0]["field"].startswith(field)
    most = {f"{n:0256}": "x" * 256 for n in range(15)}
    api.json_of("POST", "/invoices", 201, json={"currency": "INR", "notes": most})


def test_a_document_that_would_fill_a_list_is_refused_with_the_remedy(api: ApiClient) -> None:
    line = {"name": "Book", "unit_amount": 1, "description": "x" * 2048}
    body = {"currency": "INR", "lines": [line] * 124}
    refused = api.json_of("POST", "/invoices", 422, json=body)
    assert (refused["code"], refused["field"]) == ("invalid_document", "lines")
    assert "at most 256 KiB" in refused["detail"]
    invoice = api.drafted(lines=[line] * 118)
    grown = {"comment": "x" * 2048, "terms": "y" * 2048, "description": "z" * 2048}
    assert api.json_of("PATCH", f"/invoices/{invoice}", 422, json=grown)["field"] == "lines"
    assert api.json_of("GET", f"/invoices/{invoice}")["comment"] is None
