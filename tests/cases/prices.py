"""What people charge for one, what the total of the line is, and what taught it.

Prices are in major units. The source is a public report, as its path on github.com, or
"neighbour" for a case that lies beside one of the others.
"""

from __future__ import annotations

PRICES = [
    # price of one, currency, quantity, total of the line in smallest units, price as it is shown
    ("0.89404", "USD", "1000", 89404, "US$0.89404", "frappe/erpnext/issues/21008"),
    ("370.5689", "USD", "1", 37057, "US$370.5689", "frappe/erpnext/issues/22145"),
    ("0.0012", "EUR", "1000", 120, "€0.0012", "frappe/erpnext/issues/2532"),
    ("0.0025", "EUR", "333", 83, "€0.0025", "frappe/erpnext/issues/8130"),
    ("0.00084", "USD", "1200", 101, "US$0.00084", "frappe/erpnext/issues/35099"),
    ("0.00285", "EUR", "1", 0, "€0.00285", "frappe/erpnext/issues/17211"),
    ("0.1234", "EUR", "1000", 12340, "€0.1234", "namespace-ee/upcount/issues/126"),
    ("4.5", "JPY", "12346", 55557, "JP¥4.5", "Invoice-Generator/invoice-generator-api/issues/120"),
    ("4.5", "JPY", "1", 5, "JP¥4.5", "neighbour"),
    ("8.165", "USD", "1", 817, "US$8.165", "YosemiteCrew/Yosemite-Crew/issues/3305"),
    ("8.165", "USD", "2", 1633, "US$8.165", "YosemiteCrew/Yosemite-Crew/issues/3305"),
    ("0.02925", "USD", "1200", 3510, "US$0.02925", "invoiceninja/invoiceninja/issues/252"),
    ("0.8", "USD", "1", 80, "US$0.80", "invoiceninja/invoiceninja/issues/7549"),
    ("19.6451612903", "EUR", "31", 60900, "€19.6451612903", "dust-tt/dust/pull/28493"),
    ("3.515", "DKK", "360", 126540, "DKK 3.515", "microsoft/ALAppExtensions/issues/13768"),
    ("0.139", "EUR", "1", 14, "€0.139", "d-koppenhagen/latex-rechnung/issues/17"),
    ("0.001", "USD", "5", 1, "US$0.001", "stripe/stripe-node/issues/1135"),
    ("0.0001", "USD", "49", 0, "US$0.0001", "stripe/stripe-node/issues/885"),
    ("0.003", "USD", "43200", 12960, "US$0.003", "stripe/terraform-provider-stripe/issues/22"),
    ("0.002", "USD", "1234567", 246913, "US$0.002", "getpaykit/paykit/pull/204"),
    ("0.00003", "USD", "1000000", 3000, "US$0.00003", "xpack-ai/XPack-MCP-Marketplace/issues/178"),
    ("0.0000128", "USD", "3600", 5, "US$0.0000128", "mitos-run/mitos/issues/662"),
    ("0.2841", "EUR", "37.5", 1065, "€0.2841", "pkuehnel/TeslaSolarCharger/issues/1625"),
    (
        "0.174",
        "EUR",
        "1.16",
        20,
        "€0.174",
        "MyElectricalData/myelectricaldata_import/issues/174",
    ),
    (
        "0.0006",
        "EUR",
        "1000",
        60,
        "€0.0006",
        "electricitymaps/electricitymaps-contrib/pull/7023",
    ),
    ("0.000833333333", "EUR", "600", 50, "€0.000833333333", "irontec/ivozprovider/issues/692"),
    ("13.9974", "EUR", "1", 1400, "€13.9974", "st8st8/django-oscar-stripe-sca/pull/11"),
    ("173.913043478261", "SAR", "90", 1565217, "SAR 173.913043478261", "odoo/odoo/pull/143131"),
    ("509.99999999999994", "GBP", "1", 51000, "£509.99999999999994", "verbb/formie/issues/2903"),
    ("3.459", "USD", "12.345", 4270, "US$3.459", "neighbour"),
    ("0.0015", "KWD", "1000", 1500, "KWD 0.0015", "neighbour"),
    ("0.1255", "KWD", "3", 377, "KWD 0.1255", "neighbour"),
    ("0.00005", "CLF", "3", 2, "CLF 0.00005", "neighbour"),
    ("0.0000000000000001", "CLF", "1", 0, "CLF 0.0000000000000001", "neighbour"),
    ("0.00000000000001", "USD", "1000000000", 0, "US$0.00000000000001", "neighbour"),
    ("1234567.891", "INR", "1", 123456789, "₹1,234,567.891", "neighbour"),
    ("5.00", "INR", "3", 1500, "₹5.00", "neighbour"),
    ("9999999999999.99", "USD", "1", 999999999999999, "US$9,999,999,999,999.99", "neighbour"),
]

TOO_FINE = [
    # prices of more places than any price has: what a float leaves of another one
    ("1998.9999999999998", "JPY", "BasedHardware/omi/pull/10158"),
    ("3.3000000000000003", "USD", "neighbour"),
    ("0.30000000000000004", "EUR", "neighbour"),
    ("0.0000000000001", "JPY", "neighbour"),
]
