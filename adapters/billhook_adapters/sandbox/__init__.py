"""A service for tests: offline, with a movable clock and simulated payers and providers."""
