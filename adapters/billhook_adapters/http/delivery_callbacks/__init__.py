"""Where providers tell what became of messages."""
