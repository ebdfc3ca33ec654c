"""The demo: the whole of billhook on a temporary file, driven by the vendor's own SDK."""
