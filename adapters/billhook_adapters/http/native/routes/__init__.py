"""The native API's routes, one resource a module."""
