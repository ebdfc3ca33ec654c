"""Webhook endpoints in a store."""

from __future__ import annotations

from collections.abc import Sequence

from billhook.application.ports import Store, StoreConflictError
from billhook.application.records import PendingWrites
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEventType
from billhook.model.base import AccountId
from billhook_adapters.testing.builders import a_webhook_endpoint
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.store_suite import (
    ONE,
    OTHER,
    StoreSuite,
    broken_off,
    save,
)


class WebhookEndpointsSuite(StoreSuite):
    """Webhook endpoints of a store."""

    def test_a_webhook_endpoint_is_read_back_equal(self, opened: Store) -> None:
        full = a_webhook_endpoint(
            "sub.1-:_",
            url="https://hören.example/hooks?a=b&c=✓",
            style="native",
            events=(WebhookEventType.PAID, WebhookEventType.ISSUED),
            sealed_secret="gAAAA✓",  # noqa: S106  # sealed, and no secret at all
            silenced=True,
        )
        _subscribe(opened, full)
        assert _subscribed(opened) == [full]

    def test_the_shortest_webhook_endpoint_is_read_back_equal(self, opened: Store) -> None:
        shortest = a_webhook_endpoint(url="", events=())
        _subscribe(opened, shortest)
        assert _subscribed(opened) == [shortest]

    def test_a_webhook_endpoint_saved_again_replaces_itself(self, opened: Store) -> None:
        _subscribe(opened, a_webhook_endpoint("sub_1"), a_webhook_endpoint("sub_2"))
        silenced = a_webhook_endpoint("sub_1", url="https://moved.example", silenced=True)
        _subscribe(opened, silenced)
        assert _subscribed(opened) == [silenced, a_webhook_endpoint("sub_2")]

    def test_the_webhook_endpoints_of_an_account_come_by_id(self, opened: Store) -> None:
        _subscribe(opened, *(a_webhook_endpoint(one) for one in ("sub_b", "sub_B", "sub_a")))
        assert [one.id for one in _subscribed(opened)] == ["sub_B", "sub_a", "sub_b"]

    def test_an_account_has_its_own_webhook_endpoints_alone(self, opened: Store) -> None:
        ours = a_webhook_endpoint(account=ONE.id)
        theirs = a_webhook_endpoint(account=OTHER.id, url="https://other.example")
        _subscribe(opened, ours, theirs)
        with opened.snapshot() as snapshot:
            found = snapshot.webhook_endpoints((OTHER.id, ONE.id, AccountId("acc_9")))
        assert {
            account: list(webhook_endpoints) for account, webhook_endpoints in found.items()
        } == {
            ONE.id: [ours],
            OTHER.id: [theirs],
        }
        assert _subscribed(opened, OTHER.id) == [theirs]

    def test_accounts_without_webhook_endpoints_are_absent(self, opened: Store) -> None:
        with opened.snapshot() as snapshot:
            assert snapshot.webhook_endpoints((ONE.id, AccountId("acc_9"))) == {}
            assert snapshot.webhook_endpoints(()) == {}

    def test_a_transaction_that_is_rolled_back_adds_no_webhook_endpoint(
        self, opened: Store
    ) -> None:
        webhook_endpoint = a_webhook_endpoint()
        with broken_off(opened) as transaction:
            transaction.save(
                PendingWrites(webhook_endpoints={webhook_endpoint.key: webhook_endpoint})
            )
            assert list(transaction.webhook_endpoints((ONE.id,))[ONE.id]) == [webhook_endpoint]
        assert _subscribed(opened) == []

    def test_of_changes_at_once_none_is_made_to_what_another_changed(self, opened: Store) -> None:
        _subscribe(opened, a_webhook_endpoint(url=""))

        def lengthened(letter: str) -> bool:
            try:
                with opened.transaction() as transaction:
                    (before,) = transaction.webhook_endpoints((ONE.id,))[ONE.id]
                    after = before.model_copy(update={"url": before.url + letter})
                    transaction.save(PendingWrites(webhook_endpoints={after.key: after}))
            except StoreConflictError:
                return False
            return True

        done = at_once(*(lambda letter=letter: lengthened(letter) for letter in "abcdefgh"))
        (after,) = _subscribed(opened)
        assert len(after.url) == sum(done) >= 1


def _subscribe(store: Store, *webhook_endpoints: WebhookEndpoint) -> None:
    save(
        store,
        webhook_endpoints={
            webhook_endpoint.key: webhook_endpoint for webhook_endpoint in webhook_endpoints
        },
    )


def _subscribed(store: Store, account: AccountId = ONE.id) -> Sequence[WebhookEndpoint]:
    with store.snapshot() as snapshot:
        return list(snapshot.webhook_endpoints((account,)).get(account, ()))
