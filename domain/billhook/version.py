"""The version of billhook: the one place that says it. Loads nothing, so that asking is fast."""

VERSION = "0.1.0"
