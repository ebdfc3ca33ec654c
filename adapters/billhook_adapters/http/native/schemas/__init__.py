"""The native API's requests."""
