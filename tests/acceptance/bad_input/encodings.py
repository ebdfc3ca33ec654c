"""Texts that are no texts, in bodies, paths and queries, and shapes that no client makes."""

from __future__ import annotations

from collections.abc import Iterator

from acceptance.bad_input.case import BASE, FORM, Case, case, create, text

GOOD = text(BASE)
EITHER = (200, 400)

BODIES = {
    "nothing": b"",
    "white space": b" \r\n\t",
    "null": b"null",
    "true": b"true",
    "a number": b"1",
    "a text": b'"x"',
    "a list": b"[]",
    "half an object": GOOD[:-1],
    "two objects": GOOD + GOOD,
    "a trailing comma": GOOD[:-1] + b",}",
    "single quotes": b"{'type': 'invoice'}",
    "a comment": b"/* */" + GOOD,
    "no quotes": b"{type: invoice}",
    "a form as JSON": b"type=invoice",
    "a BOM": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "UTF-16 without its mark": GOOD.decode().encode("utf-16-le"),
    "UTF-32": GOOD.decode().encode("utf-32"),
    "UTF-7": b"+AHsAIgB0AHkAcABlACI-",
    "a Latin-1 letter": b'{"description":"caf\xe9"}',
    "an overlong slash": b'{"description":"\xc0\xaf"}',
    "an encoded surrogate": b'{"description":"\xed\xa0\x80"}',
    "a broken rune": b'{"description":"\xf0\x9f\xa7"}',
    "beyond Unicode": b'{"description":"\xf5\x80\x80\x80"}',
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "a raw NUL": b'{"description":"\x00"}',
    "a raw line feed": b'{"description":"\n"}',
    "half an escape": b'{"description":"\\u12"}',
    "a key that is NUL": b'{"\\u0000":1}',
    "a key that is a lone surrogate": b'{"\\udfff":1}',
    "a note named NUL": b'{"notes":{"\\u0000":"x"}}',
    "a note named by a lone surrogate": b'{"notes":{"\\udc00":"x"}}',
    "surrogates the wrong way round": b'{"description":"\\udc00\\ud800"}',
    "a note of half a pair": b'{"notes":{"a":"\\ud83d"}}',
    "33 levels": b'{"notes":' * 33 + b"1" + b"}" * 33,
    "1000 levels": b"[" * 1000 + b"]" * 1000,
    "100000 levels": b"[" * 100_000,
    "100000 levels of objects": b'{"a":' * 100_000,
    "levels within notes": b'{"notes":' + b"[" * 500 + b"]" * 500 + b"}",
    "20000 keys": text({f"key{n}": n for n in range(20_000)}),
    "20000 notes": text({"notes": {f"key{n}": "x" for n in range(20_000)}}),
    "20000 lines": text({"line_items": [{}] * 20_000}),
    "a long key": text({"k" * 500_000: 1}),
    "one key 20000 times": b"{" + b",".join([b'"hush":1'] * 20_000) + b"}",
    "prototype pollution": b'{"__proto__":{"type":"invoice"}}',
    "dunder": b'{"__class__":"x","model_config":{"extra":"allow"}}',
    "a huge exponent": b'{"expire_by":1e999999999}',
    "a deep number": b'{"expire_by":' + b"1" * 4301 + b"}",
    "minus zero": b'{"expire_by":-0.0}',
    "a leading zero": b'{"expire_by":0700}',
    "a leading plus": b'{"expire_by":+700}',
    "hexadecimal": b'{"expire_by":0x7}',
}

FORMS = {
    "a value and then fields": b"customer=x&customer[name]=Ravi",
    "fields and then a value": b"customer[name]=Ravi&customer=x",
    "a deeper clash": b"customer[name]=a&customer[name][x]=b",
    "a deeper clash the other way": b"customer[name][x]=b&customer[name]=a",
    "lines that clash": b"line_items[0]=x&line_items[0][name]=Book",
    "a list of texts": b"customer[]=a&customer[]=b",
    "a line without a position": b"line_items[][name]=Book&line_items[][amount]=100",
    "a negative position": b"line_items[-1][name]=Book",
    "a position in other digits": b"line_items[%D9%A7][name]=Book&line_items[%D9%A7][amount]=100",
    "a position of many digits": b"line_items[99999999999][name]=Book",
    "a word for a position": b"line_items[length]=1",
    "brackets alone": b"[]=1",
    "no name before brackets": b"[a]=1",
    "an open bracket": b"customer[name=1",
    "a closed bracket": b"customer]name=1",
    "brackets in brackets": b"customer[a[b]]=1",
    "words after brackets": b"customer[a]b=1",
    "no key": b"=1",
    "equals alone": b"====",
    "invalid UTF-8": b"description=%FF",
    "raw invalid UTF-8": b"description=\xff",
    "an invalid key": b"%FF=1",
    "NUL": b"description=a%00b",
    "NUL in a key": b"a%00b=1",
    "a surrogate": b"description=%ED%A0%80",
    "40 levels": b"notes" + b"[a]" * 40 + b"=1",
    "4000 fields": b"&".join(b"notes[%d]=1" % n for n in range(4000)),
    "1900 fields": b"&".join(b"notes[%d]=1" % n for n in range(1900)),
    "JSON as a form": GOOD,
    "a list of flags": b"sms_notify[]=1",
    "a note of fields": b"notes[a][b]=c",
    "1_000": b"line_items[0][name]=Book&line_items[0][amount]=1_000",
    "1e3": b"line_items[0][name]=Book&line_items[0][amount]=1e3",
    "null for a date": b"date=null",
    "NaN for a date": b"date=NaN",
}

