"""The faults of a sandbox: how its providers, and its APIs themselves, fail on request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from random import Random
from threading import Lock
from types import MappingProxyType
from typing import Annotated, NamedTuple, Self

from pydantic import Field, Strict, model_validator
from returns.result import Failure, Result

from billhook.application.ports import Sender
from billhook.messaging.delivery import Accepted, Permanent, SendError, Transient, Unknown
from billhook.messaging.message import Message
from billhook.model.base import Text, Value
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice

MOST_FAULTS = 100
"""Faults that may be set at once."""


class FaultKind(StrEnum):
    """What goes wrong: the first three at a provider of messages, the others in an API."""

    TRANSIENT = "transient"
    """The provider fails, and may take the message later."""
    PERMANENT = "permanent"
    """The provider refuses the message for good."""
    UNKNOWN = "unknown"
    """The provider does not say whether it took the message."""
    RATE_LIMITED = "rate_limited"
    """429 with Retry-After; nothing is done."""
    SERVER_ERROR = "server_error"
    """500 in the format of the API; nothing is done."""
    BAD_GATEWAY = "bad_gateway"
    """502 as HTML, as a proxy sends it; nothing is done."""
    GATEWAY_TIMEOUT = "gateway_timeout"
    """504 as HTML, as a proxy sends it; nothing is done."""
    NO_ANSWER = "no_answer"
    """Nothing is done, and nothing is answered until the client goes away."""
    SLOW = "slow"
    """All is done and answered, some seconds late."""
    ANSWER_LOST = "answer_lost"
    """All is done, but the client gets a 504, as from a proxy that waited too short."""


AT_PROVIDERS: Mapping[FaultKind, SendError] = MappingProxyType(
    {
        FaultKind.TRANSIENT: Transient("requested at /sandbox"),
        FaultKind.PERMANENT: Permanent("requested at /sandbox"),
        FaultKind.UNKNOWN: Unknown("requested at /sandbox"),
    }
)


class Fault(Value):
    """A fault: of a medium's provider, or of the APIs where no medium is given.

    It meets the next `times` messages or requests, or, with `rate`, this part of all of them. `to`
    restricts it to one address; `method` and `path` to requests of this method, at this path or
    below it, where a `*` is any one segment.
    """

    medium: Medium | None = None
    fault: FaultKind
    times: Annotated[int, Strict(), Field(ge=1, le=1000)] | None = None
    rate: Annotated[float, Field(gt=0, le=1)] | None = None
    to: Annotated[Text, Field(min_length=1, max_length=320)] | None = None
    method: Annotated[Text, Field(pattern=r"\A[A-Z]{1,16}\z")] | None = None
    path: Annotated[Text, Field(pattern=r"\A/", max_length=200)] | None = None
    seconds: Annotated[int, Strict(), Field(ge=0, le=60)] = 1
    """Of a slow answer, and of the Retry-After of `rate_limited`."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.fault in AT_PROVIDERS) != (self.medium is not None):
            providers = ", ".join(AT_PROVIDERS)
            raise ValueError(f"{providers} go with medium, and the other faults without it")
        if self.times is not None and self.rate is not None:
            raise ValueError("give either times or rate")
        if self.medium is None and self.to is not None:
            raise ValueError("to goes with medium")
        if self.medium is not None and (self.method is not None or self.path is not None):
            raise ValueError("method and path go with a fault without medium")
        return self

    def concerns_message(self, message: Message) -> bool:
        """Whether it may meet a message."""
        return self.medium is message.medium and self.to in (None, message.address)

    def concerns_request(self, method: str, path: str) -> bool:
        """Whether it may meet a request."""
        if self.medium is not None or self.method not in (None, method):
            return False
        wanted = [] if self.path is None else self.path.strip("/").split("/")
        segments = path.strip("/").split("/")
        return len(segments) >= len(wanted) and all(
            one in ("*", segment) for one, segment in zip(wanted, segments, strict=False)
        )


class SetFault(NamedTuple):
    """A fault that is set, and how often it still happens; None where it goes by its rate."""

    id: int
    fault: Fault
    left: int | None


class Faults:
    """The faults that are set. Where several concern a message or a request, the oldest counts.

    Which messages and requests a `rate` meets follows from the order of these alone.
    """

    def __init__(self) -> None:
        self._set: dict[int, SetFault] = {}
        self._last, self._random, self._lock = 0, Random(0), Lock()  # noqa: S311  # no secret

    def __iter__(self) -> Iterator[SetFault]:
        """The faults that are set, the oldest first."""
        return iter([*self._set.values()])

    def add(self, fault: Fault) -> SetFault | None:
        """Set a fault; None where as many are set as may be."""
        with self._lock:
            if len(self._set) >= MOST_FAULTS:
                return None
            left = None if fault.rate is not None else fault.times or 1
            self._last += 1
            added = SetFault(self._last, fault, left)
            self._set[added.id] = added
            return added

    def remove(self, fault: int) -> bool:
        """Let one happen no more; whether there was one of this id."""
        with self._lock:
            return self._set.pop(fault, None) is not None

    def clear(self) -> None:
        """Let none happen any more."""
        with self._lock:
            self._set.clear()

    def of_message(self, message: Message) -> SendError | None:
        """How sending a message fails now; None where it does not."""
        found = self._next(lambda fault: fault.concerns_message(message))
        return None if found is None else AT_PROVIDERS[found.fault]

    def of_request(self, method: str, path: str) -> Fault | None:
        """How a request fails now; None where it does not."""
        return self._next(lambda fault: fault.concerns_request(method, path))

    def copied(self) -> Faults:
        """The same faults, which happen apart from these."""
        copy = Faults()
        with self._lock:
            copy._set = dict(self._set)
            copy._last = self._last
            copy._random.setstate(self._random.getstate())
        return copy

    def _next(self, concerned: Callable[[Fault], bool]) -> Fault | None:
        with self._lock:
            for one in [*self._set.values()]:
                if not concerned(one.fault):
                    continue
                if one.left is None:
                    if self._random.random() < (one.fault.rate or 0):
                        return one.fault
                    continue
                if one.left == 1:
                    del self._set[one.id]
                else:
                    self._set[one.id] = one._replace(left=one.left - 1)
                return one.fault
        return None


class FaultySender:
    """A sender that fails where a fault is set, and hands all else to another one."""

    def __init__(self, sender: Sender, faults: Faults) -> None:
        self._sender, self._faults = sender, faults

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Send the message, unless it meets a fault."""
        fault = self._faults.of_message(message)
        return self._sender.send(message, invoice, seller) if fault is None else Failure(fault)
