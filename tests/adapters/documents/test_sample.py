"""Samples for previews: in every language, what they are named after."""

from __future__ import annotations

import pytest

from billhook.model.invoice import Status
from billhook_adapters.documents.language import phrases
from billhook_adapters.documents.sample import SampleKind, sample
from billhook_adapters.testing import NOON


@pytest.mark.parametrize("language", phrases())
@pytest.mark.parametrize("kind", SampleKind)
def test_every_language_has_every_sample(kind: SampleKind, language: str) -> None:
    hosted, message = sample(language, NOON, kind=kind)
    document = hosted.invoice.document
    assert message.invoice == hosted.invoice.id
    assert document.customer is not None
    assert document.customer.language == language
    assert all(line.taxes for line in document.lines)
    sizes = {SampleKind.ONE_LINE: 1, SampleKind.LONG: 500}
    assert len(document.lines) == sizes.get(kind, 4)
    part_paid = kind is SampleKind.PART_PAID
    assert (hosted.invoice.status is Status.PARTIALLY_PAID) is part_paid
    assert (len(hosted.invoice.instalments) == 3) is part_paid
    assert (hosted.logo is None) is (kind is SampleKind.ONE_LINE)


def test_a_language_without_texts_has_the_english_ones() -> None:
    hosted, _ = sample("sw-KE", NOON, kind=SampleKind.TAX)
    assert hosted.seller == "Acme Books"
