"""HighLevel's requests, checked by the vendor's own limits."""
