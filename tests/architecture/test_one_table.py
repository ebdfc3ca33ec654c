"""Nothing but the lifecycle's tables and the invoice's validator names a status to decide anything.

An adapter may translate a status into words, in the files that are listed here.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import billhook_adapters
from billhook.lifecycle import apply
from billhook.model.invoice import Status

DOMAIN = Path(apply.__file__).parents[1]
ADAPTERS = Path(billhook_adapters.__path__[0])

TABLES = ("transitions.py", "invoice.py", "examples.py", "errors.py")

TRANSLATIONS = {
    "documents/invoice_view.py": "the phrase that a page shows for a status",
    "documents/sample.py": "an invoice made up for previews",
    "http/highlevel/errors.py": "the vendor's sentence for an operation in a status",
    "http/highlevel/field_mapping.py": "the vendor's word for a status",
    "http/razorpay/exports.py": "what must have happened to an exported invoice in a status",
}
"""The files of the adapters that name a status, and what for."""

_NAMES = {*Status.__members__, "OPEN"}
_WORDS = {status.value for status in Status}


def statuses_named(source: str) -> set[tuple[str, str]]:
    """Each status that a source names, with the function or class that names it.

    Also where one is compared with, or matched, as text.
    """
    named: set[tuple[str, str]] = set()
    for top in ast.parse(source).body:
        where = getattr(top, "name", "")
        for node in ast.walk(top):
            match node:
                case ast.Attribute(value=value, attr=attr) if ast.unparse(value) == "Status":
                    named.add((where, attr))
                case ast.ImportFrom(module="billhook.lifecycle.transitions", names=names):
                    named |= {("import", alias.name) for alias in names}
                case ast.Compare(left=left, comparators=others) if any(
                    map(_is_status, (left, *others))
                ):
                    named |= {
                        (where, one.value.upper())
                        for one in (left, *others)
                        if isinstance(one, ast.Constant) and one.value in _WORDS
                    }
                case ast.Match(subject=subject, cases=cases) if _is_status(subject):
                    constants = (one for case in cases for one in ast.walk(case.pattern))
                    named |= {
                        (where, one.value.upper())
                        for one in constants
                        if isinstance(one, ast.Constant) and one.value in _WORDS
                    }
                case _:
                    pass
    return {(where, name) for where, name in named if name in _NAMES}


def _is_status(node: ast.expr) -> bool:
    return getattr(node, "attr", getattr(node, "id", "")) == "status"


def test_only_the_tables_and_the_validator_of_the_domain_name_a_status() -> None:
    named = {
        (module.name, *place)
        for module in DOMAIN.rglob("*.py")
        if module.name not in TABLES
        for place in statuses_named(module.read_text())
    }
    assert named == {(Path(apply.__file__).name, "_drafted", "DRAFT")}


def test_an_adapter_names_a_status_only_to_translate_it() -> None:
    naming = {
        module.relative_to(ADAPTERS).as_posix()
        for module in ADAPTERS.rglob("*.py")
        if module.relative_to(ADAPTERS).parts[0] != "testing"  # contracts assert what is decided
        and statuses_named(module.read_text())
    }
    assert naming == {*TRANSLATIONS}


@pytest.mark.parametrize(
    "source",
    [
        "def f(invoice): return invoice.status is Status.PAID",
        "from billhook.lifecycle.transitions import OPEN",
        "def f(invoice): return invoice.status == 'paid'",
        "def f(invoice): return invoice.status in (Status.ISSUED,)",
        "def f(status):\n  match status:\n    case 'draft': return 1",
    ],
)
def test_a_status_that_is_named_is_seen(source: str) -> None:
    assert statuses_named(source)
