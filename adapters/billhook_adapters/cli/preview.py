"""`billhook preview`: what a payer would read, without sending it to anybody."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.parser import add_json, does
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from billhook.application.hosted_invoice import HostedInvoice
    from billhook.messaging.message import Message


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to look at, and in which language."""
    parser.add_argument("what", choices=("sms", "email", "page", "pdf"))
    parser.add_argument("--language", metavar="L", default="en", help="en unless given; hi, ar")
    parser.add_argument("--reminder", action="store_true", help="as a reminder")
    parser.add_argument(
        "--templates",
        metavar="DIR",
        type=Path,
        help="templates of your own; those of BILLHOOK_TEMPLATES unless given",
    )
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="where the HTML or the PDF is written"
    )
    add_json(parser)
    does(parser, _run, example="billhook preview sms --language hi")


def _run(asked: argparse.Namespace) -> int:
    with needs("messages"):
        from billhook_adapters.documents.language import phrases
        from billhook_adapters.documents.templating import MessageTemplateError
    if asked.language.partition("-")[0] not in phrases():
        raise CliError(f"--language: give one of {', '.join(phrases())}, such as en-IN")
    try:
        return {"sms": _sms, "email": _email, "page": _page, "pdf": _pdf}[asked.what](asked)
    except MessageTemplateError as wrong:
        raise CliError(str(wrong)) from None


def _sms(asked: argparse.Namespace) -> int:
    from billhook_adapters.documents.templating import Templates
    from billhook_adapters.sms.segments import measured, strange

    hosted, message = _sample(asked)
    text = Templates(_folder(asked)).sms(message, hosted.invoice, hosted.seller)
    length = measured(text)
    if asked.json:
        print(json.dumps({"text": text, **length._asdict(), "cut_by": strange(text)}))
        return 0
    print(text)
    print(f"\n{length.encoding}, {length.units} units, {length.segments} SMS")
    if asked.language.startswith("en") and strange(text):
        print(f"These cut it from 160 to 70 characters: {' '.join(strange(text))}")
    return 0


def _email(asked: argparse.Namespace) -> int:
    from billhook_adapters.documents.templating import Templates

    hosted, message = _sample(asked)
    letter = Templates(_folder(asked)).letter(message, hosted.invoice, hosted.seller)
    if asked.out is not None:
        _write(asked.out, (letter.html or "").encode())
    if asked.json:
        print(json.dumps(letter._asdict()))
    else:
        print(f"Subject: {letter.subject}\n\n{letter.text}")
    return 0


def _page(asked: argparse.Namespace) -> int:
    with needs("pages"):
        from billhook_adapters.documents.codes import codes
        from billhook_adapters.documents.invoice_view import sheet
        from billhook_adapters.documents.sample import TOKEN
        from billhook_adapters.http.hosted_page.rendering import page
    hosted, _ = _sample(asked)
    shown = sheet(hosted)
    _write(_out(asked), page(shown, TOKEN, codes(hosted, shown.language)).body)
    return 0


def _pdf(asked: argparse.Namespace) -> int:
    with needs("pages"):
        from billhook_adapters.documents.pdf import Printer
    hosted, _ = _sample(asked)
    _write(_out(asked), Printer().printed(hosted))
    return 0


def _folder(asked: argparse.Namespace) -> Path | None:
    named = asked.templates or os.environ.get("BILLHOOK_TEMPLATES")
    folder = None if not named else Path(named)
    if folder is not None and not folder.is_dir():
        raise CliError("--templates: there is no such folder; name one, or leave it out")
    return folder


def _out(asked: argparse.Namespace) -> Path:
    if asked.out is None:
        raise CliError(f"--out: name a file, such as invoice.{asked.what.replace('page', 'html')}")
    out: Path = asked.out
    return out


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as trouble:
        raise CliError(f"--out: {path} cannot be written ({trouble.strerror})") from None
    print(f"{path} written", flush=True)


def _sample(asked: argparse.Namespace) -> tuple[HostedInvoice, Message]:
    from billhook_adapters.documents.sample import sample
    from billhook_adapters.system.clock import SystemClock

    return sample(asked.language, SystemClock().now(), reminder=asked.reminder)
