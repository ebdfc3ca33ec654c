"""A shop that bills by Razorpay's own SDK, and its tests, which need no network."""
