"""Messages, delivery, delivery reports and webhooks. Imports `model` and `lifecycle`."""
