"""The guards that installed distributions offer, for the service and the workers.

An entry point of the group `billhook.guards` is a function that returns the guards of an account.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from billhook.lifecycle.guards import Guard, GuardsOf, no_guards
from billhook.model.base import AccountId
from billhook_adapters.composition import plugins


def installed_guards() -> GuardsOf:
    """All guards of all installed distributions, in the order of their names.

    Raises PluginError where one cannot be imported or is no function.
    """
    found = [_loaded(name) for name in plugins.names(plugins.GUARDS)]
    if not found:
        return no_guards

    def guards(account: AccountId) -> Sequence[Guard]:
        return [guard for guards_of in found for guard in guards_of(account)]

    return guards


def _loaded(name: str) -> GuardsOf:
    offered = plugins.load(plugins.GUARDS, name)
    if not callable(offered):
        raise plugins.PluginError(
            f"the guard {name} of {plugins.package(plugins.GUARDS, name)} is no function; "
            "give a function that returns the guards of an account"
        )
    return cast("GuardsOf", offered)
