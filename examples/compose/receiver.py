"""A shop that receives webhooks, checks their signature, and shows what it received."""

from __future__ import annotations

import hmac
import json
import os
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ["WEBHOOK_SECRET"].encode()
received: list[str] = []


class Shop(BaseHTTPRequestHandler):
    """`POST /hook` takes an event, `GET /events` shows the names of those that were taken."""

    def do_POST(self) -> None:
        """Take an event whose signature is that of its bytes."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signature = hmac.new(SECRET, body, sha256).hexdigest()
        if not hmac.compare_digest(signature, self.headers.get("X-Razorpay-Signature", "")):
            self._answer(400, {"error": "the signature is wrong"})
            return
        received.append(json.loads(body)["event"])
        self._answer(200, {})

    def do_GET(self) -> None:
        """Show the names of the events."""
        self._answer(200, received)

    def _answer(self, status: int, value: object) -> None:
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if __name__ == "__main__":
    with ThreadingHTTPServer(("", int(os.environ.get("PORT", "9000"))), Shop) as server:
        server.serve_forever()
