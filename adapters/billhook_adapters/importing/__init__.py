"""Invoices that another service has issued, taken over with their history."""
