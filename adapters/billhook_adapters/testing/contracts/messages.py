"""Messages in a store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billhook.account import AccountId
from billhook.delivery import Delivery, MessageId, MessageKey
from billhook.message import Message
from billhook.ports import Store
from billhook.records import Outbound
from billhook_adapters.testing.builders import NOON, a_message
from billhook_adapters.testing.contracts.store_suite import StoreSuite, a_key, save

LATER = NOON + timedelta(seconds=1, microseconds=1)


class MessagesSuite(StoreSuite):
    """Messages of a store."""

    @pytest.mark.parametrize("status", list(Delivery))
    def test_a_message_comes_back_equal(self, opened: Store, status: Delivery) -> None:
        message = a_message(
            status=status,
            attempts=3,
            due_at=LATER,
            sent_at=LATER,
            ended_at=LATER,
            reason="451 später",
            provider_id="<abc@provider.example>",
        )
        _put(opened, message)
        assert _found(opened, message) == {message.key: message}

    def test_the_shortest_message_comes_back_equal(self, opened: Store) -> None:
        message = a_message(due_at=None)
        _put(opened, message)
        assert _found(opened, message) == {message.key: message}

    def test_a_message_saved_again_replaces_itself(self, opened: Store) -> None:
        before = a_message(reason="451", due_at=NOON)
        after = a_message(status=Delivery.SENT, attempts=1, sent_at=LATER, due_at=None)
        _put(opened, before)
        _put(opened, after)
        assert _found(opened, before) == {after.key: after}

    def test_new_and_known_messages_go_into_one_save(self, opened: Store) -> None:
        known = [a_message(f"msg_{n}") for n in range(40)]
        _put(opened, *known)
        moved = [a_message(f"msg_{n}", attempts=1) for n in range(20)]
        new = [a_message(f"new_{n}") for n in range(40)]
        _put(opened, *moved, *new)
        everything = [*moved, *known[20:], *new]
        assert _found(opened, *everything) == {message.key: message for message in everything}

    def test_unknown_messages_are_absent(self, opened: Store) -> None:
        assert _found(opened, a_message()) == {}

    def test_messages_about_an_invoice_come_the_oldest_first(self, opened: Store) -> None:
        oldest, middle = a_message("msg_b"), a_message("msg_c")
        newest = a_message("msg_a", requested_at=LATER)
        elsewhere = a_message("msg_d", invoice="inv_2")
        _put(opened, newest, middle, elsewhere)
        _put(opened, oldest)
        with opened.snapshot() as view:
            assert list(view.messages_about((a_key(),)).get(a_key(), ())) == [
                oldest,
                middle,
                newest,
            ]

    def test_nothing_is_known_about_an_unknown_invoice(self, opened: Store) -> None:
        with opened.snapshot() as view:
            assert list(view.messages_about((a_key("inv_9"),)).get(a_key("inv_9"), ())) == []
            unknown = MessageKey(AccountId("acc_9"), MessageId("msg_1"))
            assert view.messages((unknown,)) == {}


def _put(store: Store, *messages: Message) -> None:
    save(store, messages={message.key: message for message in messages})


def _found(store: Store, *messages: Message) -> dict[MessageKey, Outbound]:
    with store.snapshot() as view:
        return dict(view.messages([message.key for message in messages]))
