"""The service without a look at the payments that it has: a repeated one counts again."""

import sys

from billhook.application import commands, payments
from billhook.application.records import PaymentKey
from billhook_adapters.cli.main import main

settle = payments.settle


def careless(context, invoice_id, payment, *, keep_refused):  # type: ignore[no-untyped-def]  # replaces a function of the product
    """Apply the payment, whether or not its reference is known."""
    if context.payment(PaymentKey(context.account.id, payment.reference)) is None:
        return settle(context, invoice_id, payment, keep_refused=keep_refused)
    return payments._pay(context, payment)


commands.settle = careless  # type: ignore[attr-defined]  # the bug
sys.exit(main())
