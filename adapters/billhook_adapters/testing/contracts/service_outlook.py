"""What would happen: tried and forecast in transactions of which nothing is stored."""

from __future__ import annotations

from datetime import timedelta

from returns.result import Success

from billhook.application.commands import Issue, Notify, Pay, Send
from billhook.application.ports import Store
from billhook.application.service import InvoiceService
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook.model.reminder_schedule import ReminderSchedule
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing.builders import NOON, a_payment, an_account, open_account
from billhook_adapters.testing.contracts.service_suite import ServiceSuite, events, kept
from billhook_adapters.testing.running import ACCOUNT, drafted, issued

ID = InvoiceId("inv_1")
HOUR = timedelta(hours=1)


class OutlookSuite(ServiceSuite):
    """What-if, forecasts, and invoices as they were."""

    def test_what_is_tried_is_not_stored_and_draws_no_number(
        self, service: InvoiceService, store: Store
    ) -> None:
        draft = drafted(service)
        tried = service.what_if(
            Send(account=ACCOUNT, invoice=ID), Pay(account=ACCOUNT, invoice=ID, payment=a_payment())
        )
        assert [isinstance(result, Success) for result in tried.results] == [True, True]
        assert [(one.number, one.status) for one in tried.invoices] == [
            ("INV-0001", Status.PARTIALLY_PAID)
        ]
        assert kept(store) == draft
        assert events(store) == ["invoice.drafted"]
        assert service.messages(ACCOUNT, ID) == ()
        again = service.execute(Issue(account=ACCOUNT, invoice=ID)).unwrap()
        assert again.number == "INV-0001"
        paid = service.execute(Pay(account=ACCOUNT, invoice=ID, payment=a_payment())).unwrap()
        assert paid.status is Status.PARTIALLY_PAID

    def test_a_forecast_is_not_stored(self, service: InvoiceService, store: Store) -> None:
        schedule = ReminderSchedule(before=[HOUR], after=[HOUR])
        open_account(service, an_account(ACCOUNT, reminders=schedule))
        issued(service, due_by=NOON + 5 * HOUR)
        service.execute(Notify(account=ACCOUNT, invoice=ID, medium=Medium.SMS)).unwrap()
        before = events(store), service.messages(ACCOUNT, ID), service.reminders(ACCOUNT, ID)
        forecast = service.forecast(ACCOUNT, ID).unwrap()
        assert [(one.at - NOON, str(one.medium), one.reminder) for one in forecast] == [
            (timedelta(0), "sms", None),
            (4 * HOUR, "email", 1),
            (4 * HOUR, "sms", 1),
            (6 * HOUR, "email", 2),
            (6 * HOUR, "sms", 2),
        ]
        after = events(store), service.messages(ACCOUNT, ID), service.reminders(ACCOUNT, ID)
        assert after == before
        assert service.forecast(ACCOUNT, ID).unwrap() == forecast

    def test_an_invoice_is_shown_as_it_was(
        self, service: InvoiceService, clock: SettableClock
    ) -> None:
        invoice = issued(service)
        clock.set(NOON + HOUR)
        paid = service.execute(Pay(account=ACCOUNT, invoice=ID, payment=a_payment())).unwrap()
        assert service.get_at(ACCOUNT, ID, NOON + HOUR / 2) == Success(invoice)
        assert service.get_at(ACCOUNT, ID, NOON + HOUR) == Success(paid)
