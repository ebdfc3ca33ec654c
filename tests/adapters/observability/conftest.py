"""The log of a whole process, and the process as it was before."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from billhook_adapters.observability import configured


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, as an operator would get it."""
    root = logging.getLogger()
    before, level, raises = list(root.handlers), root.level, logging.raiseExceptions
    own = {
        logger: (list(logger.handlers), logger.propagate, logger.level)
        for logger in root.manager.loggerDict.values()
        if isinstance(logger, logging.Logger)
    }
    stream = io.StringIO()
    configured("INFO", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    for logger, (handlers, propagate, its_level) in own.items():
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(its_level)
    logging.raiseExceptions = raises
    logging.captureWarnings(capture=False)
