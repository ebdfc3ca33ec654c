"""The contracts of a sender."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import get_args

import pytest
from returns.pipeline import is_successful
from returns.result import Failure, Success

from billhook.application.ports import Sender
from billhook.messaging.delivery import Accepted, Permanent, SendError, Transient, Unknown
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook_adapters.testing.builders import a_customer, a_document, a_message, an_invoice

HOSTILE = ["Acme", "", "A\r\nBcc: ada@example.com", "شركة \u202e", "👩🏽‍🚀" * 60, "<b>&amp;</b>"]


class SenderContract:
    """What every sender does. Provide `sender`, and `broken_sender`, which reaches no provider.

    class TestMySender(SenderContract):
        medium = Medium.SMS

        @pytest.fixture
        def sender(self, server):
            return MySender(server.url)

        @pytest.fixture
        def broken_sender(self):
            return MySender("http://127.0.0.1:1")
    """

    medium = Medium.EMAIL
    """The medium that the sender speaks."""

    @pytest.fixture
    def sender(self) -> Sender:
        raise NotImplementedError("give the suite a fixture `sender`")

    @pytest.fixture
    def broken_sender(self) -> Sender:
        raise NotImplementedError("give the suite a fixture `broken_sender`")

    def message(self, id: str = "msg_1") -> Message:
        """A message by the sender's medium."""
        address = a_document().address(self.medium)
        return a_message(id, medium=self.medium, address=address)

    def test_a_message_is_accepted(self, sender: Sender) -> None:
        answer = sender.send(self.message(), an_invoice(), "Acme")
        assert isinstance(answer, Success)
        assert isinstance(answer.unwrap(), Accepted)

    def test_a_message_sent_again_is_accepted_again(self, sender: Sender) -> None:
        answers = [sender.send(self.message(), an_invoice(), "Acme") for _ in range(2)]
        assert [type(answer) for answer in answers] == [Success, Success]

    @pytest.mark.parametrize("seller", HOSTILE)
    def test_no_text_makes_a_sender_raise(self, sender: Sender, seller: str) -> None:
        payer = a_customer().model_copy(update={"name": seller or None})
        hostile = an_invoice(customer=payer, description=seller)
        answer = sender.send(self.message(), hostile, seller)
        assert isinstance(answer, (Success, Failure))

    def test_a_provider_out_of_reach_is_an_error_and_no_exception(
        self, broken_sender: Sender
    ) -> None:
        answer = broken_sender.send(self.message(), an_invoice(), "Acme")
        assert isinstance(answer, Failure)
        assert isinstance(answer.failure(), get_args(SendError))


class SenderErrorsContract(SenderContract):
    """A sender that says of each failure what may be done about it.

    Provide `refused_sender`, whose provider refuses every message for good, and
    `unanswered_sender`, whose provider takes a message and breaks the connection before it answers.
    An engine tries again after `Transient` and `Unknown`, and never after `Permanent`.
    """

    @pytest.fixture
    def refused_sender(self) -> Sender:
        raise NotImplementedError("give the suite a fixture `refused_sender`")

    @pytest.fixture
    def unanswered_sender(self) -> Sender:
        raise NotImplementedError("give the suite a fixture `unanswered_sender`")

    def test_a_provider_out_of_reach_is_transient(self, broken_sender: Sender) -> None:
        assert isinstance(self._error(broken_sender), Transient)

    def test_a_refusal_for_good_is_permanent(self, refused_sender: Sender) -> None:
        assert isinstance(self._error(refused_sender), Permanent)

    def test_a_message_that_may_have_gone_out_is_unknown(self, unanswered_sender: Sender) -> None:
        assert isinstance(self._error(unanswered_sender), Unknown)

    def _error(self, sender: Sender) -> SendError:
        answer = sender.send(self.message(), an_invoice(), "Acme")
        assert not is_successful(answer)
        return answer.failure()


class OnceSenderContract(SenderContract):
    """A sender whose provider distinguishes two copies of one message from two messages.

    Provide `received` as well: it answers all that the recipients have seen so far.
    """

    @pytest.fixture
    def received(self) -> Callable[[], Sequence[object]]:
        raise NotImplementedError("give the suite a fixture `received`")

    def test_a_message_sent_again_is_seen_once(
        self, sender: Sender, received: Callable[[], Sequence[object]]
    ) -> None:
        for _ in range(3):
            sender.send(self.message(), an_invoice(), "Acme")
        assert len(received()) == 1

    def test_every_message_is_seen(
        self, sender: Sender, received: Callable[[], Sequence[object]]
    ) -> None:
        for name in ("msg_1", "msg_2"):
            sender.send(self.message(name), an_invoice(), "Acme")
        assert len(received()) == 2

    def test_what_was_not_accepted_is_not_seen(
        self, broken_sender: Sender, received: Callable[[], Sequence[object]]
    ) -> None:
        broken_sender.send(self.message(), an_invoice(), "Acme")
        assert list(received()) == []
