"""The texts of messages: templates by language and medium, checked when they are loaded.

`<language>/sms.txt`, `subject.txt`, `mail.txt` and `mail.html`. A folder of the operator's own
takes precedence, file by file.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from traceback import walk_tb
from typing import Any, NoReturn

from billhook.messaging.message import Message
from billhook.model.invoice import Invoice
from billhook.model.money import Currency
from billhook.model.seller_profile import NO_PROFILE
from billhook_adapters.documents.colors import ACCENT, text_on
from billhook_adapters.documents.language import SOURCE, Language, phrases, read_by
from billhook_adapters.documents.message_texts import Letter, seller_name
from billhook_adapters.documents.untrusted_text import document_number, isolated, label, one_line
from billhook_adapters.system.optional_dependencies import needs

with needs("messages"):
    from css_inline import CSSInliner
    from jinja2 import (
        ChoiceLoader,
        FileSystemLoader,
        StrictUndefined,
        Template,
        select_autoescape,
    )
    from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError
    from jinja2.meta import find_referenced_templates, find_undeclared_variables
    from jinja2.runtime import Context
    from jinja2.sandbox import ImmutableSandboxedEnvironment

_log = logging.getLogger(__name__)
_OURS = Path(__file__).parent / "templates"
_FILES = ("sms.txt", "subject.txt", "mail.txt", "mail.html")
_REQUIRED = {
    "sms.txt": {"seller", "due", "link"},
    "subject.txt": {"seller"},
    "mail.txt": {"seller", "due", "link"},
    "mail.html": {"seller", "due", "link"},
}
LONGEST_SUBJECT = 59
"""Characters of a subject that phones and lists of mails show."""
_SHORTEST_NAME = 12
_PLAIN_SIGNS = str.maketrans("\u00a0\u202fû", "  u")
"""Of amounts and of a month in French: signs of others are their own."""
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_LINK = re.compile(r"https?://[^\s\"'<>]+")

Values = Mapping[str, str | int | tuple[str, ...] | None]

SAMPLE: Values = {
    "seller": "Acme Books",
    "name": "Ravi",
    "due": "INR 998.00",
    "due_by": "January 31, 2026",
    "until": "Due by January 31, 2026",
    "number": "INV-0001",
    "number_name": "Invoice number",
    "requested_name": "To pay now",
    "instalment": "INR 400.00",
    "instalments": ("Instalment 1 of 2: INR 400.00 is due by January 31, 2026.",),
    "link": "https://bill.example/i/4Fq0c1Zr8sT2uV6wXyA9Bg",
    "reminder": None,
    "subject": "Invoice",
    "contacts": ("billing@acme.example", "+918041234567"),
    "accent": "#1d4d8f",
    "on_accent": "#ffffff",
    "language": "en",
    "direction": "ltr",
}
"""The variables of templates, with the values that they are validated with when they are loaded."""


class MessageTemplateError(ValueError):  # the template is wrong, not the program
    """A template cannot be used; the text names its file and what to do."""


class _Environment(ImmutableSandboxedEnvironment):
    """Templates only put words together: no attributes of Python's, no loops without end.

    A short template could otherwise fill the memory with one product or power.
    """

    intercepted_binops = frozenset(("*", "**", "%"))

    def call_binop(  # the library's names and order
        self, context: Context, operator: str, left: Any, right: Any
    ) -> NoReturn:
        del context, left, right
        raise SecurityError(f"the operator {operator} cannot be used in a template")


class Templates:
    """Renders messages in the payer's language.

    `folder` holds templates of the operator's own, `default` is the language of payers
    without one. Raises MessageTemplateError, naming the file, on a template of theirs that could
    fail later.

    >>> Templates().languages
    ('ar', 'de', 'en', 'es', 'fr', 'hi', 'ta')
    """

    def __init__(self, folder: Path | None = None, default: str = SOURCE) -> None:
        folders = [_OURS] if folder is None else [folder, _OURS]
        self._folders, self._default = folders, default
        self._jinja = _Environment(
            loader=ChoiceLoader([FileSystemLoader(one) for one in folders]),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        own = {path.name for one in folders for path in one.iterdir() if path.is_dir()}
        if foreign := own - phrases().keys():
            raise MessageTemplateError(
                f"{', '.join(sorted(foreign))}: there are no phrases for it; use one of "
                f"{', '.join(phrases())}"
            )
        self.languages = tuple(sorted(own))
        self._templates = dict[tuple[str, str], Template]()
        if folder is not None:  # ours are checked by tests, and loaded when they are first used
            for code, file in product(self.languages, _FILES):
                self._template(code, file)
        self._inliner = CSSInliner(load_remote_stylesheets=False)

    def sms(self, message: Message, invoice: Invoice, seller: str) -> str:
        """The text of an SMS: one line, with one link, the short URL.

        Raises MessageTemplateError, naming file and line, on a template that fails.
        """
        language = read_by(invoice.document, self._default)
        said = _said(message, invoice, seller, language, amount=language.coded_amount, longest=40)
        return _with_plain_signs(" ".join(self._rendered(language, "sms.txt", said).split()))

    def letter(self, message: Message, invoice: Invoice, seller: str) -> Letter:
        """The text of an e-mail, plain and in HTML.

        Raises MessageTemplateError, naming file and line, on a template that fails.
        """
        language = read_by(invoice.document, self._default)
        said = _said(message, invoice, seller, language, amount=language.amount)
        plain = {**said, **_isolated_names(said, language)}  # HTML has an element for it
        subject = self._subject(language, said)
        text = self._rendered(language, "mail.txt", plain)
        html = self._rendered(language, "mail.html", {**said, "subject": subject})
        return Letter(subject, text, self._inliner.inline(html))

    def _subject(self, language: Language, said: Values) -> str:
        """The subject, with as much of the seller's name as there is room for."""
        subject, seller = self._subject_of(language, said), str(said["seller"])
        kept = max(len(seller) - (len(subject) - LONGEST_SUBJECT) - 1, _SHORTEST_NAME)
        if len(subject) <= LONGEST_SUBJECT or kept >= len(seller) - 1:
            return subject
        return self._subject_of(language, {**said, "seller": f"{seller[:kept].rstrip()}…"})

    def _subject_of(self, language: Language, said: Values) -> str:
        plain = {**said, **_isolated_names(said, language)}
        # An amount keeps its no-break spaces, of which `split` alone would make plain ones.
        return " ".join(_SPACES.split(self._rendered(language, "subject.txt", plain).strip()))

    def _rendered(self, language: Language, file: str, said: Values) -> str:
        try:
            return self._filled(self._template(language.code, file), said)
        except MessageTemplateError as wrong:
            _log.error("a template failed: %s", wrong)
            raise

    def _template(self, code: str, file: str) -> Template:
        loaded = self._templates.get((code, file))
        if loaded is None:
            loaded = self._templates[code, file] = self._checked(code, file)
        return loaded

    def _checked(self, code: str, file: str) -> Template:
        name = f"{code}/{file}"
        try:
            source, path, _ = self._loader.get_source(self._jinja, name)
            named = self._variables(source)
            if strange := named - SAMPLE.keys():
                raise MessageTemplateError(
                    f"{path}: {', '.join(sorted(strange))} is not known; use "
                    f"{', '.join(sorted(SAMPLE))}"
                )
            template = self._jinja.get_template(name)
            texts = [self._filled(template, said) for said in _tries()]
            if missing := _REQUIRED[file] - named:
                raise MessageTemplateError(
                    f"{path}: {', '.join(sorted(missing))} is missing; add it"
                )
            for text in texts:
                _check_links(text, file, str(path))
        except TemplateSyntaxError as wrong:
            raise MessageTemplateError(f"{name}, line {wrong.lineno}: {wrong.message}") from None
        except TemplateError as wrong:
            raise MessageTemplateError(f"{name}: {wrong.message}") from None
        return template

    def _variables(self, source: str) -> set[str]:
        """The variables of a template, and of those that it extends or includes."""
        parsed = self._jinja.parse(source)
        named = find_undeclared_variables(parsed)
        for other in filter(None, find_referenced_templates(parsed)):
            named |= self._variables(self._loader.get_source(self._jinja, other)[0])
        return named

    def _filled(self, template: Template, said: Values) -> str:
        try:
            return template.render(said)
        except Exception as wrong:  # noqa: BLE001  # an operator's expression raises what it likes
            # Jinja's own words name variables; those of other errors may quote their values.
            own = isinstance(wrong, TemplateError) and wrong.message
            raise MessageTemplateError(
                f"{self._place(wrong, template)}: {own or 'an expression cannot be computed'}"
            ) from None

    def _place(self, wrong: Exception, template: Template) -> str:
        """The file and line that failed: Jinja puts its templates into tracebacks."""
        frames = ((frame.f_code.co_filename, line) for frame, line in walk_tb(wrong.__traceback__))
        places = [
            f"{file}, line {line}"
            for file, line in frames
            if any(Path(file).is_relative_to(folder) for folder in self._folders)
        ]
        return places[-1] if places else f"{template.name}"

    @property
    def _loader(self) -> ChoiceLoader:
        loader = self._jinja.loader
        assert isinstance(loader, ChoiceLoader)  # noqa: S101  # as it was made above
        return loader


