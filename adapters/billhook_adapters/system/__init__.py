"""The machine: clock, ids, time zones, optional dependencies, API keys. Imports the domain only."""
