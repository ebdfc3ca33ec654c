"""Threads that hand over messages, shared fairly: each kind has its own, accounts share them.

An account takes another thread only while it has fewer than are free. So one that is alone gets
half of them, several get equal shares, and a thread is left for the next account that comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Condition
from typing import TypeVar
from urllib.parse import urlsplit

from billhook.application.delivery_attempts import DeliveryJob
from billhook.application.records import KINDS, DeliveryQueue, queue_of
from billhook.model.base import AccountId

K = TypeVar("K")

_ALL = ("all",)

CLAIMED_PER_THREAD = 4
"""How many messages are claimed for each thread, so that few transactions claim many."""


class WorkerPools:
    """Hands over up to `concurrency` messages of one account and kind at a time.

    There are twice as many threads for each kind (e-mail, SMS, webhooks), for the other accounts.
    Half of an account's threads send webhooks to one host. With a concurrency of one there are no
    threads: everything happens in the thread that calls.
    """

    def __init__(
        self,
        concurrency: int,
        run: Callable[[DeliveryJob], None],
        endpoint_limit: Callable[[DeliveryQueue], int],
    ) -> None:
        """`run` hands over a job; `endpoint_limit` is how many may go to an endpoint at a time."""
        self._pools = {kind: _Pool(kind, concurrency, endpoint_limit) for kind in KINDS}
        self._run, self._threaded = run, concurrency > 1
        self._changed = Condition()
        self.most = CLAIMED_PER_THREAD * (2 * concurrency if self._threaded else 1)
        """How many messages to claim in one transaction."""

    def allot(self, queues: Sequence[DeliveryQueue]) -> Mapping[DeliveryQueue, int]:
        """How many messages to claim of each of these queues of one kind; those with any."""
        with self._changed:
            return self._pools[queues[0].kind].allot(queues) if queues else {}

    def room(self, queue: DeliveryQueue) -> int:
        """How many further messages of a queue may be claimed; none without threads."""
        return self.allot([queue]).get(queue, 0) if self._threaded else 0

    def add(self, jobs: Sequence[DeliveryJob]) -> None:
        """Take claimed messages; each is handed over as soon as its account has a thread."""
        if not self._threaded:
            for job in jobs:
                self._run(job)
            return
        with self._changed:
            for job in jobs:
                self._pools[queue_of(job.dispatch).kind].add(job)
            for pool in self._pools.values():
                self._start(pool)

    @property
    def busy(self) -> bool:
        """Whether a message is claimed and not handed over yet."""
        return any(pool.claimed for pool in self._pools.values())

    def wait(self, seconds: float) -> None:
        """Wait until more messages are to be claimed, for so many seconds at the most."""
        with self._changed:
            if self.busy:
                self._changed.wait(seconds)

    def wake(self) -> None:
        """End a `wait`."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Hand over what is claimed, and end the threads."""
        with self._changed:
            self._changed.wait_for(lambda: not self.busy)
        for pool in self._pools.values():
            pool.threads.shutdown()

    def _start(self, pool: _Pool) -> None:
        while (job := pool.started()) is not None:
            pool.threads.submit(self._work, pool, job)

    def _work(self, pool: _Pool, job: DeliveryJob) -> None:
        """Hand over a job, and then the next ones, in this thread."""
        following: DeliveryJob | None = job
        while (current := following) is not None:
            try:
                self._run(current)
            finally:
                with self._changed:
                    pool.end(current)
                    following = pool.started()
                    self._start(pool)
                    if pool.wants_more(queue_of(current.dispatch)):
                        self._changed.notify_all()


class _Pool:
    """The threads of one kind, and what waits for them; its caller holds the lock."""

    def __init__(
        self, kind: str, concurrency: int, endpoint_limit: Callable[[DeliveryQueue], int]
    ) -> None:
        self._share, self._size = concurrency, 2 * concurrency
        self._endpoint_limit = endpoint_limit
        self.threads = ThreadPoolExecutor(self._size, f"billhook-{kind}")
        self.claimed: Counter[AccountId | DeliveryQueue] = Counter()
        """How many messages are claimed and not handed over yet, by account and by queue."""
        self._running: Counter[object] = Counter()
        """How many threads are busy: in all, and by account, queue and host."""
        self._waiting: dict[AccountId, list[DeliveryJob]] = {}

    def allot(self, queues: Sequence[DeliveryQueue]) -> Mapping[DeliveryQueue, int]:
        claimed = self.claimed.copy()
        accounts = {queue.account for queue in queues}
        free = self._size * CLAIMED_PER_THREAD - sum(
            count for key, count in claimed.items() if not isinstance(key, DeliveryQueue)
        )
        equal = max(free // (len(accounts) + 1), 1)
        allotted: dict[DeliveryQueue, int] = {}
        for queue in queues:
            account = queue.account
            if claimed[queue] - self._running[queue] > self._share:
                continue  # so that few transactions claim many
            most = min(equal, (free - claimed[account] + 1) // 2)
            if queue.webhook_endpoint:
                limit = self._endpoint_limit(queue) * CLAIMED_PER_THREAD
                most = min(most, limit - claimed[queue])
            if most > 0:
                allotted[queue] = most
                claimed[account] += most
                free -= most
        return allotted

    def add(self, job: DeliveryJob) -> None:
        account = job.dispatch.account
        self.claimed.update((account, queue_of(job.dispatch)))
        self._waiting.setdefault(account, []).append(job)

    def started(self) -> DeliveryJob | None:
        """The next job that gets a thread, which counts as busy from here on."""
        job = self._next()
        if job is not None:
            self._running.update(_places(job))
        return job

    def end(self, job: DeliveryJob) -> None:
        """Its thread is free again."""
        _subtract(self._running, _places(job))
        _subtract(self.claimed, (job.dispatch.account, queue_of(job.dispatch)))

    def wants_more(self, queue: DeliveryQueue) -> bool:
        """Whether so few messages of a queue wait for a thread that it is time to claim more."""
        return self.claimed[queue] - self._running[queue] in (0, self._share)

    def _next(self) -> DeliveryJob | None:
        for account, jobs in self._waiting.items():
            if self._running[account] >= self._size - self._running[_ALL]:
                continue
            place = next((n for n, one in enumerate(jobs) if self._may_send(one)), None)
            if place is not None:
                job = jobs.pop(place)
                del self._waiting[account]
                if jobs:
                    self._waiting[account] = jobs  # behind the other accounts
                return job
        return None

    def _may_send(self, job: DeliveryJob) -> bool:
        queue = queue_of(job.dispatch)
        if not queue.webhook_endpoint:
            return True
        host, limit = _host(job), self._endpoint_limit(queue)
        return limit == 0 or (  # during a pause it is given back, which sends nothing
            self._running[queue] < limit
            and self._running[queue.account, host] < max(self._share // 2, 1)
            and self._running[host,] < self._share
        )


def _places(job: DeliveryJob) -> tuple[object, ...]:
    """What a thread that hands over a job counts for."""
    account, host = job.dispatch.account, _host(job)
    return _ALL, account, queue_of(job.dispatch), (account, host), (host,)


def _subtract(counter: Counter[K], keys: Iterable[K]) -> None:
    for key in keys:
        counter[key] -= 1
        if not counter[key]:
            del counter[key]


def _host(job: DeliveryJob) -> str:
    try:
        return (urlsplit(job.url).hostname or "").removesuffix(".")
    except ValueError:  # the sender reports it
        return ""
