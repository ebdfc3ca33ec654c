"""Lifecycles of one's own: the table, guards with every reason, and the diagram."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import pytest
from returns.result import Failure, Success

from billhook import Lifecycle, NotDeclared, Refused, StateGuard, Transition
from billhook_adapters.testing import NOON


class Phase(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Step(StrEnum):
    SEND = "send"
    ACCEPT = "accept"
    DECLINE = "decline"
    ANSWER = "answer"


@dataclass(frozen=True)
class Quote:
    phase: Phase = Phase.DRAFT
    signed: bool = True
    valid_until: datetime = NOON + timedelta(days=30)


@dataclass(frozen=True)
class NotSigned:
    code: str = "not_signed"


@dataclass(frozen=True)
class NoLongerValid:
    until: datetime


Reason = NotSigned | NoLongerValid
ROWS = [
    Transition(Step.SEND, Phase.DRAFT, Phase.SENT),
    Transition(Step.ACCEPT, Phase.SENT, Phase.ACCEPTED),
    Transition(Step.DECLINE, (Phase.DRAFT, Phase.SENT), Phase.DECLINED),
    Transition(Step.ANSWER, Phase.SENT, Phase.ACCEPTED, outcome="yes"),
    Transition(Step.ANSWER, Phase.SENT, Phase.DECLINED, outcome="no"),
]
QUOTES = Lifecycle(Phase, Step, ROWS)


def signed(quote: Quote, step: Step, now: datetime) -> NotSigned | None:
    return NotSigned() if step is Step.ACCEPT and not quote.signed else None


def valid(quote: Quote, step: Step, now: datetime) -> NoLongerValid | None:
    late = step is Step.ACCEPT and now >= quote.valid_until
    return NoLongerValid(quote.valid_until) if late else None


GUARDS: tuple[StateGuard[Quote, Step, Reason], ...] = (signed, valid)
SENT = Quote(Phase.SENT)


def test_the_table_decides_where_an_operation_leads() -> None:
    assert QUOTES.decide(Quote(), Phase.DRAFT, Step.SEND, now=NOON) == Success(Phase.SENT)
    accepted = QUOTES.decide(SENT, SENT.phase, Step.ACCEPT, now=NOON, guards=GUARDS)
    assert accepted == Success(Phase.ACCEPTED)


@pytest.mark.parametrize(("outcome", "to"), [("yes", Phase.ACCEPTED), ("no", Phase.DECLINED)])
def test_an_outcome_distinguishes_where_one_operation_leads(outcome: str, to: Phase) -> None:
    decided = QUOTES.decide(SENT, SENT.phase, Step.ANSWER, now=NOON, outcome=outcome)
    assert decided == Success(to)
    assert QUOTES.sources(Step.ANSWER) == (Phase.SENT,)


def test_undeclared_and_refused_are_two_errors() -> None:
    undeclared = QUOTES.decide(Quote(), Phase.DRAFT, Step.ACCEPT, now=NOON, guards=GUARDS)
    assert undeclared == Failure(NotDeclared(Step.ACCEPT, Phase.DRAFT, (Phase.SENT,)))
    unsigned = replace(SENT, signed=False)
    refused = QUOTES.decide(unsigned, unsigned.phase, Step.ACCEPT, now=NOON, guards=GUARDS)
    assert refused == Failure(Refused(Step.ACCEPT, (NotSigned(),)))


def test_every_guard_that_refuses_gives_its_reason_and_not_only_the_first() -> None:
    late, unsigned = NOON + timedelta(days=31), replace(SENT, signed=False)
    reasons = (NotSigned(), NoLongerValid(SENT.valid_until))
    refused = QUOTES.decide(unsigned, unsigned.phase, Step.ACCEPT, now=late, guards=GUARDS)
    assert refused == Failure(Refused(Step.ACCEPT, reasons))
    explained = QUOTES.explain(unsigned, unsigned.phase, now=late, guards=GUARDS)
    assert explained == {Step.SEND: (NotDeclared(Step.SEND, Phase.SENT, (Phase.DRAFT,)),),
                         Step.ACCEPT: reasons, Step.DECLINE: (), Step.ANSWER: ()}  # fmt: skip


def test_explain_agrees_with_decide_in_every_state() -> None:
    for phase in Phase:
        for quote in (Quote(phase), Quote(phase, signed=False)):
            explained = QUOTES.explain(quote, phase, now=NOON, guards=GUARDS)
            for step in (Step.SEND, Step.ACCEPT, Step.DECLINE):
                decided = QUOTES.decide(quote, phase, step, now=NOON, guards=GUARDS)
                assert isinstance(decided, Success) == (explained[step] == ())


def test_guards_run_once_each_and_in_order() -> None:
    called: list[str] = []

    def first(quote: Quote, step: Step, now: datetime) -> Reason | None:
        called.append(f"first {step} {now:%H}")
        return None

    def second(quote: Quote, step: Step, now: datetime) -> Reason | None:
        called.append("second")
        return None

    QUOTES.decide(SENT, SENT.phase, Step.ACCEPT, now=NOON, guards=(first, second))
    assert called == ["first accept 12", "second"]


@pytest.mark.parametrize("answer", [True, False])
def test_a_guard_that_returns_a_bool_is_a_bug_that_names_the_guard(answer: bool) -> None:
    def paid_up(quote: Quote, step: Step, now: datetime) -> bool | None:
        return answer

    with pytest.raises(TypeError, match=rf"the guard paid_up returned {answer}; return the error"):
        QUOTES.decide(SENT, SENT.phase, Step.ACCEPT, now=NOON, guards=(paid_up,))


def test_what_a_guard_raises_is_not_taken_for_an_answer() -> None:
    def broken(quote: Quote, step: Step, now: datetime) -> Reason | None:
        raise LookupError("no customer")

    with pytest.raises(LookupError, match="no customer"):
        QUOTES.decide(SENT, SENT.phase, Step.ACCEPT, now=NOON, guards=(broken,))


def test_a_row_without_a_target_keeps_the_state() -> None:
    kept = Lifecycle(Phase, Step, [Transition(Step.SEND, Phase)])
    assert dict(kept.next) == {(phase, "send"): phase for phase in Phase}


def test_two_rows_for_one_pair_are_refused() -> None:
    again = [*ROWS, Transition(Step.SEND, Phase.DRAFT, Phase.ACCEPTED)]
    with pytest.raises(ValueError, match="send has 2 rows from draft"):
        Lifecycle(Phase, Step, again)


def test_the_lookup_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        QUOTES.next[Phase.SENT, "send"] = Phase.DRAFT  # type: ignore[index]


def test_the_machine_has_no_trigger_but_its_rows_and_no_model() -> None:
    assert set(QUOTES.machine.events) == {"send", "accept", "decline", "answer_yes", "answer_no"}
    assert QUOTES.machine.models == []


def test_the_diagram_shows_every_move() -> None:
    assert QUOTES.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    draft --> sent: send",
        "    sent --> accepted: accept",
        "    draft --> declined: decline",
        "    sent --> declined: decline",
        "    sent --> accepted: answer_yes",
        "    sent --> declined: answer_no",
    ]


def test_a_name_that_mermaid_does_not_take_is_described() -> None:
    class Odd(StrEnum):
        WAITING = "waiting for review"
        END = "end"

    odd = Lifecycle(Odd, Step, [Transition(Step.SEND, Odd.WAITING, Odd.END)])
    assert odd.mermaid().splitlines() == [
        "stateDiagram-v2",
        '    state "waiting for review" as state_0',
        '    state "end" as state_1',
        "    state_0 --> state_1: send",
    ]


# What users of other libraries report: statesman #254 and machinery #34 (which guard, and why),
# stateless #55, #284 and #422, django-fsm #251 and finite-state-machine #20 (every reason),
# pytransitions #272 (an answer with data) and #326 (values that are false), spring-statemachine
# #205 (a guard that raises is called again), smlang-rs #75 (the state after a refusal).


def test_a_caller_chooses_by_the_guard_that_refused() -> None:
    unsigned = replace(SENT, signed=False)
    decided = QUOTES.decide(unsigned, unsigned.phase, Step.ACCEPT, now=NOON, guards=GUARDS)
    match decided.failure():
        case Refused(reasons=(NotSigned(),)):
            chosen = "send it for signature"
        case _:
            chosen = "another answer"
    assert chosen == "send it for signature"


@pytest.mark.parametrize("reason", ["", 0, ()])
def test_a_reason_that_is_false_is_still_a_reason(reason: object) -> None:
    def refuses(quote: Quote, step: Step, now: datetime) -> object:
        return reason

    decided = QUOTES.decide(SENT, SENT.phase, Step.ACCEPT, now=NOON, guards=(refuses,))
    assert decided == Failure(Refused(Step.ACCEPT, (reason,)))


def test_a_guard_that_raised_is_called_again_and_the_state_is_as_it_was() -> None:
    calls: list[int] = []

    def raises_once(quote: Quote, step: Step, now: datetime) -> Reason | None:
        calls.append(1)
        if len(calls) == 1:
            raise LookupError("not now")
        return None

    with pytest.raises(LookupError):
        QUOTES.decide(SENT, SENT.phase, Step.ACCEPT, now=NOON, guards=(raises_once,))
    decided = QUOTES.decide(SENT, SENT.phase, Step.ACCEPT, now=NOON, guards=(raises_once,))
    assert (decided, len(calls), SENT.phase) == (Success(Phase.ACCEPTED), 2, Phase.SENT)
