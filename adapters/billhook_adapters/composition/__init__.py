"""Puts the parts together: settings, senders, service. The only package that knows every part."""
