"""HTTP: a core that every API shares, and a package for each API. Extra: `billhook[http]`."""
