"""Razorpay's Invoices dialect: its routes, its entity, its words."""
