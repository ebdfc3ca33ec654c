"""The types of HighLevel's fields, and its sentences for invalid ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from types import MappingProxyType
from typing import Annotated, Any, ParamSpec, TypeVar, cast, get_args

from pydantic import AfterValidator, BeforeValidator, StringConstraints, ValidationError
from pydantic_core.core_schema import ErrorType

from billhook.model.base import OneLine, Paragraphs, Value, one_line, storable
from billhook.model.decimals import UNIT_AMOUNT_PLACES
from billhook.model.money import EXACT, EXPONENTS, LARGEST, Currency, currency, major, minor
from billhook_adapters.http.highlevel.amounts import number as as_json

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V", bound=Value)

_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})?)?")


class InvalidRequestError(Exception):
    """The request is invalid; a 422 has one message for each invalid field."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(*messages)
        self.status = status
        self.message: str | list[str] = list(messages) if status == 422 else messages[0]


def _number(given: Any) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        raise ValueError("must be a number conforming to the specified constraints")
    if isinstance(given, int) and abs(given) > LARGEST:
        raise ValueError(f"must not be greater than {LARGEST}")
    number = Decimal(given)
    if not -20 <= number.adjusted() <= 20 or len(number.as_tuple().digits) > 40:
        raise ValueError("must be a number conforming to the specified constraints")
    return number


def _at_least_zero(number: Decimal) -> Decimal:
    if number < 0:
        raise ValueError("must not be less than 0")
    return number


def _day(given: Any) -> str:
    found = _DATE.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError("must be a valid date in the format YYYY-MM-DD")
    try:
        day = date.fromisoformat(found[1]).isoformat()
    except ValueError:
        raise ValueError("must be a valid date in the format YYYY-MM-DD") from None
    try:  # of a time that is none the day counts, as it always did
        datetime.fromisoformat(found[0])
    except ValueError:
        return day
    return found[0]


def _optional_day(given: Any) -> str:
    return "" if given == "" else _day(given)


Number = Annotated[Decimal, BeforeValidator(_number)]
"""A JSON number, exactly."""

Positive = Annotated[Decimal, BeforeValidator(lambda given: _at_least_zero(_number(given)))]
"""A JSON number from zero up, exactly."""

Day = Annotated[str, BeforeValidator(_day)]
"""A day, YYYY-MM-DD, or an ISO 8601 instant: its day is that of the location."""

OptionalDay = Annotated[str, BeforeValidator(_optional_day)]
"""A day, or an empty text."""

Short = Annotated[OneLine, StringConstraints(max_length=256)]
Required = Annotated[OneLine, StringConstraints(min_length=1, max_length=256)]
Long = Annotated[Paragraphs, StringConstraints(max_length=16_384)]


def _texts_within(value: Any, check: Callable[[str], str]) -> Any:
    """The value, if every text within it passes. Raises ValueError."""
    parts: list[Any] = [value]
    for part in parts:  # it grows while it is read
        if isinstance(part, str):
            check(part)
        elif isinstance(part, Mapping):
            parts += chain(*cast("Mapping[str, Any]", part).items())
        elif isinstance(part, list):
            parts += part
    return value


def _lines_within(value: Any) -> Any:
    return _texts_within(value, lambda text: one_line(storable(text)))


def _storable_within(value: Any) -> Any:
    return _texts_within(value, storable)


CustomField = Annotated[Any, AfterValidator(_lines_within)]
"""A custom field, in whatever form; its texts are lines."""

Free = Annotated[dict[str, Any], AfterValidator(_storable_within)]
"""An object of the vendor's that has no description; any store keeps its texts."""


def has_digits(phone: str | None) -> bool:
    """Whether a phone number is given: the vendor's clients send texts without digits for none."""
    return any(map(str.isdecimal, phone or ""))


def _known_currency(code: str) -> Currency:
    try:
        return currency(code)
    except ValueError as wrong:
        raise InvalidRequestError(422, f"currency {wrong}") from None


def smallest(number: Decimal, currency: str, field: str) -> int:
    """An amount in major units as whole smallest ones. Raises InvalidRequestError."""
    code = _known_currency(currency)
    try:
        amount = minor(number, code)
    except ValueError as wrong:
        raise InvalidRequestError(422, f"{field} {wrong}") from None
    _check_size(amount, code, field)
    return amount


def unit_price(number: Decimal, currency: str, field: str) -> Decimal:
    """The price of one in major units as smallest ones, exactly. Raises InvalidRequestError."""
    code = _known_currency(currency)
    amount = number.scaleb(EXPONENTS[code], EXACT)
    _check_size(amount, code, field)
    if amount != amount.quantize(Decimal(1).scaleb(-UNIT_AMOUNT_PLACES), context=EXACT):
        places = EXPONENTS[code] + UNIT_AMOUNT_PLACES
        raise InvalidRequestError(422, f"{field} has more than {places} decimal places; round it")
    is_whole = amount == amount.to_integral_value()
    if not is_whole and Decimal(str(as_json(number))) != number:
        raise InvalidRequestError(
            422, f"{field} has more digits than a JSON number keeps; round it"
        )
    return amount


