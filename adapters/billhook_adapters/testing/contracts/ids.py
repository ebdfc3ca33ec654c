"""The contract of ids."""

from __future__ import annotations

import re
from math import log2

import pytest

from billhook.application.ports import Ids
from billhook.messaging.delivery import MessageKey
from billhook_adapters.testing.builders import a_message, a_webhook_event
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.store_suite import ONE

MANY = 4000
ENOUGH_BITS = 96


class IdsContract:
    """What mints ids and short URLs. Provide `ids`.

    class TestMyIds(IdsContract):
        @pytest.fixture
        def ids(self):
            return MyIds("https://bill.example/i/")
    """

    @pytest.fixture
    def ids(self) -> Ids:
        raise NotImplementedError("give the suite a fixture `ids`")

    def test_an_invoice_is_named_inv_and_14_alphanumerics(self, ids: Ids) -> None:
        minted = [ids.invoice() for _ in range(100)]
        assert [one for one in minted if not re.fullmatch(r"inv_[A-Za-z0-9]{14}", one)] == []

    def test_a_message_takes_its_id(self, ids: Ids) -> None:
        minted = ids.message()
        assert a_message(minted).key == MessageKey(ONE.id, minted)

    def test_a_webhook_event_takes_the_id_of_its_event(self, ids: Ids) -> None:
        minted = ids.webhook_event()
        assert a_webhook_event(minted).key == MessageKey(ONE.id, minted)

    def test_no_id_is_given_twice(self, ids: Ids) -> None:
        assert len({ids.invoice() for _ in range(MANY)}) == MANY
        assert len({ids.message() for _ in range(MANY)}) == MANY
        assert len({ids.webhook_event() for _ in range(MANY)}) == MANY

    def test_no_short_url_is_given_twice_not_even_to_threads(self, ids: Ids) -> None:
        def mint() -> list[str]:
            return [ids.short_url() for _ in range(MANY // 4)]

        minted = at_once(mint, mint, mint, mint)
        assert len({url for urls in minted for url in urls}) == MANY

    def test_short_urls_are_https_and_differ_in_their_last_part_alone(self, ids: Ids) -> None:
        urls = [ids.short_url() for _ in range(100)]
        assert [url for url in urls if not re.fullmatch(r"https?://[^\s?#]+/[\w-]+", url)] == []
        assert len({url.rpartition("/")[0] for url in urls}) == 1

    def test_a_short_url_holds_at_least_96_bits_that_vary(self, ids: Ids) -> None:
        urls = [ids.short_url() for _ in range(MANY)]
        # A place with one character in all of them, such as those of the host, holds no bit.
        places = zip(*urls, strict=False)
        assert sum(log2(len(set(place))) for place in places) >= ENOUGH_BITS

    def test_jitter_is_spread_from_0_to_1(self, ids: Ids) -> None:
        drawn = [ids.jitter() for _ in range(MANY)]
        assert [one for one in drawn if not 0 <= one <= 1] == []
        assert {int(one * 4) for one in drawn} >= {0, 1, 2, 3}
