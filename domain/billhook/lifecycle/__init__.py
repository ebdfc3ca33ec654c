"""The rules: transition table, errors, events, one module per operation. Imports `model`."""
