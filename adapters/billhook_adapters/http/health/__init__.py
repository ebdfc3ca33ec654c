"""The probes of a running service: live, ready, metrics."""
