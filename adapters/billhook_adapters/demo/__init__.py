"""The demo: a complete service on a temporary file, driven by the vendor's own SDK."""
