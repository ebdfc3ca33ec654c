"""What a store remembers of an address: whether it may be written to, and the last message."""

from __future__ import annotations

from datetime import timedelta

from billhook.application.ports import Store
from billhook.application.records import Contact, ContactHistory
from billhook.messaging.delivery import DeliveryStatus
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook_adapters.testing.builders import NOON, a_message
from billhook_adapters.testing.contracts.store_suite import StoreSuite, save

LATER = NOON + timedelta(microseconds=1)


class ContactsSuite(StoreSuite):
    """Histories and suppressions of a store."""

    def test_a_stranger_has_no_history(self, opened: Store) -> None:
        assert history(opened, a_contact()) == ContactHistory()

    def test_the_last_requested_message_is_remembered(self, opened: Store) -> None:
        for at, name in ((LATER, "msg_1"), (NOON, "msg_2")):
            message = a_message(name, requested_at=at, status=DeliveryStatus.FAILED, due_at=None)
            save(opened, messages={message.key: message})
        assert history(opened, a_contact()) == ContactHistory(None, LATER)

    def test_messages_by_another_medium_or_to_another_address_do_not_count(
        self, opened: Store
    ) -> None:
        message = a_message()
        save(opened, messages={message.key: message})
        assert history(opened, a_contact(medium=Medium.SMS)) == ContactHistory()
        assert history(opened, a_contact("ada@example.com")) == ContactHistory()

    def test_a_suppression_stands_until_it_is_lifted(self, opened: Store) -> None:
        contact, neighbour = a_contact(), a_contact("ada@example.com")
        save(opened, suppressed={contact: "bounced", neighbour: "complained"})
        assert history(opened, contact) == ContactHistory("bounced")
        save(opened, suppressed={contact: "opted_out"})
        assert history(opened, contact) == ContactHistory("opted_out")
        save(opened, suppressed={contact: None})
        assert history(opened, contact) == ContactHistory()
        assert history(opened, neighbour) == ContactHistory("complained")

    def test_lifting_what_never_stood_changes_nothing(self, opened: Store) -> None:
        save(opened, suppressed={a_contact(): None})
        assert history(opened, a_contact()) == ContactHistory()

    def test_every_spelling_of_an_address_has_one_history(self, opened: Store) -> None:
        message = a_message(address="Ravi@BÜCHER.example")
        save(
            opened,
            messages={message.key: message},
            suppressed={a_contact("RAVI@bu\u0308cher.example"): "opted_out"},
        )
        contact = a_contact("ravi@xn--bcher-kva.example")
        assert history(opened, contact) == ContactHistory("opted_out", NOON)
        with opened.snapshot() as snapshot:
            assert snapshot.messages((message.key,)) == {message.key: message}

    def test_many_addresses_are_read_at_once(self, opened: Store) -> None:
        message = a_message()
        suppressed = a_contact("+919876543210", Medium.SMS)
        save(opened, messages={message.key: message}, suppressed={suppressed: "opted_out"})
        contacts = [a_contact("ada@example.com"), suppressed, a_contact(), suppressed]
        with opened.snapshot() as snapshot:
            found = snapshot.histories(contacts)
        assert [found.get(contact, ContactHistory()) for contact in contacts] == [
            ContactHistory(),
            ContactHistory("opted_out"),
            ContactHistory(None, NOON),
            ContactHistory("opted_out"),
        ]


def a_contact(
    address: str = "ravi@example.com", medium: Medium = Medium.EMAIL, account: str = "acc_1"
) -> Contact:
    """An address by a medium, within an account."""
    return Contact(AccountId(account), medium, address)


def history(store: Store, contact: Contact) -> ContactHistory:
    """What the store remembers of a contact."""
    with store.snapshot() as snapshot:
        return snapshot.histories((contact,)).get(contact, ContactHistory())
