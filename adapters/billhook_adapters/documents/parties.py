"""The seller and the buyer of an invoice as texts: names, addresses, contacts and tax ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.customer import Customer, PostalAddress
from billhook.model.tax_ids import TaxId
from billhook_adapters.documents.language import Language
from billhook_adapters.documents.untrusted_text import label

_USUAL = "{lines}\n{code} {city}\n{state}"
_SMALL_TO_LARGE = "{lines}\n{city} {code}\n{state}"
_FORMATS = {
    "AE": "{lines}\n{city}\n{state}",
    "AU": "{lines}\n{city} {state} {code}",
    "BR": "{lines}\n{city} - {state}\n{code}",
    "CA": "{lines}\n{city} {state} {code}",
    "CO": "{lines}\n{city}, {state}, {code}",
    "GB": "{lines}\n{city}\n{state}\n{code}",
    "HK": "{lines}\n{city}\n{state}",
    "ID": "{lines}\n{city}\n{state} {code}",
    "IE": "{lines}\n{city}\n{state}\n{code}",
    "IT": "{lines}\n{code} {city} {state}",
    "MX": "{lines}\n{code} {city}, {state}",
    "NG": "{lines}\n{city} {code}\n{state}",
    "TH": "{lines}\n{city}\n{state} {code}",
    "US": "{lines}\n{city}, {state} {code}",
    "VN": "{lines}\n{city}\n{state} {code}",
    "ZA": "{lines}\n{city}\n{code}",
} | dict.fromkeys(("BD", "EG", "IN", "JO", "LK", "NP", "NZ", "PK", "SA", "SG"), _SMALL_TO_LARGE)
"""How the post of a country wants addresses; `_USUAL` is that of most of them."""

_LARGE_TO_SMALL = {
    "CN": "{code}\n{state}{city}\n{lines}",
    "JP": "〒{code}\n{state}{city}\n{lines}",
    "KR": "{state} {city}\n{lines}\n{code}",
    "TW": "{code}\n{city}{state}\n{lines}",
}
"""The same where the address is in letters of the country; in Latin letters it is as usual."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A text with its name, such as a tax id; `link` is where it leads."""

    name: str
    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """The seller or the buyer. Each text is on one line."""

    name: str | None
    legal_name: str | None
    """The registered name, where it is another one."""
    address: Sequence[str]
    """The lines of the address, in the order of its country."""
    shipping_address: Sequence[str]
    """The same of the address that goods are sent to, where it is another one."""
    contacts: Sequence[Entry]
    """How to reach the seller."""
    tax_ids: Sequence[Entry]


def seller_of(hosted: HostedInvoice, language: Language) -> Party:
    """The seller of an invoice."""
    profile = hosted.profile
    name, legal_name = label(hosted.seller), label(profile.legal_name or "")
    return Party(
        name=name,
        legal_name=legal_name if legal_name != name else None,
        address=address_lines(profile.address, language),
        shipping_address=(),
        contacts=tuple(_contacts(hosted, language)),
        tax_ids=_tax_ids(profile.tax_ids, language),
    )


def buyer_of(customer: Customer, language: Language) -> Party | None:
    """The buyer of an invoice, without e-mail address and phone number: links are passed on.

    None where nothing is known that may be shown.
    """
    address = address_lines(customer.billing_address, language)
    shipping_address = address_lines(customer.shipping_address, language)
    name = label(customer.name or "") or None
    tax_ids = _tax_ids(customer.tax_ids, language)
    if name is None and not (address or shipping_address or tax_ids):
        return None
    return Party(
        name=name,
        legal_name=None,
        address=address,
        shipping_address=() if shipping_address == address else shipping_address,
        contacts=(),
        tax_ids=tax_ids,
    )


def address_lines(address: PostalAddress | None, language: Language) -> tuple[str, ...]:
    """The lines of an address in the order of its country, whose name is the reader's.

    >>> from billhook_adapters.documents.language import language_of
    >>> home = PostalAddress(line1="1 Main St", city="Springfield", state="IL", country="US")
    >>> address_lines(home, language_of("en"))
    ('1 Main St', 'Springfield, IL', 'United States')
    """
    if address is None:
        return ()
    text = _format_of(address).format(
        lines=f"{label(address.line1)}\n{label(address.line2)}",
        city=label(address.city),
        state=label(address.state),
        code=label(address.postal_code),
    )
    lines = [
        " ".join(line.replace(" ,", ",").split()).strip(" ,-").removesuffix("〒")
        for line in text.split("\n")
    ]
    if address.country is not None:
        lines.append(language.country(address.country))
    return tuple(filter(None, lines))


def _format_of(address: PostalAddress) -> str:
    country = address.country or ""
    if country in _LARGE_TO_SMALL and not f"{address.line1}{address.city}".isascii():
        return _LARGE_TO_SMALL[country]
    return _FORMATS.get(country, _USUAL)


def _contacts(hosted: HostedInvoice, language: Language) -> Iterator[Entry]:
    profile, words = hosted.profile, language.phrases
    if profile.email is not None:
        email = label(profile.email)
        yield Entry(words["email"], email, f"mailto:{email}")
    if profile.phone is not None:
        phone = label(profile.phone)
        yield Entry(words["phone"], phone, f"tel:{phone}")
    if profile.website is not None:
        website = label(profile.website)
        yield Entry(words["website"], website.partition("://")[2].rstrip("/"), website)


def _tax_ids(tax_ids: Sequence[TaxId], language: Language) -> tuple[Entry, ...]:
    return tuple(
        Entry(language.phrases[f"tax_id_{one.kind.value}"], label(one.value)) for one in tax_ids
    )
