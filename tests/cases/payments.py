"""Payments of instalments and unapplied money: what happens to people, and what taught it.

The source is a public report, as its path on github.com, or "neighbour" for a case that lies
beside one of the others. Amounts are in smallest units, dates in days from the issue.
"""

from __future__ import annotations

INSTALMENTS = [
    # amounts with their days; payments with the instalments that they name; what is then paid of
    # each, or the code of the last payment's error; who reported it
    (
        [(2500, 0), (1500, 30), (6000, 60)],
        [(2500, "")],
        [2500, 0, 0],
        "frappe/erpnext/issues/15831",
    ),
    ([(2500, 0), (1500, 30), (6000, 60)], [(1500, "2")], [0, 1500, 0], "neighbour"),
    (
        [(2000, 10), (8000, 40)],
        [(2500, "1")],
        "instalment_overpayment",
        "frappe/erpnext/pull/36181",
    ),
    (
        [(2000, 10), (8000, 40)],
        [(2000, "1"), (1, "1")],
        "instalment_overpayment",
        "neighbour",
    ),
    ([(2000, 10), (8000, 40)], [(2500, "")], [2000, 500], "neighbour"),
    (
        [(62997, 30), (62978, 60), (62977, 90)],
        [(62997, "1"), (62978, ""), (62977, "")],
        [62997, 62978, 62977],
        "frappe/erpnext/issues/26909",
    ),
    # the earliest date is paid first, wherever it stands
    ([(500, 60), (300, 30), (200, 0)], [(400, "")], [0, 200, 200], "frappe/erpnext/pull/37859"),
    ([(500, None), (300, 30), (200, 0)], [(550, "")], [50, 300, 200], "neighbour"),
    ([(1000, 0), (3100, 30)], [(1000, "")], [1000, 0], "frappe/erpnext/pull/37204"),
    # the payer says what is paid
    ([(600, 0), (400, 30)], [(400, "2"), (600, "")], [600, 400], "frappe/erpnext/issues/38023"),
    ([(600, 0), (400, 30)], [(400, "2"), (700, "1")], "overpayment", "neighbour"),
    ([(600, 0), (400, 30)], [(600, "3")], "instalment_not_found", "neighbour"),
    ([(40, 0), (60, 30)], [(40, "1"), (40, "1")], "instalment_overpayment", "neighbour"),
    ([(40, 0), (60, 30)], [(60, "2")], [0, 60], "neighbour"),
]

REQUESTED = [
    # amounts with their days, the day, what is paid by then, and what is requested
    ([(50, 14), (50, 30)], 0, 0, 50, "neighbour"),
    ([(50, 14), (50, 30)], 15, 0, 50, "frappe/erpnext/issues/26969"),
    ([(30, 0), (70, 60)], 20, 0, 30, "odoo/odoo/pull/210974"),
    ([(30, 0), (30, 10), (40, 60)], 20, 0, 60, "odoo/odoo/pull/181197"),
    ([(30, 0), (30, 10), (40, 60)], 20, 30, 30, "openfun/joanie/issues/792"),
    ([(30, 0), (30, 10), (40, 60)], 70, 0, 100, "openfun/joanie/pull/900"),
    ([(30, 0), (70, 60)], 70, 45, 55, "neighbour"),
]

UNAPPLIED = [
    # what came in for the first invoice; the amounts of the customer's invoices; then steps:
    # ("apply", invoice, amount or None), ("refund", amount or None); what is then due of each
    # invoice and left unapplied, or the code of the last step's error; who reported it
    (
        6305,
        [5710, 5710],
        [("apply", 0, None), ("apply", 1, None)],
        ([0, 5115], 0),
        "invoiceninja/invoiceninja/issues/9007",
    ),
    (
        9000,
        [3000, 3000, 3000],
        [("apply", 0, None), ("apply", 1, 3000), ("apply", 2, 3000)],
        ([0, 0, 0], 0),
        "ledgersmb/LedgerSMB/issues/2101",
    ),
    (
        5000,
        [3000, 9000],
        [("apply", 1, 4000), ("apply", 1, 2000)],
        "more_than_unapplied",
        "ledgersmb/LedgerSMB/issues/2529",
    ),
    (
        99801,
        [99800],
        [("apply", 0, None), ("refund", None)],
        ([0], 0),
        "invoiceninja/invoiceninja/issues/10799",
    ),
    (99801, [99800], [("refund", 99802)], "more_than_unapplied", "killbill/killbill/issues/334"),
    (99801, [99800], [("refund", 1), ("apply", 0, None)], ([0], 0), "neighbour"),
    (
        17588,
        [15875, 15875],
        [("apply", 0, 15875), ("apply", 1, None)],
        ([0, 14162], 0),
        "InvoiceShelf/InvoiceShelf/issues/299",
    ),
    (17588, [15875], [("apply", 0, 15876)], "overpayment", "neighbour"),
    (
        17588,
        [15875, 100],
        [("apply", 1, None), ("apply", 0, None), ("refund", None)],
        ([0, 0], 0),
        "simpleinvoices/simpleinvoices/issues/178",
    ),
]

REMINDED = [
    # what came in unapplied, of 998.00 that are due, and whether the payer is reminded
    (99801, False, "invoiceninja/invoiceninja/issues/4732"),
    (99802, False, "neighbour"),
    (200000, False, "neighbour"),
]
"""Money that the invoice cannot take by itself, as it is more than is due."""
