"""What goes out: messages, delivery reports, webhooks. Imports `model` and `lifecycle`."""
