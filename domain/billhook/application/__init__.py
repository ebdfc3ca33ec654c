"""Use cases over ports: commands, the service, delivery and sweeps. Imports the whole domain."""
