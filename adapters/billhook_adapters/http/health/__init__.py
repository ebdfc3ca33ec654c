"""The probes of a running service: alive, ready, metrics."""