def _tries() -> Iterator[Values]:
    """Every variable set, and every optional variable empty."""
    yield SAMPLE
    no_instalments: Values = {**SAMPLE, "instalment": "", "instalments": ()}
    yield no_instalments
    optional = dict.fromkeys(("name", "due_by", "until", "number"), "")
    yield {**no_instalments, **optional, "contacts": (), "reminder": 2}


def _check_links(text: str, file: str, path: str) -> None:
    wanted = [] if file == "subject.txt" else [SAMPLE["link"]]
    if _LINK.findall(text) != wanted:
        raise MessageTemplateError(
            f"{path}: must hold no link but {{{{ link }}}}, and that one once"
        )


def _said(
    message: Message,
    invoice: Invoice,
    seller: str,
    language: Language,
    *,
    amount: Callable[[int, Currency], str],
    longest: int | None = None,
) -> Values:
    document, currency = invoice.document, invoice.document.currency
    customer, due_by = document.customer, next(iter(invoice.due_dates), None)
    requested, words = invoice.due_at(message.requested_at), language.phrases
    profile = document.seller or NO_PROFILE
    accent = profile.accent_color or ACCENT
    day = "" if due_by is None else language.day(due_by)
    return {
        "seller": seller_name(seller, longest, words["seller"]),
        "name": one_line(customer.name) if customer is not None and customer.name else "",
        "due": amount(invoice.due, currency),
        "due_by": day,
        "until": day and language.say("due_by", day=day),
        "number": document_number(invoice.shown_number or ""),
        "number_name": words["number"],
        "requested_name": words["due" if requested == invoice.due else "due_first"],
        "instalment": amount(requested, currency) if invoice.instalments else "",
        "instalments": tuple(_instalments(invoice, language, amount)),
        "link": invoice.short_url,
        "reminder": message.reminder,
        "contacts": tuple(filter(None, (label(profile.email or ""), label(profile.phone or "")))),
        "accent": accent,
        "on_accent": text_on(accent),
        "language": language.locale.language,
        "direction": language.direction,
    }


def _with_plain_signs(text: str) -> str:
    """The text without signs that no phone needs, and that cut it from 160 to 70 characters."""
    return text.translate(_PLAIN_SIGNS)


def _instalments(
    invoice: Invoice, language: Language, amount: Callable[[int, Currency], str]
) -> Iterator[str]:
    count = str(len(invoice.instalments))
    for number, one in enumerate(invoice.instalments, 1):
        phrase = "instalment_paid"
        if one.due:
            phrase = "instalment_due" if one.due_by is None else "instalment_due_by"
        yield language.say(
            phrase,
            number=str(number),
            count=count,
            amount=amount(one.due, invoice.document.currency),
            day="" if one.due_by is None else language.day(one.due_by),
        )


def _isolated_names(said: Values, language: Language) -> Values:
    rtl = language.direction == "rtl"
    names = {name: isolated(str(said[name]), rtl=rtl) for name in ("seller", "name", "number")}
    contacts = said["contacts"]
    assert isinstance(contacts, tuple)  # noqa: S101  # as `_said` made it
    return {**names, "contacts": tuple(isolated(one, rtl=rtl) for one in contacts)}
