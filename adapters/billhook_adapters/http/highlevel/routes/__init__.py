"""HighLevel's routes, one resource a module."""
