"""The lifecycle of one invoice as the documentation states it, for one client at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

from histories.history import Answer, Request, View

OPEN = ("issued", "partially_paid")
ALLOWED_IN = {
    "issue": ("draft",),
    "pay": OPEN,
    "notify": OPEN,
    "cancel": ("draft", "issued"),
    "delete": ("draft",),
}
EDITABLE_IN = {
    "comment": ("draft", "issued"),
    "price": ("draft",),
    "note": ("draft", "issued", "partially_paid", "paid", "cancelled"),
}
NOT_FOUND = Answer(404, "invoice_not_found")


class Kept(NamedTuple):
    """The answer to the first request under an idempotency key."""

    key: str
    fingerprint: tuple[str, str, str | None]
    answer: Answer


class Taken(NamedTuple):
    """A payment that the invoice took, and how it was answered."""

    reference: str
    amount: int
    answer: Answer


class State(NamedTuple):
    """Everything about one invoice."""

    view: View | None = None
    """None before it is created and after it is deleted."""
    was_deleted: bool = False
    taken: frozenset[Taken] = frozenset()
    messages: frozenset[str] = frozenset()
    """Those whose ids are known."""
    unseen: int = 0
    """Messages whose ids are not known yet."""
    unnamed: frozenset[str] = frozenset()
    """Ids that a list has shown, of requests whose answers were lost."""
    kept: frozenset[Kept] = frozenset()


EMPTY = State()


def step(state: State, request: Request, answer: Answer | None) -> State | None:
    """The state after the request, or None if it cannot have been answered so.

    Without an answer it is any that the state allows.
    """
    kept = _kept(state, request)
    if kept is None:
        expected, after = _decided(state, request)
        given, after = _known(after, expected, answer)
        if given is None:
            return None
        if request.key is None or given.code == "not_stored":
            return after
        return after._replace(kept=after.kept | {Kept(request.key, request.fingerprint, given)})
    if kept.fingerprint != request.fingerprint:
        return state if answer in (None, Answer(409, "idempotency_key_reused")) else None
    if answer is None:
        return state
    if answer.content in state.unnamed and kept.answer == Answer(answer.status):
        given, after = answer, state._replace(unnamed=state.unnamed - {answer.content})
    else:
        given, after = _known(state, kept.answer, answer)
    if given is None:
        return None
    return after._replace(kept=after.kept - {kept} | {kept._replace(answer=given)})


def expected(state: State, request: Request) -> Answer:
    """The answer that the rules give in a state, for a reader of a counterexample."""
    kept = _kept(state, request)
    if kept is None:
        return _decided(state, request)[0]
    same = kept.fingerprint == request.fingerprint
    return kept.answer if same else Answer(409, "idempotency_key_reused")


def _kept(state: State, request: Request) -> Kept | None:
    return next((one for one in state.kept if one.key == request.key), None)


def _known(state: State, expected: Answer, answer: Answer | None) -> tuple[Answer | None, State]:
    """The answer as it is known now, None if it contradicts the expected one; the state then."""
    if answer is None or answer == expected:
        return expected, state
    if expected == Answer(409, "already_exists") and answer == Answer(409, "not_stored"):
        return answer, state  # two at once: the database refused the second one
    if isinstance(answer.content, str) and expected == Answer(answer.status):
        if state.unseen and answer.content not in state.messages:
            messages = state.messages | {answer.content}
            return answer, state._replace(unseen=state.unseen - 1, messages=messages)
        return None, state
    if expected.content == "messages" and isinstance(answer.content, frozenset):
        new = answer.content - state.messages
        if answer.status == 200 and state.messages <= answer.content and len(new) == state.unseen:
            unnamed = state.unnamed | new
            return answer, state._replace(unseen=0, messages=answer.content, unnamed=unnamed)
    return None, state


def _decided(state: State, request: Request) -> tuple[Answer, State]:
    view, fields = state.view, dict(request.fields)
    if request.kind == "create":
        return _created(state, request)
    if view is None:
        return NOT_FOUND, state
    if request.kind in ("read", "payments", "messages"):
        return _read(state, view, request.kind), state
    if request.version not in (None, view.version):
        return Answer(409, "conflict"), state
    if request.kind == "update":
        return _updated(state, view, fields)
    known = [one for one in state.taken if one.reference == fields.get("reference")]
    for one in known:
        same = one.amount == fields["amount"]
        return one.answer if same else Answer(409, "reference_reused"), state
    if view.status not in ALLOWED_IN[request.kind]:
        return Answer(409, "operation_not_allowed"), state
    match request.kind:
        case "notify":
            return Answer(202), state._replace(unseen=state.unseen + 1)
        case "delete":
            return Answer(204), state._replace(view=None, was_deleted=True)
        case "pay":
            return _paid(state, view, fields)
        case "issue":
            return _changed(state, view._replace(status="issued"))
        case _:
            return _changed(state, view._replace(status="cancelled"))


def _read(state: State, view: View, kind: str) -> Answer:
    match kind:
        case "read":
            return Answer(200, content=view)
        case "payments":
            return Answer(
                200, content=frozenset((one.reference, one.amount) for one in state.taken)
            )
        case _:
            return Answer(200, content="messages")  # compared with the ids in `_known`


def _created(state: State, request: Request) -> tuple[Answer, State]:
    if state.was_deleted:
        return Answer(409, "not_stored"), state
    if state.view is not None:
        return Answer(409, "already_exists"), state
    view = View("draft", 1, dict(request.fields)["price"], 0, None, None)
    return Answer(201, content=view), state._replace(view=view)


def _updated(state: State, view: View, fields: dict[str, Any]) -> tuple[Answer, State]:
    (name, value), *_ = fields.items()
    if view.status not in EDITABLE_IN[name]:
        return Answer(409, "not_editable"), state
    return _changed(state, view._replace(**{"amount" if name == "price" else name: value}))


def _paid(state: State, view: View, fields: dict[str, Any]) -> tuple[Answer, State]:
    paid = view.paid + fields["amount"]
    if paid > view.amount:
        return Answer(422, "overpayment"), state
    status = "paid" if paid == view.amount else "partially_paid"
    answer, after = _changed(state, view._replace(status=status, paid=paid))
    answer = answer._replace(status=201)
    taken = Taken(fields["reference"], fields["amount"], answer)
    return answer, after._replace(taken=after.taken | {taken})


def _changed(state: State, view: View) -> tuple[Answer, State]:
    view = view._replace(version=view.version + 1)
    return Answer(200, content=view), state._replace(view=view)
