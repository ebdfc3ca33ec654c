"""Templates: checked when they are loaded, and each message holds one link, which is ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook_adapters.documents.templating import MessageTemplateError, Templates
from billhook_adapters.sms.segments import measured
from billhook_adapters.testing import NOON, a_customer, a_message, an_invoice

LINK = re.compile(r"https?://\S+")
TEMPLATES = Templates()
SELLER = "Acme Books"


def own(tmp_path: Path, name: str, text: str) -> Path:
    """A folder with one template of the operator's own."""
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("reminder", [None, 2])
@pytest.mark.parametrize("language", TEMPLATES.languages)
def test_every_language_says_who_how_much_and_where(language: str, reminder: int | None) -> None:
    invoice = an_invoice(Status.ISSUED, customer=a_customer(language=language), due_by=NOON)
    text = a_message(medium=Medium.SMS, address="+919876543210", reminder=reminder)
    letter = TEMPLATES.letter(a_message(reminder=reminder), invoice, SELLER)
    assert letter.html is not None
    for said in (TEMPLATES.sms(text, invoice, SELLER), letter.text, letter.html):
        assert SELLER in said
        assert "INR 998.00" in said
        assert str(invoice.short_url) in said
    assert LINK.findall(letter.text) == [invoice.short_url]
    assert "2026" in letter.text


def test_what_is_not_known_of_a_payer_is_left_out() -> None:
    invoice = an_invoice(Status.ISSUED, customer=a_customer(name=None))
    letter = TEMPLATES.letter(a_message(), invoice, SELLER)
    assert letter.text.startswith("Hello,\n")
    assert "None" not in f"{letter}"


def test_html_is_inert_and_its_style_stands_in_each_element() -> None:
    invoice = an_invoice(Status.ISSUED, customer=a_customer(name="<b>Ravi</b> & {{ 7*7 }}"))
    html = TEMPLATES.letter(a_message(), invoice, "<script>x</script>").html
    assert html is not None
    assert "&lt;b&gt;Ravi&lt;/b&gt; &amp; {{ 7*7 }}" in html
    assert "<script" not in html
    assert "<style" not in html
    assert 'class="button" href="https://' in html
    assert 'style="display: inline-block' in html


def test_the_english_text_fits_one_sms_for_every_ordinary_amount() -> None:
    link = f"https://bill.example/i/{'x' * 22}"
    invoice = an_invoice(Status.ISSUED).model_copy(update={"short_url": link})
    for reminder in (None, 1):
        text = TEMPLATES.sms(a_message(reminder=reminder), invoice, "A" * 40)
        assert measured(text).segments == 1
        assert measured(text).encoding == "GSM-7"


def test_an_operators_template_comes_before_ours(tmp_path: Path) -> None:
    folder = own(tmp_path, "en/sms.txt", "{{ seller }}: {{ due }}, {{ link }}")
    text = Templates(folder).sms(a_message(), an_invoice(Status.ISSUED), SELLER)
    assert text == "Acme Books: INR 998.00, https://bill.example/i/inv_1"


def test_payers_of_whom_nothing_is_known_read_the_operators_language() -> None:
    letter = Templates(default="hi").letter(a_message(), an_invoice(Status.ISSUED), SELLER)
    assert letter.subject == "Acme Books की ओर से INR 998.00 का इनवॉइस"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("en/sms.txt", "{{ seller }} {{ due }}", "sms.txt: link is missing; add it"),
        ("en/sms.txt", "{{ seller }} {{ due }} {{ link }} {{ total }}", "total is not known"),
        ("en/sms.txt", "{{ seller }} {{ due }} {{ link }} {{ link }}", "no link but"),
        ("en/mail.txt", "{{ seller }} {{ due }} {{ link }} https://evil.example", "no link but"),
        ("en/mail.html", "{{ seller }} {{ due }} <a href='{{ link }}'>{{ link }}</a>", "no link"),
        ("en/subject.txt", "{{ seller }} {{ link }}", "no link but"),
        ("en/sms.txt", "{{ seller }", "en/sms.txt, line 1"),
        ("en/sms.txt", "{% for %}", "en/sms.txt, line 1"),
        ("en/sms.txt", "{% include 'x' %}{{ seller }} {{ due }} {{ link }}", "en/sms.txt"),
        ("en/mail.txt", "{{ seller }}\n{{ due }} {{ link }}\n{{ 1 / 0 }}", "en/mail.txt, line 3"),
        ("en/mail.txt", "\n{{ seller.x.y }} {{ due }} {{ link }}", "en/mail.txt, line 2"),
        ("en/mail.html", "{{ seller.__class__ }} {{ due }} {{ link }}", "en/mail.html, line 1"),
        ("en/sms.txt", "{{ seller }} {{ due }} {{ link }} {{ 'x' * 10**9 }}", "sms.txt, line 1"),
        ("en/sms.txt", "{{ seller }} {{ due }} {{ link }}{{ '%9d' % 1 }}", "cannot be used"),
        (
            "en/sms.txt",
            "{% for i in range(10000000) %}{% endfor %}{{ seller }}{{ due }} {{ link }}",
            "sms.txt, line 1",
        ),
        ("mail.html", "\n{{ cycler.__init__.__globals__ }}", "mail.html, line 2"),
        ("de/sms.txt", "{{ seller }} {{ due }} {{ link }}", "de: there are no phrases for it"),
    ],
)
def test_a_template_that_could_fail_later_is_refused_when_it_is_loaded(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    with pytest.raises(MessageTemplateError, match=re.escape(said)):
        Templates(own(tmp_path, name, text))


def test_a_template_that_fails_for_one_invoice_is_logged_with_its_line_and_no_value(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = "{{ seller }}\n{{ due }} {{ link }} {% if name == 'Ravi2' %}{{ name + 1 }}{% endif %}"
    templates = Templates(own(tmp_path, "en/sms.txt", text))
    invoice = an_invoice(Status.ISSUED, customer=a_customer(name="Ravi2"))
    with pytest.raises(MessageTemplateError):
        templates.sms(a_message(), invoice, SELLER)
    (said,) = caplog.messages
    assert said.endswith("en/sms.txt, line 2: an expression cannot be computed")
    assert "Ravi2" not in said
