"""Templates: checked when they are loaded, and each message holds one link, which is ours."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook.model.money import Currency
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.documents.language import language_of
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
    amount = language_of(language).amount(99800, Currency("INR"))
    for said, due in (
        (
            TEMPLATES.sms(text, invoice, SELLER),
            language_of(language).coded_amount(99800, Currency("INR")),
        ),
        (letter.text, amount),
        (unescape(letter.html), amount),
    ):
        assert SELLER in said
        assert due in said
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
    assert letter.subject == "Acme Books की ओर से ₹998.00 का इनवॉइस"


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
        ("sv/sms.txt", "{{ seller }} {{ due }} {{ link }}", "sv: there are no phrases for it"),
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


@pytest.mark.parametrize("language", TEMPLATES.languages)
@pytest.mark.parametrize("reminder", [None, 1])
def test_a_subject_is_shorter_than_60_characters(language: str, reminder: int | None) -> None:
    invoice = an_invoice(Status.ISSUED, customer=a_customer(language=language))
    letter = TEMPLATES.letter(a_message(reminder=reminder), invoice, "Acme Books " * 20)
    assert len(letter.subject) < 60
    assert "Acme Books" in letter.subject
    assert language_of(language).amount(99800, Currency("INR")) in letter.subject


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_an_sms_in_latin_letters_is_one_segment(language: str) -> None:
    customer, august = a_customer(language=language), NOON.replace(month=8)
    invoice = an_invoice(Status.ISSUED, customer=customer, due_by=august)
    for reminder in (None, 1):
        length = measured(TEMPLATES.sms(a_message(reminder=reminder), invoice, "Acme Books"))
        assert (length.encoding, length.segments) == ("GSM-7", 1)


PROFILE = SellerProfile(email="billing@acme.example", phone="+912012345678", accent_color="#ffd500")


@pytest.mark.parametrize("language", TEMPLATES.languages)
def test_a_mail_has_the_colour_of_the_seller_and_says_how_to_reach_it(language: str) -> None:
    invoice = an_invoice(Status.ISSUED, customer=a_customer(language=language), seller=PROFILE)
    letter = TEMPLATES.letter(a_message(), invoice, SELLER)
    html = letter.html or ""
    for text in (letter.text, html):
        assert text.rindex("billing@acme.example") > text.rindex(str(invoice.short_url))
        assert "+912012345678" in text
    assert 'bgcolor="#ffd500"' in html
    assert re.search(r'<a[^>]+style="[^"]*color: ?#000000', html)  # white on yellow is not read
    plain = an_invoice(Status.ISSUED, customer=a_customer(language=language))
    without = TEMPLATES.letter(a_message(), plain, SELLER)
    assert 'bgcolor="#1d4d8f"' in (without.html or "")
    assert without.text.rstrip().endswith(str(plain.short_url))


@pytest.mark.parametrize("language", TEMPLATES.languages)
def test_text_and_html_say_the_same(language: str) -> None:
    invoice = an_invoice(
        Status.ISSUED,
        customer=a_customer(language=language),
        due_by=NOON,
        receipt="INV-1",
        seller=PROFILE,
    )
    letter = TEMPLATES.letter(a_message(), invoice, SELLER)
    said = squeezed(re.sub("<[^>]+>", "", unescape(letter.html or "")))
    for line in letter.text.splitlines():
        assert "://" in line or squeezed(line).rstrip(":") in said, line


def squeezed(text: str) -> str:
    """The text without white space and isolates."""
    return re.sub(r"[\s\u2068\u2069]", "", text)


def test_all_templates_are_checked_at_once_where_a_folder_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An operator's file can break ours, which may extend it; ours alone are checked by this test.
    checked: list[str] = []

    def check(self: Templates, code: str, file: str) -> object:
        checked.append(f"{code}/{file}")
        return original(self, code, file)

    original = Templates._checked  # pyright: ignore[reportPrivateUsage]  # what is counted
    monkeypatch.setattr(Templates, "_checked", check)
    Templates()
    assert checked == []
    made = Templates(tmp_path)
    assert sorted(checked) == sorted(
        f"{code}/{file}"
        for code in made.languages
        for file in ("sms.txt", "subject.txt", "mail.txt", "mail.html")
    )
