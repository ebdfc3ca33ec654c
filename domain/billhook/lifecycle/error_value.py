"""The base of all errors: each has a code, a remedy, and its JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import GetCoreSchemaHandler

from billhook.model.object_schema import object_schema


class ErrorValue:
    """The base of errors: as JSON each has its `code`, `remedy` and `field` beside its details."""

    __slots__ = ()

    field: ClassVar[str | None] = None
    """The field that it is about; None if it is about none."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> Any:
        kind: Any = cls
        # The code of a guard is one of the fields.
        tag = ("code", kind.code) if isinstance(kind.code, str) else None
        remedy, field = Literal[kind.remedy], str | None
        return object_schema(cls, source, handler, tag=tag, remedy=remedy, field=field)


class Remedy(StrEnum):
    """The kind of change that would make an operation allowed."""

    OTHER_STATUS = "other_status"
    SUPPLY_FIELD = "supply_field"
    CHANGE_FIELD = "change_field"
    OMIT_FIELD = "omit_field"
    PAY_LESS = "pay_less"
    PAY_MORE = "pay_more"
    WAIT = "wait"
    OTHER_ADDRESS = "other_address"
    OTHER_MEDIUM = "other_medium"
    ALLOW_COUNTRY = "allow_country"
    OTHER_KEY = "other_key"
    LOOK_AGAIN = "look_again"
    SEE_MESSAGE = "see_message"
    NONE = "none"
