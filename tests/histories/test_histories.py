"""The checker itself: what it accepts, what it refuses, and that it catches bugs of the service."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from math import inf
from pathlib import Path

import pytest

from histories.history import Answer, Operation, Request, View
from histories.linearizability import violation
from histories.run import QUIET, checked

HERE = Path(__file__).parent
BUGS = sorted(path.stem for path in (HERE / "bugs").glob("*.py"))
CREATE = Request("create", "POST", "/", fields=(("price", 300),))
READ = Request("read", "GET", "/")
NOTIFY = Request("notify", "POST", "/", key="k")
DRAFT = View("draft", 1, 300, 0, None, None)
ISSUED = DRAFT._replace(status="issued", version=2)
CREATED = Operation("a", CREATE, 0, 1, Answer(201, content=DRAFT))


def comment(text: str, version: int | None = None) -> Request:
    return Request("update", "PATCH", "/", text, version=version, fields=(("comment", text),))


def commented(text: str, version: int) -> Answer:
    return Answer(200, content=DRAFT._replace(comment=text, version=version))


def pay(amount: int, key: str | None = None) -> Request:
    return Request("pay", "POST", "/", key=key, fields=(("amount", amount), ("reference", "r")))


def operations(*given: tuple[Request, float, Answer | None]) -> list[Operation]:
    """Each is answered one second after it was invoked, or never."""
    return [
        Operation("b", request, at, inf if answer is None else at + 1, answer)
        for request, at, answer in given
    ]


def test_nothing_of_the_product_is_imported() -> None:
    sources = [*HERE.glob("*.py"), HERE.parent / "postgresql_server.py"]
    packages = {name.split(".")[0] for source in sources for name in imported(source)}
    assert packages & {"billhook", "billhook_adapters"} == set()
    of_tests = {path.stem for path in HERE.parent.iterdir()} - sys.stdlib_module_names
    assert packages & of_tests == {"histories", "postgresql_server"}


def imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None
            yield node.module
        elif isinstance(node, ast.Name):
            assert node.id not in ("__import__", "import_module"), source


def test_updates_at_the_same_time_may_come_in_either_order() -> None:
    two = operations((comment("x"), 2, commented("x", 3)), (comment("y"), 2.5, commented("y", 2)))
    assert violation([CREATED, *two]) is None


def test_an_answer_before_another_request_binds_the_order() -> None:
    two = operations((comment("x"), 2, commented("x", 3)), (comment("y"), 4, commented("y", 2)))
    found = violation([CREATED, *two])
    assert found is not None
    assert "No order" in str(found)


def test_two_updates_of_one_version_are_a_lost_update() -> None:
    first, second = comment("x", version=1), comment("y", version=1)
    two = operations((first, 2, commented("x", 2)), (second, 2, commented("y", 2)))
    assert violation([CREATED, *two]) is not None


def test_what_a_lost_answer_did_may_be_seen_later_or_never() -> None:
    lost = operations((comment("x"), 2, None))
    old = operations((READ, 3, Answer(200, content=DRAFT)))
    new = operations((READ, 9, commented("x", 2)))
    assert violation([CREATED, *lost, *old]) is None
    assert violation([CREATED, *lost, *old, *new]) is None
    back = operations((READ, 12, Answer(200, content=DRAFT)))
    assert violation([CREATED, *lost, *new, *back]) is not None


def test_what_was_acknowledged_is_never_lost() -> None:
    done = operations((comment("x"), 2, commented("x", 2)))
    assert violation([CREATED, *done, *operations((READ, 4, Answer(404, "invoice_not_found")))])


@pytest.fixture
def issued() -> list[Operation]:
    issue = Request("issue", "POST", "/issue")
    return [CREATED, *operations((issue, 2, Answer(200, content=ISSUED)))]


def test_a_key_has_one_effect_also_where_its_first_answer_was_lost(
    issued: list[Operation],
) -> None:
    given = Answer(202, content="msg_1")
    lost, listed = (NOTIFY, 4, None), Request("messages", "GET", "/messages")
    again = operations(lost, (NOTIFY, 6, given), (NOTIFY, 8, given))
    for ids, is_explained in ((["msg_1"], True), (["msg_1", "msg_2"], False), ([], False)):
        seen = operations((listed, 10, Answer(200, content=frozenset(ids))))
        assert (violation([*issued, *again, *seen]) is None) is is_explained
    other = operations((NOTIFY, 10, Answer(202, content="msg_2")))
    assert violation([*issued, *again, *other]) is not None


def test_a_list_may_show_what_a_lost_answer_did_before_the_key_is_repeated(
    issued: list[Operation],
) -> None:
    listed = Request("messages", "GET", "/messages")
    seen = operations((NOTIFY, 4, None), (listed, 6, Answer(200, content=frozenset(["msg_1"]))))
    for name, is_explained in (("msg_1", True), ("msg_2", False)):
        again = operations((NOTIFY, 8, Answer(202, content=name)))
        assert (violation([*issued, *seen, *again]) is None) is is_explained
    unkeyed = operations((NOTIFY._replace(key=None), 8, Answer(202, content="msg_1")))
    assert violation([*issued, *seen, *unkeyed]) is not None


def test_a_reference_is_paid_once(issued: list[Operation]) -> None:
    part = Answer(201, content=ISSUED._replace(status="partially_paid", version=3, paid=100))
    assert violation([*issued, *operations((pay(100), 4, part), (pay(100), 6, part))]) is None
    twice = Answer(201, content=ISSUED._replace(status="partially_paid", version=4, paid=200))
    assert violation([*issued, *operations((pay(100), 4, part), (pay(100), 6, twice))]) is not None


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_of_the_service_is_caught(bug: str) -> None:
    _, wrong = checked("sqlite", 60, 1, (str(HERE / "bugs" / f"{bug}.py"),), QUIET)
    assert wrong


def test_there_are_four_bugs() -> None:
    assert len(BUGS) == 4
