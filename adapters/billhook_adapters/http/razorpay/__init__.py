"""Razorpay's Invoices API: routes, schemas, serializers, errors and webhooks."""
