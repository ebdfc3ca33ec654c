"""What goes out, in a store: messages to payers and webhook events to endpoints."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billhook.application.ports import Store
from billhook.application.records import ContactHistory, OutboxMessage, Page
from billhook.messaging.delivery import LIVE, DeliveryStatus, MessageId, MessageKey
from billhook.messaging.delivery_reports import ProviderMessageId
from billhook.messaging.webhooks import WebhookEventType
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook_adapters.testing.builders import NOON, a_message, a_webhook_event
from billhook_adapters.testing.contracts.contacts import a_contact, history
from billhook_adapters.testing.contracts.store_suite import StoreSuite, a_key, save

LATER = NOON + timedelta(seconds=1, microseconds=1)


class MessagesSuite(StoreSuite):
    """Messages of a store."""

    @pytest.mark.parametrize("status", list(DeliveryStatus))
    def test_a_message_is_read_back_equal(self, opened: Store, status: DeliveryStatus) -> None:
        message = a_message(
            status=status,
            attempts=3,
            due_at=LATER,
            sent_at=LATER,
            ended_at=LATER,
            reason="451 später",
            provider_id="<abc@provider.example>",
            reminder=3,
            requeued_at=LATER,
        )
        _put(opened, message)
        assert _found(opened, message) == {message.key: message}

    def test_the_shortest_message_is_read_back_equal(self, opened: Store) -> None:
        message = a_message(due_at=None)
        _put(opened, message)
        assert _found(opened, message) == {message.key: message}

    def test_a_message_saved_again_replaces_itself(self, opened: Store) -> None:
        before = a_message(reason="451", due_at=NOON)
        after = a_message(status=DeliveryStatus.SENT, attempts=1, sent_at=LATER, due_at=None)
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

    @pytest.mark.parametrize("status", list(DeliveryStatus))
    def test_the_delivery_of_a_stored_message_is_changed(
        self, opened: Store, status: DeliveryStatus
    ) -> None:
        before, other = a_message(reminder=3), a_message(id="msg_2")
        save(opened, messages={one.key: one for one in (before, other)})
        changes = {
            "status": status,
            "attempts": 4,
            "due_at": LATER,
            "sent_at": LATER,
            "ended_at": LATER,
            "reason": "451 später",
            "provider_id": "<abc@provider.example>",
            "requeued_at": LATER,
        }
        after = before.model_copy(update=changes)
        save(opened, messages={after.key: after}, stored_messages={after.key})
        assert _found(opened, before) == {after.key: after}
        assert _found(opened, other) == {other.key: other}

    def test_a_message_is_found_by_what_its_provider_calls_it(self, opened: Store) -> None:
        mail = a_message("msg_1", provider_id="<abc@provider.example>")
        text = a_message("msg_2", medium=Medium.SMS, provider_id="same")
        _put(opened, mail, text, a_message("msg_3"))
        known, other = (
            ProviderMessageId(Medium.SMS, "same"),
            ProviderMessageId(Medium.EMAIL, "same"),
        )
        hostile = ProviderMessageId(Medium.SMS, "a\x00b\ud800")
        with opened.snapshot() as snapshot:
            assert snapshot.keys_by_provider_id([other, known, hostile]) == {known: text.key}
            assert snapshot.keys_by_provider_id([]) == {}

    def test_messages_about_an_invoice_come_the_oldest_first(self, opened: Store) -> None:
        oldest, middle = a_message("msg_b"), a_message("msg_c")
        newest = a_message("msg_a", requested_at=LATER)
        elsewhere = a_message("msg_d", invoice="inv_2")
        _put(opened, newest, middle, elsewhere)
        _put(opened, oldest)
        with opened.snapshot() as snapshot:
            assert list(snapshot.messages_about((a_key(),)).get(a_key(), ())) == [
                oldest,
                middle,
                newest,
            ]

    def test_pages_of_messages_meet_each_once_and_no_webhook_event(self, opened: Store) -> None:
        first, second = a_message("msg_b"), a_message("msg_c")
        third = a_message("msg_a", requested_at=LATER)
        _put(opened, third, second, first, a_webhook_event(), a_message("msg_d", account="acc_2"))
        behind = (first.requested_at, first.id)
        with opened.snapshot() as snapshot:
            assert list(snapshot.messages_of(a_key(), Page(limit=2))) == [first, second]
            assert list(snapshot.messages_of(a_key(), Page(2, behind))) == [second, third]
            assert list(snapshot.messages_of(a_key(), Page(2, (LATER, third.id)))) == []
            assert list(snapshot.messages_of(a_key(), Page())) == [first, second, third]
            assert list(snapshot.messages_of(a_key("inv_2"), Page())) == []

    def test_messages_about_many_invoices_come_each_with_its_own(self, opened: Store) -> None:
        one, two = a_message("msg_1"), a_message("msg_2", invoice="inv_2")
        newer = a_message("msg_0", requested_at=LATER)
        theirs = a_message("msg_3", account="acc_2")
        _put(opened, newer, two, one, theirs, a_message("msg_4", invoice="inv_3"))
        keys = (a_key("inv_2"), a_key("inv_1"), a_key("inv_none"), theirs.invoice_key)
        with opened.snapshot() as snapshot:
            about = snapshot.messages_about(keys)
            assert {key: list(messages) for key, messages in about.items()} == {
                a_key("inv_1"): [one, newer],
                a_key("inv_2"): [two],
                theirs.invoice_key: [theirs],
            }
            assert snapshot.messages_about(()) == {}

    @pytest.mark.parametrize("status", list(DeliveryStatus))
    @pytest.mark.parametrize("event_type", list(WebhookEventType))
    def test_a_webhook_event_is_read_back_equal(
        self, opened: Store, status: DeliveryStatus, event_type: WebhookEventType
    ) -> None:
        webhook_event = a_webhook_event(
            event_type=event_type,
            version=2**31 - 1,
            webhook_endpoint="sub.1-:_",
            status=status,
            attempts=3,
            due_at=LATER,
            sent_at=LATER,
            ended_at=LATER,
            reason="503 später",
            provider_id="200",
            requeued_at=LATER,
        )
        _put(opened, webhook_event)
        assert _found(opened, webhook_event) == {webhook_event.key: webhook_event}

    def test_the_shortest_webhook_event_is_read_back_equal(self, opened: Store) -> None:
        webhook_event = a_webhook_event(due_at=None, version=0)
        _put(opened, webhook_event)
        assert _found(opened, webhook_event) == {webhook_event.key: webhook_event}

    def test_a_webhook_event_saved_again_replaces_itself(self, opened: Store) -> None:
        before = a_webhook_event(reason="503")
        after = a_webhook_event(status=DeliveryStatus.SENT, attempts=1, sent_at=LATER, due_at=None)
        _put(opened, before)
        _put(opened, after)
        assert _found(opened, before) == {after.key: after}

    def test_messages_and_webhook_events_go_out_of_one_outbox(self, opened: Store) -> None:
        message = a_message(due_at=LATER)
        webhook_event, other = a_webhook_event(), a_webhook_event(account="acc_2", version=3)
        _put(opened, message, webhook_event, other)
        assert _found(opened, webhook_event, message, other) == {
            message.key: message,
            webhook_event.key: webhook_event,
            other.key: other,
        }
        assert set(opened.sendable(NOON, 10)) == {webhook_event.key, other.key}
        assert list(opened.sendable(LATER, 10))[2:] == [message.key]

    @pytest.mark.parametrize("status", sorted(set(DeliveryStatus) - LIVE))
    def test_a_webhook_event_that_has_ended_is_not_sendable(
        self, opened: Store, status: DeliveryStatus
    ) -> None:
        _put(opened, a_webhook_event(status=status, due_at=None))
        assert list(opened.sendable(LATER, 10)) == []

    def test_what_is_deferred_is_sendable_later_and_its_neighbours_at_once(
        self, opened: Store
    ) -> None:
        aside, neighbour, theirs = a_message(), a_message("msg_2"), a_message(account="acc_2")
        _put(opened, aside, neighbour, theirs)
        opened.defer(aside.key, LATER)
        assert set(opened.sendable(NOON, 10)) == {neighbour.key, theirs.key}
        assert list(opened.sendable(LATER, 10))[2:] == [aside.key]

    def test_what_has_ended_is_not_deferred(self, opened: Store) -> None:
        ended = a_message(status=DeliveryStatus.SENT, due_at=None)
        _put(opened, ended)
        opened.defer(ended.key, LATER)
        assert list(opened.sendable(LATER, 10)) == []

    def test_a_webhook_event_is_no_message_to_the_payer(self, opened: Store) -> None:
        message = a_message()
        webhook_event = a_webhook_event(requested_at=LATER, webhook_endpoint="ravi")
        _put(opened, webhook_event)
        with opened.snapshot() as snapshot:
            assert snapshot.messages_about((a_key(),)) == {}
        _put(opened, message)
        with opened.snapshot() as snapshot:
            assert list(snapshot.messages_about((a_key(),))[a_key()]) == [message]

    def test_a_webhook_event_is_not_remembered_of_any_address(self, opened: Store) -> None:
        _put(opened, a_webhook_event(webhook_endpoint="ravi"))
        assert history(opened, a_contact(address="ravi")) == ContactHistory()

    def test_nothing_is_known_about_an_unknown_invoice(self, opened: Store) -> None:
        with opened.snapshot() as snapshot:
            assert list(snapshot.messages_about((a_key("inv_9"),)).get(a_key("inv_9"), ())) == []
            unknown = MessageKey(AccountId("acc_9"), MessageId("msg_1"))
            assert snapshot.messages((unknown,)) == {}


def _put(store: Store, *messages: OutboxMessage) -> None:
    save(store, messages={message.key: message for message in messages})


def _found(store: Store, *messages: OutboxMessage) -> dict[MessageKey, OutboxMessage]:
    with store.snapshot() as snapshot:
        return dict(snapshot.messages([message.key for message in messages]))
