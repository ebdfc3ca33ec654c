"""The `billhook` command line: one module for each command."""
