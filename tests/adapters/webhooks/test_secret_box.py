"""The secret of a webhook is sealed: only the key of the operator opens it, nothing shows it."""

from __future__ import annotations

import random
import traceback
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from billhook_adapters.system.secret_key import SecretKeyWeakError
from billhook_adapters.webhooks.secret_box import SecretBox, SecretKeyMismatchError

KEY = "the operator's own passphrase"
BOX = SecretBox(KEY)


@pytest.mark.parametrize("secret", ["whsec", "", "₹ whsec", "a" * 10_000, "line\nline\x00"])
def test_what_was_sealed_opens_as_it_was(secret: str) -> None:
    assert BOX.open(BOX.seal(secret)) == secret


def test_a_sealed_secret_shows_nothing_and_is_never_sealed_alike() -> None:
    sealed = BOX.seal("₹ whsec")
    assert "whsec" not in sealed
    assert b"whsec" not in urlsafe_b64decode(sealed)
    assert BOX.seal("₹ whsec") != sealed


def test_a_key_opens_what_it_sealed_in_another_process() -> None:
    # A fixed value: after a change of the derivation, operators could not open their secrets.
    sealed = (
        "gAAAAABrA9iR_cbXFnOO7sJfK3fF-yhivarGi3Co_vOBaxZhAjMu9aGt4Fr1"
        "t4C8YTkzw_0KIPzBcRgVUjul8fIEUcBK2cMRZw=="
    )
    assert BOX.open(sealed) == "whsec"


@pytest.mark.parametrize("other", ["another passphrase of theirs", f"{KEY} ", KEY.upper()])
def test_another_key_opens_nothing_and_shows_nothing(other: str) -> None:
    sealed = BOX.seal("whsec")
    with pytest.raises(SecretKeyMismatchError, match="another secret key") as refused:
        SecretBox(other).open(sealed)
    traceback_text = "".join(traceback.format_exception(refused.value))
    for held in ("whsec", sealed, KEY, other):
        assert held not in traceback_text


def test_a_sealed_secret_with_one_byte_changed_never_opens() -> None:
    sealed = urlsafe_b64decode(BOX.seal("whsec"))
    chance = random.Random(1)  # noqa: S311  # it only picks places
    for _ in range(1000):
        changed = bytearray(sealed)
        changed[chance.randrange(len(changed))] ^= chance.randrange(1, 256)
        with pytest.raises(SecretKeyMismatchError):
            BOX.open(urlsafe_b64encode(changed).decode())


@pytest.mark.parametrize("damaged", ["", "whsec", "gAAAA", "₹", "a\x00b"])
def test_what_was_never_sealed_does_not_open(damaged: str) -> None:
    with pytest.raises(SecretKeyMismatchError):
        BOX.open(damaged)


def test_a_short_key_is_refused_with_a_way_to_make_one() -> None:
    with pytest.raises(SecretKeyWeakError, match="must have at least 16") as refused:
        SecretBox("15-characters--")
    assert "15-char" not in str(refused.value)
    assert "secrets.token_urlsafe(32)" in str(refused.value)
    SecretBox("16-characters---")


def test_a_box_shows_nothing_of_its_key() -> None:
    assert KEY not in repr(BOX)
    assert KEY not in str(vars(BOX))
