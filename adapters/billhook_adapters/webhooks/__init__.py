"""Webhooks out: to public URLs only, signed, with the true result. Extra: `billhook[webhooks]`.

Imports the domain and `system`; never `http`, whose APIs bring the formats.
"""
