"""An engine in a thread of its own, for as long as a server runs."""

from __future__ import annotations

from threading import Thread

from billhook.application.ports import Engine


class EngineThread:
    """Runs an engine beside a server, and lets it finish what it has claimed.

    One use each: a thread that was stopped does not start again.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = Thread(target=engine.run, name="billhook-engine", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is claimed, for ten seconds at most; the rest is retried after its lease."""
        self._engine.stop()
        self._thread.join(timeout=10)

    @property
    def alive(self) -> bool:
        """Whether anything is being delivered."""
        return self._thread.is_alive()
