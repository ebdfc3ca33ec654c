"""Is there an order of the operations, one at a time, that explains every answer?

The search of Wing and Gong with the memory of Lowe: an operation may come next if no other one that
is left had been answered before it was invoked. One without an answer may come at any later point,
or never.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

from histories.history import Operation
from histories.model import EMPTY, State, expected, step

MOST_NODES = 300_000


class UndecidedError(Exception):
    """The search took too long: the history has too many requests without an answer."""


class Violation(NamedTuple):
    """A history that no order explains, up to its first answer that is impossible."""

    history: Sequence[Operation]
    order: Sequence[Operation]
    """An order that explains the most answers."""
    state: State
    """The state after these."""

    def __str__(self) -> str:
        impossible = max(
            (one for one in self.history if one.answer is not None), key=lambda one: one.answered
        )
        lines = ["No order of these operations explains all answers.", "", "invoked, answered:"]
        lines += [f"  {one}" for one in self.history]
        lines += ["", "The order that explains the most of them:"]
        lines += [f"  {one.request} -> {one.answer or 'no answer'}" for one in self.order]
        answer = expected(self.state, impossible.request)
        lines += ["", f"Last came: {impossible.request} -> {impossible.answer}"]
        lines += [f"After that order the rules answer: {answer}", f"in {self.state.view}"]
        return "\n".join(lines)


def violation(history: Sequence[Operation]) -> Violation | None:
    """The shortest part of a history that no order explains, or None if one explains it all."""
    if _search(history).is_explained:
        return None
    times = sorted(one.answered for one in history if one.answer is not None)
    least, most = 0, len(times) - 1
    while least < most:
        middle = (least + most) // 2
        if _search(_until(history, times[middle])).is_explained:
            least = middle + 1
        else:
            most = middle
    part = _until(history, times[least])
    found = _search(part)
    return Violation(part, found.order, found.state)


def _until(history: Sequence[Operation], time: float) -> list[Operation]:
    """What was known at a time."""
    return [
        one if one.answered <= time else one._replace(answered=inf, answer=None)
        for one in history
        if one.invoked <= time
    ]


class _Found(NamedTuple):
    is_explained: bool
    order: Sequence[Operation]
    state: State


class _Node(NamedTuple):
    left: frozenset[int]
    state: State
    path: tuple[int, _Node] | None
    """What came last, and the node before it."""


def _search(history: Sequence[Operation]) -> _Found:
    answered = frozenset(n for n, one in enumerate(history) if one.answer is not None)
    start = _Node(frozenset(range(len(history))), EMPTY, None)
    best, seen, stack = start, {(start.left, start.state)}, [start]
    while stack:
        node = stack.pop()
        waiting = node.left & answered
        if len(waiting) < len(best.left & answered):
            best = node
        if not waiting:
            return _Found(True, _order(history, node), node.state)
        # The last one is tried first: those with an answer, in the order of their answers.
        for after in reversed([*_next(history, node, answered)]):
            if (after.left, after.state) not in seen:
                seen.add((after.left, after.state))
                stack.append(after)
        if len(seen) > MOST_NODES:
            raise UndecidedError
    return _Found(False, _order(history, best), best.state)


def _next(history: Sequence[Operation], node: _Node, answered: frozenset[int]) -> Iterator[_Node]:
    first = min(history[n].answered for n in node.left)
    ready = [n for n in node.left if history[n].invoked < first]
    found = []
    for n in sorted(ready, key=lambda n: (history[n].answered, n)):
        after = step(node.state, history[n].request, history[n].answer)
        if after is None or (n not in answered and after == node.state):
            continue
        following = _Node(node.left - {n}, after, (n, node))
        if after == node.state:
            yield following  # it changes nothing, so it may come first in any order
            return
        found.append(following)
    yield from found


def _order(history: Sequence[Operation], node: _Node) -> list[Operation]:
    order = []
    while node.path is not None:
        number, node = node.path
        order.append(history[number])
    return order[::-1]
