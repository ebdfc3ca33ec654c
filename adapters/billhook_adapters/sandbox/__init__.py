"""The offline twin: a service on its own, whose time, payer and providers do as they are told."""
