"""The library has no types of its own; these are the parts that we use."""
