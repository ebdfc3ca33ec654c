"""Engines, which run background jobs. Needs only the core."""

from billhook_adapters.engine.embedded import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
