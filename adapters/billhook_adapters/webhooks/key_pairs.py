"""Key pairs that sign webhooks: the private half is sealed, the public one is for receivers."""

from __future__ import annotations

from base64 import b64encode

from billhook_adapters.system.optional_dependencies import needs

with needs("webhooks"):
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
        load_pem_private_key,
    )

BITS = 2048


def new_key_pair() -> tuple[str, str]:
    """A new private key and its public key, both PEM.

    >>> private, public = new_key_pair()
    >>> public.splitlines()[0], public == public_key(private)
    ('-----BEGIN PUBLIC KEY-----', True)
    """
    private = generate_private_key(public_exponent=65537, key_size=BITS)
    text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return text, public_key(text)


def public_key(private: str) -> str:
    """The public key of a private one, PEM. Raises ValueError where the text is no RSA key."""
    key = _loaded(private).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signature(payload: bytes, private: str) -> str:
    """RSA with SHA-256 over the payload, in Base64; the same payload has the same signature.

    Raises ValueError where the text is no RSA key.
    """
    return b64encode(_loaded(private).sign(payload, PKCS1v15(), SHA256())).decode()


def _loaded(private: str) -> RSAPrivateKey:
    key = load_pem_private_key(private.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("the secret is not an RSA key")  # its text is wrong
    return key
