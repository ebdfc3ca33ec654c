"""What every HTTP API shares: request, response, authentication, batching, the server."""
