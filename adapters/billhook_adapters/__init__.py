"""What surrounds the domain: storage, delivery, HTTP APIs, the command line. Imports `billhook`."""
