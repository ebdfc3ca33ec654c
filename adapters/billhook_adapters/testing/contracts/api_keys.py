"""The contract of a keyring."""

from __future__ import annotations

from datetime import timedelta

import pytest
from returns.result import Failure, Success

from billhook.lifecycle.errors import AccountNotFound
from billhook.model.base import AccountId
from billhook_adapters.system.api_keys import (
    EditableKeyring,
    KeyNotFound,
    KeyTaken,
    ListedKey,
    StoredKey,
    hashed,
    token_key,
)
from billhook_adapters.testing.builders import NOON
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.store_suite import ONE, OTHER

SECRET = "a-secret-of-at-least-22-characters"  # noqa: S105  # it opens nothing
LATER = NOON + timedelta(hours=1, microseconds=1)
HOSTILE = ["", "\x00", "key_1\x00", "\ud800", "KEY_1", "key_1 ", "%", "' OR 1=1 --", "x" * 10_000]


class KeyringContract:
    """What every keyring does. Provide `keyring`, empty, beside the accounts acc_1 and acc_2.

    class TestMyKeyring(KeyringContract):
        @pytest.fixture
        def keyring(self, opened):
            return MyKeyring(opened)
    """

    @pytest.fixture
    def keyring(self) -> EditableKeyring:
        raise NotImplementedError("give the suite a fixture `keyring`")

    def test_a_key_is_found_with_its_account_and_the_hash_of_its_secret(
        self, keyring: EditableKeyring
    ) -> None:
        assert keyring.add(ONE.id, "key_1", SECRET, NOON) == Success(None)
        assert keyring.find("key_1") == StoredKey(ONE.id, hashed(SECRET))

    def test_a_token_is_found_by_its_hash_with_its_location(self, keyring: EditableKeyring) -> None:
        token = token_key("pit-1", "loc_1")
        keyring.add(ONE.id, token.id, token.secret, NOON, token.location)
        assert keyring.find(hashed("pit-1")) == StoredKey(ONE.id, hashed("pit-1"), "loc_1")
        assert keyring.of(ONE.id) == [ListedKey(token.id, NOON, None, "loc_1")]
        assert keyring.add(OTHER.id, token.id, "pit-1", NOON, "loc_2") == Failure(KeyTaken())

    def test_many_are_found_together_and_unknown_ones_are_absent(
        self, keyring: EditableKeyring
    ) -> None:
        keyring.add(ONE.id, "key_1", SECRET, NOON)
        keyring.add(OTHER.id, "key_2", "other", NOON)
        found = keyring.find_all(["key_2", "key_1", "key_1", "key_9"])
        assert found == {
            "key_1": StoredKey(ONE.id, hashed(SECRET)),
            "key_2": StoredKey(OTHER.id, hashed("other")),
        }
        assert keyring.find_all(()) == {}

    @pytest.mark.parametrize("name", HOSTILE)
    def test_an_id_of_any_shape_finds_no_other_key(
        self, keyring: EditableKeyring, name: str
    ) -> None:
        keyring.add(ONE.id, "key_1", SECRET, NOON)
        assert keyring.find(name) is None
        assert keyring.find_all((name,)).get(name) is None

    def test_an_id_names_one_key_for_ever(self, keyring: EditableKeyring) -> None:
        keyring.add(ONE.id, "key_1", SECRET, NOON)
        for account in (ONE.id, OTHER.id):
            assert keyring.add(account, "key_1", "other", LATER) == Failure(KeyTaken())
        keyring.revoke(ONE.id, "key_1", LATER)
        assert keyring.add(ONE.id, "key_1", "other", LATER) == Failure(KeyTaken())
        assert keyring.of(ONE.id) == [ListedKey("key_1", NOON, LATER)]
        assert keyring.of(OTHER.id) == []

    def test_a_key_needs_an_account(self, keyring: EditableKeyring) -> None:
        unknown = AccountId("acc_9")
        assert keyring.add(unknown, "key_1", SECRET, NOON) == Failure(AccountNotFound())
        assert keyring.rotate(unknown, "key_1", SECRET, NOON) == Failure(AccountNotFound())
        assert keyring.find("key_1") is None

    def test_a_revoked_key_is_not_found(self, keyring: EditableKeyring) -> None:
        for name in ("key_1", "key_2"):
            keyring.add(ONE.id, name, SECRET, NOON)
        assert keyring.revoke(ONE.id, "key_1", LATER) == Success(None)
        assert keyring.find("key_1") is None
        assert [*keyring.find_all(("key_1", "key_2"))] == ["key_2"]

    def test_only_a_key_of_the_account_that_is_in_force_can_be_revoked(
        self, keyring: EditableKeyring
    ) -> None:
        keyring.add(ONE.id, "key_1", SECRET, NOON)
        assert keyring.revoke(OTHER.id, "key_1", LATER) == Failure(KeyNotFound())
        assert keyring.revoke(ONE.id, "key_9", LATER) == Failure(KeyNotFound())
        assert keyring.find("key_1") is not None
        keyring.revoke(ONE.id, "key_1", NOON)
        assert keyring.revoke(ONE.id, "key_1", LATER) == Failure(KeyNotFound())
        assert keyring.of(ONE.id) == [ListedKey("key_1", NOON, NOON)]

    def test_the_keys_of_an_account_are_listed_oldest_first_without_their_secrets(
        self, keyring: EditableKeyring
    ) -> None:
        keyring.add(ONE.id, "key_3", SECRET, LATER)
        keyring.add(ONE.id, "key_2", SECRET, NOON)
        keyring.add(ONE.id, "key_1", SECRET, NOON)
        keyring.add(ONE.id, "key_4", SECRET)
        keyring.add(OTHER.id, "key_5", SECRET, NOON)
        assert keyring.of(ONE.id) == [
            ListedKey("key_4", None, None),
            ListedKey("key_1", NOON, None),
            ListedKey("key_2", NOON, None),
            ListedKey("key_3", LATER, None),
        ]
        assert SECRET not in repr(keyring.of(ONE.id))
        assert hashed(SECRET) not in repr(keyring.of(ONE.id))

    def test_a_rotation_keeps_the_new_key_and_revokes_the_others(
        self, keyring: EditableKeyring
    ) -> None:
        for name in ("key_1", "key_2", "key_3"):
            keyring.add(ONE.id, name, SECRET, NOON)
        keyring.add(OTHER.id, "key_4", SECRET, NOON)
        keyring.revoke(ONE.id, "key_1", NOON)
        assert keyring.rotate(ONE.id, "key_5", "new", LATER) == Success(["key_2", "key_3"])
        assert keyring.of(ONE.id) == [
            ListedKey("key_1", NOON, NOON),
            ListedKey("key_2", NOON, LATER),
            ListedKey("key_3", NOON, LATER),
            ListedKey("key_5", LATER, None),
        ]
        assert {*keyring.find_all([f"key_{n}" for n in range(6)])} == {"key_4", "key_5"}

    def test_a_refused_rotation_revokes_nothing(self, keyring: EditableKeyring) -> None:
        keyring.add(ONE.id, "key_1", SECRET, NOON)
        keyring.add(OTHER.id, "key_2", SECRET, NOON)
        for taken in ("key_1", "key_2"):
            assert keyring.rotate(ONE.id, taken, "new", LATER) == Failure(KeyTaken())
        assert keyring.of(ONE.id) == [ListedKey("key_1", NOON, None)]

    def test_of_many_who_want_one_id_at_once_one_gets_it(self, keyring: EditableKeyring) -> None:
        answers = at_once(*[lambda: keyring.add(ONE.id, "key_1", SECRET, NOON)] * 8)
        assert sorted(map(str, answers)) == sorted(
            map(str, [Success(None), *[Failure(KeyTaken())] * 7])
        )

    def test_after_rotations_at_once_one_key_is_in_force(self, keyring: EditableKeyring) -> None:
        names = [f"key_{n}" for n in range(8)]
        at_once(*[lambda n=n: keyring.rotate(ONE.id, n, SECRET, NOON) for n in names])
        assert len(keyring.of(ONE.id)) == len(names)
        assert len(keyring.find_all(names)) == 1
