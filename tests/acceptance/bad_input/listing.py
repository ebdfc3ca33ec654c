"""Lists that no one can get."""

from __future__ import annotations

from collections.abc import Iterator

from acceptance.bad_input.case import Case, case

NUMBERS = {
    "word": "x", "negative": "-1", "fraction": "1.5x", "exponent": "1e2", "grouped": "1_0",
    "plus": "%2B1", "a blank": "%201", "NaN": "NaN", "infinity": "inf", "hexadecimal": "0x1",
    "other digits": "%D9%A1", "superscript": "%C2%B2", "beyond 64 bits": "99999999999999999999",
    "4301 digits": "1" * 4301, "NUL": "1%00", "null": "null", "true": "true", "a list": "[1]",
}  # fmt: skip
WRONG = {
    "count of zero": "count=0",
    "count over its limit": "count=101",
    "skip over its limit": "skip=1000000001",
    "from over its limit": "from=253402300800",
    "to over its limit": "to=253402300800",
    "a fraction for a count": "count=1.5",
    "a fraction for a skip": "skip=1.5",
    "a huge fraction for from": "from=9999999999999.5",
    "an unknown filter": "status=paid",
    "an unknown filter twice": "x=1&x=2",
    "the field's inner name": "from_=1",
    "an unknown type": "type=subscription",
    "NUL in a receipt": "receipt=a%00b",
    "invalid UTF-8": "receipt=%FF",
    "an encoded surrogate": "receipt=%ED%A0%80",
    "an overlong slash": "receipt=%C0%AF",
    "101 filters": "&".join(["receipt=a"] * 101),
    "a count in brackets": "count[]=1",
    "a list of counts": "count[0]=1&count[1]=2",
    "SQL for a count": "count=1;drop%20table%20invoices",
}
HARMLESS = {
    "nothing": "",
    "an empty count": "count=",
    "count at its limit": "count=100",
    "skip at its limit": "skip=1000000000",
    "to at its limit": "to=253402300799",
    "fractions": "from=1.5&to=2.5",
    "from after to": "from=2&to=1",
    "SQL for a receipt": "receipt=%27%20OR%201=1--",
    "a percent sign for a receipt": "receipt=%25",
    "a long receipt": f"receipt={'a' * 5000}",
    "another's customer": "customer_id=@theircustomer",
    "an unknown customer": "customer_id=cust_AAAAAAAAAAAAAA",
    "an unknown payment": "payment_id=x",
    "a link": "type=link",
    "a count twice": "count=1&count=2",
    "ampersands": "&&&",
}


def cases() -> Iterator[Case]:
    """Every query of a wrong kind, and those that only look so."""
    for field in ("count", "skip", "from", "to"):
        for name, value in NUMBERS.items():
            yield case(f"{name} for {field}", "GET", f"/v1/invoices?{field}={value}")
    for name, query in WRONG.items():
        yield case(f"list by {name}", "GET", f"/v1/invoices?{query}")
    for name, query in HARMLESS.items():
        yield case(f"list by {name}", "GET", f"/v1/invoices?{query}", b"", 200)