IDS = {
    "NUL": "%00",
    "a slash": "%2f",
    "a way up": "..%2f..%2fitems",
    "dots": "..",
    "encoded dots": "%2e%2e",
    "a backslash": "%5c",
    "invalid UTF-8": "%ff%fe",
    "an overlong slash": "%c0%af",
    "an encoded surrogate": "%ed%a0%80",
    "half an escape": "%2",
    "no escape": "%zz",
    "a Unicode escape": "%u0041",
    "an escape of an escape": "%2500",
    "a blank": "%20",
    "a line feed": "%0d%0aSet-Cookie:%20a=b",
    "SQL": "'%20OR%201=1--",
    "a star": "*",
    "a per cent sign": "%25",
    "5000 characters": "a" * 5000,
    "Unicode": "%F0%9F%A7%BE",
    "NUL after a known id": "@draft%00",
    "a slash after a known id": "@draft%2f",
    "a blank after a known id": "@draft%20",
    "an operation in an escape": "@draft%2fissue",
    "a way through": "@draft%2f..%2f@draft",
    "parameters": "@draft;v=1",
}


def cases() -> Iterator[Case]:
    """Bodies of create and update, forms, ids on every route, and media."""
    for name, body in BODIES.items():
        expected = 400
        yield case(f"create of {name}", "POST", "/v1/invoices", body, expected)
        harmless = name in ("nothing", "white space", "null")  # an update of nothing
        update = 200 if harmless else expected
        yield case(f"update of {name}", "PATCH", "/v1/invoices/@draft", body, update)
    for name, body in FORMS.items():
        yield case(f"form with {name}", "POST", "/v1/invoices", body, kind=FORM)
        yield case(f"update by a form with {name}", "PATCH", "/v1/invoices/@draft", body, kind=FORM)
    yield case(
        "a form whose escape is none",
        *("POST", "/v1/invoices", b"type=invoice&draft=1&description=%zz", EITHER),
        kind=FORM,
    )
    for name, doubled in (
        ("alike", b'"type":"invoice"'),
        ("unlike", b'"type":"link"'),
        ("in one letter", b'"t\\u0079pe":"link"'),
    ):
        body = b"{" + doubled + b"," + GOOD[1:]
        yield case(f"doubled keys {name}", "POST", "/v1/invoices", body, EITHER)
    yield create("a pair of surrogates", 200, description="\U0001f9fe")
    yield case(
        "a pair of escaped surrogates",
        *("POST", "/v1/invoices", GOOD[:-1] + b',"terms":"\\ud83e\\uddfe"}', 200),
    )
    for name, identity in IDS.items():
        yield case(f"fetch of {name}", "GET", f"/v1/invoices/{identity}")
        yield case(f"update of the id {name}", "PATCH", f"/v1/invoices/{identity}", b"{}")
        yield case(f"delete of {name}", "DELETE", f"/v1/invoices/{identity}")
        for operation in ("issue", "cancel", "notify_by/email"):
            yield case(f"{operation} of {name}", "POST", f"/v1/invoices/{identity}/{operation}")
        if not identity.startswith("@"):
            yield case(f"by {name}", "POST", f"/v1/invoices/@issued/notify_by/{identity}")
            yield case(f"customer of {name}", "GET", f"/v1/customers/{identity}")
            yield case(f"item of {name}", "GET", f"/v1/items/{identity}")
            pay = f"/sandbox/invoices/{identity}/payments"
            yield case(f"payment of {name}", "POST", pay, b'{"amount":1}', (400, 404))
    for medium in ("SMS", "whatsapp", "Email", "email%20", "%65mail%00", "sms,email", "*"):
        yield case(f"by {medium}", "POST", f"/v1/invoices/@issued/notify_by/{medium}")
