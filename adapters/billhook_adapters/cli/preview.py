"""`billhook preview`: renders a sample message, page, PDF or e-invoice; nothing is sent."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from returns.result import Failure

from billhook_adapters.cli.errors import CliError
from billhook_adapters.cli.parser import add_json, set_command
from billhook_adapters.composition.variables import variable
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from billhook.application.hosted_invoice import HostedInvoice
    from billhook.messaging.message import Message

TEMPLATES = variable("templates")
SAMPLES = ("one-line", "tax", "part-paid", "long")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to render, its language and its templates."""
    parser.add_argument(
        "what", choices=("sms", "email", "page", "pdf", "xml"), help="what to render"
    )
    parser.add_argument(
        "--language",
        metavar="LANGUAGE",
        default="en",
        help="language of the sample, such as hi, or a variant such as en-IN (default: en)",
    )
    parser.add_argument(
        "--sample",
        choices=SAMPLES,
        help="one item; four with tax; the same in instalments; 500 items "
        "(default: one-line, and tax for xml)",
    )
    parser.add_argument("--reminder", action="store_true", help="render a reminder")
    parser.add_argument(
        "--templates",
        metavar="DIR",
        type=Path,
        help=f"folder with your own templates (default: that of {TEMPLATES})",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help="file to write the HTML, PDF or XML to; required for page and pdf",
    )
    parser.add_argument(
        "--syntax", choices=("cii", "ubl"), default="cii", help="syntax of the XML (default: cii)"
    )
    add_json(parser)
    set_command(parser, _run, example="billhook preview sms --language hi")


def _run(arguments: argparse.Namespace) -> int:
    with needs("messages"):
        from billhook_adapters.documents.language import phrases
        from billhook_adapters.documents.templating import MessageTemplateError
    if arguments.language.partition("-")[0] not in phrases():
        raise CliError(
            f"--language: must be one of {', '.join(phrases())}, or a variant such as en-IN"
        )
    try:
        return _KINDS[arguments.what](arguments)
    except MessageTemplateError as error:
        raise CliError(str(error)) from None


def _sms(arguments: argparse.Namespace) -> int:
    from billhook_adapters.documents.templating import Templates
    from billhook_adapters.sms.segments import measured, strange

    hosted, message = _sample(arguments)
    text = Templates(_folder(arguments)).sms(message, hosted.invoice, hosted.seller)
    length = measured(text)
    if arguments.json:
        print(json.dumps({"text": text, **length._asdict(), "cut_by": strange(text)}))
        return 0
    print(text)
    print(f"\n{length.encoding}, {length.units} units, {length.segments} SMS")
    if arguments.language.startswith("en") and strange(text):
        print(
            f"Characters that reduce a segment from 160 to 70 characters: {' '.join(strange(text))}"
        )
    return 0


def _email(arguments: argparse.Namespace) -> int:
    from billhook_adapters.documents.templating import Templates

    hosted, message = _sample(arguments)
    letter = Templates(_folder(arguments)).letter(
        message, hosted.invoice.of_seller(hosted.profile), hosted.seller
    )
    if arguments.out is not None:
        _write(arguments.out, (letter.html or "").encode())
    if arguments.json:
        print(json.dumps(letter._asdict()))
        return 0
    if arguments.out is not None:
        print(f"{arguments.out} written")
    print(f"Subject: {letter.subject}\n\n{letter.text}")
    return 0


def _page(arguments: argparse.Namespace) -> int:
    with needs("pages"):
        from billhook_adapters.documents.invoice_view import sheet
        from billhook_adapters.documents.sample import TOKEN
        from billhook_adapters.http.hosted_page.e_invoices import has_e_invoice
        from billhook_adapters.http.hosted_page.rendering import page
    out = _out(arguments)
    hosted, _ = _sample(arguments)
    body = page(
        sheet(hosted),
        TOKEN,
        logo=hosted.logo,
        accent_color=hosted.profile.accent_color,
        e_invoice=has_e_invoice(hosted),
    ).body
    return _write_document(out, body, as_json=arguments.json)


def _pdf(arguments: argparse.Namespace) -> int:
    with needs("pages"):
        from billhook_adapters.documents.pdf import Printer
        from billhook_adapters.http.hosted_page.e_invoices import printed
    out = _out(arguments)
    hosted, _ = _sample(arguments)
    return _write_document(out, printed(Printer(), hosted), as_json=arguments.json)


def _xml(arguments: argparse.Namespace) -> int:
    from billhook_adapters.einvoice.reasons import reason_text
    from billhook_adapters.einvoice.semantic_model import Syntax
    from billhook_adapters.einvoice.writing import e_invoice_xml

    hosted, _ = _sample(arguments)
    made = e_invoice_xml(hosted, Syntax(arguments.syntax))
    if isinstance(made, Failure):
        reasons = " ".join(map(reason_text, made.failure()))
        raise CliError(f"--sample: this one has no e-invoice; give another one. {reasons}")
    body = made.unwrap()
    if arguments.out is not None:
        return _write_document(arguments.out, body, as_json=arguments.json)
    print(json.dumps({"xml": body.decode()}) if arguments.json else body.decode())
    return 0


_KINDS = {"sms": _sms, "email": _email, "page": _page, "pdf": _pdf, "xml": _xml}


def _folder(arguments: argparse.Namespace) -> Path | None:
    option, path = "--templates", arguments.templates
    if path is None and (value := os.environ.get(TEMPLATES)):
        option, path = TEMPLATES, Path(value)
    if path is None:
        return None
    folder: Path = path
    if not folder.is_dir():
        raise CliError(f"{option}: there is no such folder; give another one, or omit it")
    return folder


def _out(arguments: argparse.Namespace) -> Path:
    if arguments.out is None:
        suffix = {"page": "html", "pdf": "pdf"}[arguments.what]
        raise CliError(f"--out: is required; give a file such as invoice.{suffix}")
    out: Path = arguments.out
    return out


def _write_document(out: Path, body: bytes, *, as_json: bool) -> int:
    _write(out, body)
    print(json.dumps({"file": str(out)}) if as_json else f"{out} written")
    return 0


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as error:
        raise CliError(
            f"--out: cannot write {path} ({error.strerror}); give another file"
        ) from None


def _sample(arguments: argparse.Namespace) -> tuple[HostedInvoice, Message]:
    from billhook_adapters.documents.sample import SampleKind, sample
    from billhook_adapters.system.clock import SystemClock

    return sample(
        arguments.language,
        SystemClock().now(),
        reminder=arguments.reminder,
        kind=SampleKind(arguments.sample or ("tax" if arguments.what == "xml" else "one-line")),
    )
