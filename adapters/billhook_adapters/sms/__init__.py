"""Messages by SMS: one sender for each way to a phone network."""
