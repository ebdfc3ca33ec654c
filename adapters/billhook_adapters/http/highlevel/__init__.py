"""HighLevel's Invoices API."""
