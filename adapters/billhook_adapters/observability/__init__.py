"""What an operator sees of a running service. Extra: `billhook[ops]`."""

from billhook_adapters.system.optional_dependencies import needs

with needs("ops"):
    from billhook_adapters.observability.logs import configured
    from billhook_adapters.observability.masking import masked
    from billhook_adapters.observability.metrics import Metrics
    from billhook_adapters.observability.observed import observed
    from billhook_adapters.observability.traces import traced

__all__ = ["Metrics", "configured", "masked", "observed", "traced"]
