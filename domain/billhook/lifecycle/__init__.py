"""Rules: the transition table, errors, events and one module an operation. Imports `model`."""
