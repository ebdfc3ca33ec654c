"""Razorpay's routes, one resource a module."""