def _check_size(amount: int | Decimal, code: Currency, field: str) -> None:
    if amount > LARGEST:
        raise InvalidRequestError(422, f"{field} must not be greater than {major(LARGEST, code)}")


def checked(
    body: object,
    kind: type[V],
    changes: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda given: given,
) -> V:
    """The payload of a decoded body. Raises InvalidRequestError.

    Only what `changes` leaves of the body is read; what must be there is looked for in all of it.
    """
    if not isinstance(body, dict):
        raise InvalidRequestError(422, "body must be an object")
    given = cast("dict[str, Any]", body)
    needed: tuple[str, ...] = getattr(kind, "needed", ())
    lacking = [f"{name} should not be empty" for name in needed if given.get(name) is None]
    try:
        payload = kind.model_validate(changes(given))
    except ValidationError as invalid:
        raise InvalidRequestError(422, *lacking, *invalid_request(invalid).message) from None
    if lacking:
        raise InvalidRequestError(422, *lacking)
    return payload


def validated(where: str, make: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """The domain's value for a part of a payload. Raises InvalidRequestError."""
    try:
        return make(*given, **named)
    except ValidationError as invalid:
        raise invalid_request(invalid, where) from None


def invalid_request(invalid: ValidationError, where: str = "") -> InvalidRequestError:
    """The error with one message for each invalid field of a payload, or of a part of it."""
    errors = invalid.errors(include_url=False, include_input=False)
    return InvalidRequestError(
        422,
        *dict.fromkeys(
            sentence(
                vendor_path((where, *error["loc"]), unknown=error["type"] == _UNKNOWN),
                error["type"],
                error["msg"],
                error.get("ctx", {}),
            )
            for error in errors[:20]
        ),
    )


def sentence(
    path: str, kind: str, message: str, context: Mapping[str, Any] = MappingProxyType({})
) -> str:
    """The vendor's sentence for an invalid field, from what pydantic says of it."""
    match kind:
        case "missing" | "string_too_short" | "too_short":
            return f"{path} should not be empty"
        case unknown if unknown == _UNKNOWN:
            return f"property {path} should not exist"
        case "string_type" | "string_unicode":
            return f"{path} must be a string"
        case "bool_type" | "bool_parsing":
            return f"{path} must be a boolean value"
        case "list_type" | "tuple_type":
            return f"{path} must be an array"
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"{path} must be an object"
        case "literal_error" | "enum" if "expected" in context:
            values = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            return f"{path} must be one of the following values: {values}"
        case "string_too_long" if "max_length" in context:
            return f"{path} must be shorter than or equal to {context['max_length']} characters"
        case "too_long" if "max_length" in context:
            return f"{path} must contain no more than {context['max_length']} elements"
        case "greater_than" if context.get("gt") == 0:
            return f"{path} must be a positive number"
        case _ if kind not in _PYDANTICS:
            return f"{path} {message.removeprefix('Value error, ')}"
        case _:  # pydantic's own words name its parts
            return f"{path} must match the expected format"


_UNKNOWN = "extra_forbidden"
"""The kind of error of a field that the vendor does not have."""

_PYDANTICS = frozenset(get_args(ErrorType)) - {"value_error"}
"""The kinds of errors that pydantic words itself: not `value_error`, and not the domain's own."""

TEXT, OTHER = ":text", ":other"
"""The tags of a field that is either; they are no part of its path."""
TAGS = (TEXT, OTHER)

_VENDORS = {
    "emails": "email", "contacts": "phoneNo", "contact": "phoneNo", "cc": "emailCc",
    "bcc": "emailBcc", "quantity": "qty", "unit_amount": "amount", "receipt": "invoiceNumber",
    "percentage": "value", "instalments": "schedules", "extras": "body", "date": "issueDate",
    "due_by": "dueDate",
}  # fmt: skip
"""What the vendor calls the domain's own fields."""


def vendor_path(parts: Iterable[Any], *, unknown: bool = False) -> str:
    """The path of a field, in the vendor's names; an `unknown` one has the name that was given.

    >>> vendor_path(("items", 0, "quantity")), vendor_path(("items", 0, "quantity"), unknown=True)
    ('items.0.qty', 'items.0.quantity')
    >>> vendor_path(("items", 0, ""), unknown=True)
    'items.0.""'
    """
    given = [str(part)[:100] for part in parts]
    known, last = (given[:-1], given[-1:]) if unknown else (given, [])
    names = [_VENDORS.get(name, name) for name in known if name not in ("", *TAGS)]
    names += [name or '""' for name in last]
    return ".".join(names).encode("ascii", "replace").decode() or "body"
