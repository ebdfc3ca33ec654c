"""The option `--base-url`: what short URLs begin with."""

from __future__ import annotations

from billhook_adapters.cli.errors import CliError


def checked_base_url(given: str) -> str:
    """The URL, which ends in a slash. Raises CliError, which names the option."""
    from billhook_adapters.composition.settings import page_url

    try:
        return page_url(given)
    except ValueError as error:
        raise CliError(f"--base-url: {error}") from None
