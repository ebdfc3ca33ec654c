"""Values as JSON for programs: an error with its code and remedy, a verdict with whether it is so.

`canonical_json` is the form in which events are stored. This one is what an API of yours answers:
it is also what pydantic writes for a field, and FastAPI for a response, of one of these types.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from billhook.model.canonical_json import adapter


def as_json(value: object) -> Any:
    """An error, verdict, notification, event or model as values of JSON, also in lists and dicts.

    >>> from billhook import Overpayment, as_json
    >>> as_json(Overpayment(amount=500, due=300))
    {'code': 'overpayment', 'remedy': 'pay_less', 'field': None, 'amount': 500, 'due': 300}
    """
    if type(value) in (list, tuple, set, frozenset):
        return [as_json(item) for item in cast("list[object]", value)]
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value)
        return {str(as_json(key)): as_json(item) for key, item in pairs.items()}
    return adapter(type(value)).dump_python(value, mode="json")
