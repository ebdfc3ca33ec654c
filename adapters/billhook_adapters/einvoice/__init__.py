"""The e-invoice of EN 16931, as CII and as UBL. Imports the domain, `documents` and `system`."""

from importlib.util import find_spec


def is_installed() -> bool:
    """Whether the packages that write e-invoices are there, which come with an extra.

    >>> is_installed()
    True
    """
    return all(find_spec(name) is not None for name in ("facturx", "pikepdf", "tzdata"))
