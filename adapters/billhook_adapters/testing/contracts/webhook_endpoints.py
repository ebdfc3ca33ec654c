"""Subscribers in a store."""

from __future__ import annotations

from collections.abc import Sequence

from billhook.application.ports import Store, StoreRefused
from billhook.application.records import Outcome
from billhook.messaging.webhooks import Event, Subscriber
from billhook.model.base import AccountId
from billhook_adapters.testing.builders import a_subscriber
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.store_suite import (
    ONE,
    OTHER,
    StoreSuite,
    broken_off,
    save,
)


class SubscribersSuite(StoreSuite):
    """Subscribers of a store."""

    def test_a_subscriber_comes_back_equal(self, opened: Store) -> None:
        full = a_subscriber(
            "sub.1-:_",
            url="https://hören.example/hooks?a=b&c=✓",
            style="razorpay",
            events=(Event.PAID, Event.ISSUED),
            sealed_secret="gAAAA✓",  # noqa: S106  # sealed, and no secret at all
            silenced=True,
        )
        _subscribe(opened, full)
        assert _subscribed(opened) == [full]

    def test_the_shortest_subscriber_comes_back_equal(self, opened: Store) -> None:
        shortest = a_subscriber(url="", events=())
        _subscribe(opened, shortest)
        assert _subscribed(opened) == [shortest]

    def test_a_subscriber_saved_again_replaces_itself(self, opened: Store) -> None:
        _subscribe(opened, a_subscriber("sub_1"), a_subscriber("sub_2"))
        silenced = a_subscriber("sub_1", url="https://moved.example", silenced=True)
        _subscribe(opened, silenced)
        assert _subscribed(opened) == [silenced, a_subscriber("sub_2")]

    def test_the_subscribers_of_an_account_come_by_id(self, opened: Store) -> None:
        _subscribe(opened, *(a_subscriber(one) for one in ("sub_b", "sub_B", "sub_a")))
        assert [one.id for one in _subscribed(opened)] == ["sub_B", "sub_a", "sub_b"]

    def test_an_account_has_its_own_subscribers_alone(self, opened: Store) -> None:
        ours = a_subscriber(account=ONE.id)
        theirs = a_subscriber(account=OTHER.id, url="https://other.example")
        _subscribe(opened, ours, theirs)
        with opened.snapshot() as view:
            found = view.subscribers((OTHER.id, ONE.id, AccountId("acc_9")))
        assert {account: list(subscribers) for account, subscribers in found.items()} == {
            ONE.id: [ours],
            OTHER.id: [theirs],
        }
        assert _subscribed(opened, OTHER.id) == [theirs]

    def test_accounts_without_subscribers_are_absent(self, opened: Store) -> None:
        with opened.snapshot() as view:
            assert view.subscribers((ONE.id, AccountId("acc_9"))) == {}
            assert view.subscribers(()) == {}

    def test_a_transaction_that_breaks_off_subscribes_nobody(self, opened: Store) -> None:
        subscriber = a_subscriber()
        with broken_off(opened) as work:
            work.save(Outcome(subscribers={subscriber.key: subscriber}))
            assert list(work.subscribers((ONE.id,))[ONE.id]) == [subscriber]
        assert _subscribed(opened) == []

    def test_of_changes_at_once_none_is_made_to_what_another_changed(self, opened: Store) -> None:
        _subscribe(opened, a_subscriber(url=""))

        def lengthened(letter: str) -> bool:
            try:
                with opened.transaction() as work:
                    (before,) = work.subscribers((ONE.id,))[ONE.id]
                    after = before.model_copy(update={"url": before.url + letter})
                    work.save(Outcome(subscribers={after.key: after}))
            except StoreRefused:
                return False
            return True

        done = at_once(*(lambda letter=letter: lengthened(letter) for letter in "abcdefgh"))
        (after,) = _subscribed(opened)
        assert len(after.url) == sum(done) >= 1


def _subscribe(store: Store, *subscribers: Subscriber) -> None:
    save(store, subscribers={subscriber.key: subscriber for subscriber in subscribers})


def _subscribed(store: Store, account: AccountId = ONE.id) -> Sequence[Subscriber]:
    with store.snapshot() as view:
        return list(view.subscribers((account,)).get(account, ()))
