"""The sandbox: the service for tests, with a clock, payers and providers that the test controls."""
