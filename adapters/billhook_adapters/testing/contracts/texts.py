"""Texts in a store: every script is read back as it was given, and no text is ever a command."""

from __future__ import annotations

import unicodedata

import pytest

from billhook.application.ports import Store, StoreConflictError
from billhook.application.records import ContactHistory, PendingWrites, RecordedEvent
from billhook.lifecycle.events import InvoiceCancelled
from billhook.model.account import NumberSeries
from billhook.model.base import AccountId
from billhook.model.invoice import Status
from billhook_adapters.testing.builders import (
    NOON,
    a_customer,
    a_message,
    a_recorded_payment,
    an_account,
    an_invoice,
)
from billhook_adapters.testing.contracts.answers import an_answer, known
from billhook_adapters.testing.contracts.contacts import a_contact, history
from billhook_adapters.testing.contracts.numbers import drawn
from billhook_adapters.testing.contracts.store_suite import (
    ONE,
    StoreSuite,
    a_key,
    add,
    save,
    stored,
)

TEXTS = [
    pytest.param("👩🏽‍🚀🇮🇳❤️", id="emoji"),
    pytest.param("شركة رافي \u202eevil\u202c", id="right-to-left"),
    pytest.param(unicodedata.normalize("NFC", "Zoë Ångström"), id="composed"),
    pytest.param(unicodedata.normalize("NFD", "Zoë Ångström"), id="decomposed"),
    pytest.param("'; DROP TABLE invoices; --", id="sql"),
    pytest.param('"], ["a", "i", $[0] \\u0000 \\', id="json"),
    pytest.param("%_?:name{0}%(x)s", id="patterns"),
    pytest.param("  two  words \u00a0\u3000 ", id="white space"),
    pytest.param("\U0010ffff\uffff\ufeff", id="edges of Unicode"),
]

LOOK_ALIKES = ["key", "KEY", "key ", " key", "k\u00e9y", "ke\u0301y", "kéy\u200b", "key%", "k_y"]


class TextsSuite(StoreSuite):
    """Texts of a store."""

    @pytest.mark.parametrize("text", TEXTS)
    def test_text_is_read_back_as_it_was_given(self, opened: Store, text: str) -> None:
        account = an_account(ONE.id, text)
        invoice = an_invoice(
            customer=a_customer(name=text), description=text, notes={text: text, "other": text}
        )
        message = a_message(reason=text, provider_id=text)
        recorded = RecordedEvent(invoice.key, 1, InvoiceCancelled(NOON), text)
        payment = a_recorded_payment(text)
        answer = an_answer(text)
        contact = a_contact(text)
        save(
            opened,
            accounts={ONE.id: account},
            invoices={invoice.key: (None, invoice)},
            messages={message.key: message},
            events=[recorded],
            payments=[payment],
            idempotency_records=[answer],
            suppressed={contact: "bounced"},
        )
        with opened.snapshot() as snapshot:
            assert snapshot.accounts((ONE.id,)) == {ONE.id: account}
            assert snapshot.invoices((invoice.key,)) == {invoice.key: invoice}
            assert snapshot.messages((message.key,)) == {message.key: message}
            assert list(snapshot.events(invoice.key)) == [recorded]
            assert snapshot.payments((payment.key,)) == {payment.key: payment}
        assert known(opened, answer) == [answer]
        assert history(opened, contact).suppressed == "bounced"

    @pytest.mark.parametrize("text", TEXTS)
    def test_a_series_may_have_any_prefix(self, opened: Store, text: str) -> None:
        series, other = NumberSeries(ONE.id, text), NumberSeries(ONE.id, text + "x")
        drawn(opened, {series: 2, other: 5})
        assert drawn(opened, {series: 1}) == {series: range(3, 4)}

    @pytest.mark.parametrize("text", TEXTS)
    def test_a_stranger_text_finds_nothing(self, opened: Store, text: str) -> None:
        add(opened, an_invoice())
        assert stored(opened, a_key(text)) is None

    def test_keys_that_look_alike_are_different(self, opened: Store) -> None:
        answers = [an_answer(key) for key in LOOK_ALIKES]
        save(opened, idempotency_records=answers[::2])
        assert known(opened, *answers) == answers[::2]

    def test_ids_that_differ_in_case_are_different(self, opened: Store) -> None:
        small, large = an_invoice(id="inv_a"), an_invoice(Status.DRAFT, id="inv_A")
        add(opened, small, large)
        assert (stored(opened, small.key), stored(opened, large.key)) == (small, large)

    @pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "\udfffx"])
    def test_text_that_not_every_database_can_hold_is_refused(
        self, opened: Store, text: str
    ) -> None:
        payment = a_recorded_payment()
        recorded = RecordedEvent(a_key(), 1, InvoiceCancelled(NOON), text)
        for outcome in (
            PendingWrites(payments=[payment], idempotency_records=[an_answer(text)]),
            PendingWrites(payments=[payment], events=[recorded]),
            PendingWrites(payments=[payment], suppressed={a_contact(text): "bounced"}),
        ):
            with pytest.raises(StoreConflictError), opened.transaction() as transaction:
                transaction.save(outcome)
        with opened.snapshot() as snapshot:
            assert snapshot.payments((payment.key,)) == {}

    @pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "\udfffx"])
    def test_text_that_nothing_can_hold_finds_nothing(self, opened: Store, text: str) -> None:
        assert stored(opened, a_key(text)) is None
        assert known(opened, an_answer(text)) == []
        assert history(opened, a_contact(text)) == ContactHistory()
        with opened.snapshot() as snapshot:
            assert list(snapshot.events(a_key(text))) == []
            assert list(snapshot.messages_about((a_key(text),)).get(a_key(text), ())) == []
            assert list(snapshot.unapplied(AccountId(text))) == []
