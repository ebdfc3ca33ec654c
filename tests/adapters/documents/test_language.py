"""Languages: which one a payer reads, and that all say the same things."""

from __future__ import annotations

from pathlib import Path

import pytest

from billhook_adapters.documents.language import language_of, loaded, read_by
from billhook_adapters.testing import a_customer, a_document


@pytest.mark.parametrize(
    ("tag", "default", "code", "locale"),
    [
        (None, "en", "en", "en_001"),
        (None, "hi", "hi", "hi"),
        ("hi-IN", "en", "hi", "hi_IN"),
        ("en-IN", "hi", "en", "en_IN"),
        ("ar-EG", "en", "ar", "ar_EG"),
        ("sv", "hi-IN", "hi", "hi_IN"),
        ("de-AT", "en", "de", "de_AT"),
        ("en-ZZ", "en", "en", "en_001"),
    ],
)
def test_a_tag_leads_to_phrases_and_to_figures(
    tag: str | None, default: str, code: str, locale: str
) -> None:
    language = language_of(tag, default)
    assert (language.code, str(language.locale)) == (code, locale)


def test_who_pays_decides_which_language() -> None:
    assert read_by(a_document(customer=a_customer(language="hi"))).code == "hi"
    assert read_by(a_document(), "ar").code == "ar"
    assert read_by(a_document(customer=None)).direction == "ltr"
    assert language_of("ar").direction == "rtl"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ('due = "देय"', "differ in paid"),
        ('due = "देय"\npaid = "x"\nmore = "y"', "differ in more"),
        ('due = "देय"\npaid = "{amount} x"', "paid has other placeholders"),
    ],
)
def test_a_language_that_lacks_something_is_refused(tmp_path: Path, other: str, said: str) -> None:
    (tmp_path / "en.toml").write_text('due = "Due"\npaid = "Paid"')
    (tmp_path / "hi.toml").write_text(other)
    with pytest.raises(ValueError, match=said):
        loaded(tmp_path)
