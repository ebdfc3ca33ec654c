"""The native API: every operation over HTTP, in the domain's terms. Extra: `billhook[http]`."""
