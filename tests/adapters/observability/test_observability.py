"""What an operator sees: counted by route, timed, traced; and nothing of what was said."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families

from billhook.desk.desk import Desk
from billhook_adapters.http import build_app
from billhook_adapters.http.exchange import App
from billhook_adapters.memory import InMemoryKeyring, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.observability import Metrics, Probes, configured, masked, observed, traced
from billhook_adapters.observability.routes import Routes
from billhook_adapters.observability.traces import ENDPOINT, spanned
from billhook_adapters.testing import NOON, an_account

MAIL, PHONE, NAME = "canary.mail@canary.example", "+919812345678", "Canary Kumari"
SECRET, TOKEN, KEY = "canary-secret-of-this-test", "canaryTokenOfAShortUrl", "canary-key"
CANARIES = (MAIL, PHONE, NAME, SECRET, TOKEN, KEY)
ROUTES = frozenset({"/v1/invoices", "/v1/invoices/*", "/v1/invoices/*/notify_by/*"})


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, as an operator would get it."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    configured("DEBUG", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)


async def asked(
    app: App, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, dict[bytes, bytes], bytes]:
    """One request, without a server."""
    sent: list[Any] = []
    given = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": given,
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(event: Any) -> None:
        sent.append(event)

    await app(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def an_app(metrics: Metrics) -> App:
    store = InMemoryStore()
    desk = Desk(store, SettableClock(NOON), RandomIds(f"https://bill.example/{TOKEN}/i/"))
    keys = InMemoryKeyring(store)
    desk.open(an_account())
    keys.add(an_account().id, "key_1", SECRET)
    return observed(build_app(desk, keys, decided=metrics.gathered), metrics, ROUTES)


def basic(secret: str = SECRET) -> str:
    return "Basic " + b64encode(f"key_1:{secret}".encode()).decode()


def walk(app: App) -> list[int]:
    """Requests that succeed, and that are refused in every way."""
    body: dict[str, Any] = {
        "customer": {"name": NAME, "email": MAIL, "contact": PHONE},
        "line_items": [{"name": "Book", "amount": 50000}],
        "notes": {"about": MAIL},
    }
    created = json.dumps(body).encode()
    wrong = json.dumps({**body, "expire_by": MAIL, NAME: 1}).encode()

    async def all_of_it() -> list[int]:
        return [
            (await asked(app, method, path, sent, authorization=who, idempotency_key=KEY))[0]
            for method, path, sent, who in (
                ("POST", "/v1/invoices", created, basic()),
                ("POST", "/v1/invoices", wrong, basic()),
                ("POST", "/v1/invoices", created, basic("wrong")),
                ("POST", f"/v1/invoices/{TOKEN}/notify_by/sms", b"", basic()),
                ("GET", f"/{MAIL}", b"", basic()),
            )
        ]

    return asyncio.run(all_of_it())


def test_no_line_holds_what_a_request_said(lines: io.StringIO) -> None:
    assert walk(an_app(Metrics())) == [200, 400, 401, 400, 400]
    told = lines.getvalue()
    assert [canary for canary in CANARIES if canary in told] == []
    assert basic() not in told
    routes = [json.loads(line).get("route") for line in told.splitlines()]
    assert routes.count("/v1/invoices") == 3
    assert routes.count("other") == 1


def test_whoever_logs_what_is_personal_is_masked(lines: io.StringIO) -> None:
    log = logging.getLogger("anybody")
    log.warning("mail to %s failed, call %s", MAIL, PHONE)
    log.error("sent %s", basic(), extra={"email": MAIL, "secret": SECRET, "note": f"<{MAIL}>"})
    log.info("see https://bill.example/i/%s", TOKEN)
    try:
        raise ValueError(f"{MAIL} {SECRET}")
    except ValueError:
        log.exception("it broke")
    told = lines.getvalue()
    assert [canary for canary in CANARIES if canary in told] == []
    last = json.loads(told.splitlines()[-1])
    assert (last["error"], last["message"]) == ("ValueError", "it broke")
    assert "test_whoever_logs" in last["where"]


@pytest.mark.parametrize("text", ["a" * 100_000, "a@" * 50_000, "1 " * 50_000, "http://" * 20_000])
def test_masking_takes_long_text_as_it_comes(text: str) -> None:
    assert len(masked(text)) <= len(text) + 3


def test_what_is_no_secret_is_left_alone() -> None:
    told = "round 12 of 100 took 3.5 s, see /v1/invoices/inv_A1b2C3d4E5f6G7"
    assert masked(told) == told


def test_requests_and_batches_are_counted() -> None:
    metrics = Metrics()
    walk(an_app(metrics))
    metrics.handled("handed_over")
    families = text_string_to_metric_families(metrics.exposition().decode())
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }
    assert found["billhook_requests_total", "/v1/invoices", "2xx"] == 1
    assert found["billhook_requests_total", "/v1/invoices", "4xx"] == 2
    assert found["billhook_requests_total", "4xx", "other"] == 1
    assert found["billhook_batch_commands_count",] == 2
    assert found["billhook_messages_handled_total", "handed_over"] == 1


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/invoices", "/v1/invoices"),
        ("/v1/invoices/", "/v1/invoices"),
        ("/v1/invoices/inv_1", "/v1/invoices/*"),
        ("/v1/invoices/inv_1/notify_by/fax", "/v1/invoices/*/notify_by/*"),
        ("/v1/invoices/inv_1/other", "other"),
        ("/", "other"),
        ("", "other"),
        ("/" * 1000, "other"),
        ("/a" * 5000, "other"),
    ],
)
def test_every_path_has_one_of_a_few_routes(path: str, route: str) -> None:
    assert Routes(ROUTES).of(path) == route


def test_a_request_id_of_the_callers_is_given_back_and_another_is_made() -> None:
    app = an_app(Metrics())
    given = asyncio.run(asked(app, "GET", "/", x_request_id="abc-1"))[1]
    assert given[b"x-request-id"] == b"abc-1"
    for bad in ("", "a b", "x" * 65, "\u00e9"):
        made = asyncio.run(asked(app, "GET", "/", x_request_id=bad))[1][b"x-request-id"]
        assert len(made) == 16


def test_a_span_has_the_route_and_continues_the_callers_trace() -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    app = spanned(an_app(Metrics()), ROUTES, provider)
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    asyncio.run(asked(app, "GET", f"/v1/invoices/{TOKEN}", traceparent=parent))
    (span,) = spans.get_finished_spans()
    assert span.name == "GET /v1/invoices/*"
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/invoices/*",
        "http.response.status_code": 401,
    }


def test_nobody_is_traced_who_did_not_ask() -> None:
    app = an_app(Metrics())
    assert traced(app, ROUTES, {}) is app
    assert traced(app, ROUTES, {ENDPOINT: "http://127.0.0.1:9"}) is not app


def probed(probes: Probes, method: str, path: str) -> tuple[int, Any]:
    status, _, body = asyncio.run(asked(probes, method, path))
    return status, json.loads(body) if path != "/metrics" else body


def test_the_probes_say_what_is_wrong() -> None:
    def away() -> object:
        raise OSError(MAIL)

    well = Probes(Metrics(), lambda: None, lambda: True)
    ill = Probes(Metrics(), away, lambda: False)
    assert probed(well, "GET", "/healthz") == (200, {"status": "ok"})
    assert probed(well, "GET", "/readyz") == (200, {"status": "ready"})
    assert probed(ill, "GET", "/healthz")[0] == 200
    status, told = probed(ill, "GET", "/readyz")
    assert status == 503
    assert told["reasons"] == [
        "the database does not answer: OSError",
        "messages are not being delivered",
    ]
    assert probed(well, "POST", "/healthz")[0] == 405
    assert probed(well, "GET", "/healthz/x")[0] == 404
    assert probed(well, "GET", "/metrics")[0] == 200
