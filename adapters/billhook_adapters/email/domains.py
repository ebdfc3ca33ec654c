"""The domains of e-mail addresses that there can be: those that a registry may have registered."""

from __future__ import annotations

from billhook.model.addresses import outgoing_email
from billhook_adapters.system.optional_dependencies import needs


def has_registrable_domain(address: str) -> bool:
    """Whether each label of the domain is one of IDNA 2008, beyond the rule of the domain model.

    The model tells letters from signs; the tables of IDNA also know which letters may not stand in
    a label, or not beside each other (RFC 5892, RFC 5893).

    >>> has_registrable_domain("ravi@münchen.example"), has_registrable_domain("ravi@aא.example")
    (True, False)
    """
    with needs("addresses"):
        import idna
    try:
        domain = outgoing_email(address).rpartition("@")[2]
        for label in domain.split("."):
            if label.startswith("xn--"):
                idna.ulabel(label)
    except ValueError:  # idna's errors are ones
        return False
    return True
