"""Instants as options."""

from __future__ import annotations

import argparse
from datetime import datetime


def instant(given: str) -> datetime:
    """The instant that an option gives, for argparse."""
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError("must be a time with its zone: 2026-01-31T12:00:00Z")
    return moment
