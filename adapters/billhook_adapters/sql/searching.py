"""The statement of a search: one condition for each that is given, and pages by key or by count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from billhook.application.records import Search
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.overdue import PAYABLE
from billhook.lifecycle.transitions import NEXT, sources
from billhook.model.base import AccountId
from billhook_adapters.sql import tables as t
from billhook_adapters.system.instants import some

_i = t.invoices.c
(_EXPIRED,) = {NEXT[status, Operation.EXPIRE] for status in sources(Operation.EXPIRE)}


def searching(account: AccountId, search: Search, now: datetime) -> Select[Any]:
    """The invoices of an account that a search wants, in its order."""
    wanted = select(t.invoices).where(*_conditions(account, search, now))
    made = tuple_(_i.created_at, _i.id)
    if search.after is not None:
        created_at, last = search.after
        last_row = tuple_(some(created_at), last)
        wanted = wanted.where(made > last_row if search.oldest_first else made < last_row)
    by = (_i.dated_at if search.by_date else _i.created_at), _i.id
    order = by if search.oldest_first else [column.desc() for column in by]
    return wanted.order_by(*order).limit(search.limit).offset(search.skip)


def searching_ids(account: AccountId, search: Search, now: datetime) -> Select[str]:
    """The ids of the invoices of an account that a search wants, in its order."""
    return searching(account, search, now).with_only_columns(_i.id)


def counting(account: AccountId, search: Search, now: datetime) -> Select[int]:
    """How many invoices of an account a search wants."""
    return select(func.count()).select_from(t.invoices).where(*_conditions(account, search, now))


def _conditions(account: AccountId, search: Search, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_i.account == account, _i.deleted_at.is_(None)]
    if search.statuses is not None:
        open_in = sources(Operation.EXPIRE)
        overdue = and_(_i.status.in_(open_in), _i.expire_by <= some(now))
        conditions.append(case((overdue, _EXPIRED), else_=_i.status).in_(sorted(search.statuses)))
    if search.receipt is not None:
        conditions.append(_i.receipt == search.receipt)
    if search.customer is not None:
        conditions.append(_i.customer == search.customer)
    if search.payment is not None:
        paid = t.payments.c
        conditions.append(
            exists().where(
                paid.account == account,
                paid.reference == search.payment,
                paid.invoice == _i.id,
                paid.version.is_not(None),
            )
        )
    if search.created_from is not None:
        conditions.append(_i.created_at >= some(search.created_from))
    if search.created_to is not None:
        conditions.append(_i.created_at <= some(search.created_to))
    if search.dated_from is not None:
        conditions.append(_i.dated_at >= some(search.dated_from))
    if search.dated_to is not None:
        conditions.append(_i.dated_at <= some(search.dated_to))
    if search.overdue is not None:
        unexpired = or_(_i.expire_by.is_(None), _i.expire_by > some(now))
        overdue = and_(_i.status.in_(PAYABLE), _i.due_by.is_not(None), _i.due_by <= some(now))
        wanted = and_(overdue, unexpired)
        conditions.append(wanted if search.overdue else not_(wanted))
    if search.live is not None:
        conditions.append(_i.live.is_(search.live))
    return [*conditions, *_text_conditions(search)]


def _text_conditions(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.search_text is not None:
        yield _contains(_i.search_text, search.search_text)
    if search.extra is not None:
        yield _contains(_i.extras, f"\n{search.extra}\n")
    if search.without_extra is not None:
        yield not_(_contains(_i.extras, f"\n{search.without_extra}\n"))


def _contains(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    return _Contains(column, literal(text), column.contains(text, autoescape=True))


class _Contains(FunctionElement[bool]):
    """That a column contains a text: its clauses are both of them, and the same as a LIKE.

    SQLite's LIKE may compare each character of the one with each of the other. PostgreSQL has
    an index for LIKE, where the operator made it.
    """

    name = "contains"
    type = Boolean()
    inherit_cache = True


@compiles(_Contains, "sqlite")
def _contains_on_sqlite(element: _Contains, compiler: SQLCompiler, **given: Any) -> str:
    column, text, _ = element.clauses
    return f"instr({compiler.process(column, **given)}, {compiler.process(text, **given)}) > 0"


@compiles(_Contains, "postgresql")
def _contains_on_postgresql(element: _Contains, compiler: SQLCompiler, **given: Any) -> str:
    *_, like = element.clauses
    return compiler.process(like, **given)
