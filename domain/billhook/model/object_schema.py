"""How dataclasses and named tuples of the domain are written as JSON: as objects by field names."""

from __future__ import annotations

from typing import Any, Literal, TypeVar, cast, get_type_hints

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticSerializationUnexpectedValue
from pydantic_core.core_schema import (
    CoreSchema,
    dataclass_field,
    literal_schema,
    plain_serializer_function_ser_schema,
    typed_dict_field,
    typed_dict_schema,
    with_default_schema,
)

T = TypeVar("T")


def written_as_object(kind: type[T]) -> type[T]:
    """Let a named tuple be written as an object by its field names, and not as a list."""
    setattr(kind, "__get_pydantic_core_schema__", classmethod(object_schema))  # noqa: B010  # no field
    return kind


def object_schema(
    kind: Any,
    /,
    source: object,
    handler: GetCoreSchemaHandler,
    *,
    tag: tuple[str, str] | None = None,
    **computed: object,
) -> CoreSchema:
    """The schema of a dataclass or named tuple that is written as an object.

    `computed` are the types of properties that are written before its fields. A `tag` is a name and
    its value, such as the code of an error: it is written first, and what is read must have the
    same or none.
    """
    read: Any = handler(source)
    if tag is not None:
        name, value = tag
        computed = {name: Literal[value], **computed}
        same = with_default_schema(literal_schema([value]), default=value)
        read["schema"]["fields"].append(dataclass_field(name, same, init_only=True))
    hints = get_type_hints(kind, include_extras=True)
    types = {**computed, **{name: hints[name] for name in kind.__match_args__}}
    written = typed_dict_schema(
        {name: typed_dict_field(handler.generate_schema(hint)) for name, hint in types.items()}
    )

    def members(value: object) -> dict[str, object]:
        if not isinstance(value, kind):  # another member of a union
            raise PydanticSerializationUnexpectedValue(f"no {kind.__name__}")
        return {name: getattr(value, name) for name in types}

    serialization = plain_serializer_function_ser_schema(members, return_schema=written)
    return cast("CoreSchema", {**read, "serialization": serialization})
