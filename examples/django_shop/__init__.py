"""Invoices as Django models: the rules as methods, and as actions of the admin site."""
