"""The thread that does what Pub/Sub, Cloud Tasks and Cloud Scheduler do in the cloud: it calls the functions."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

from common.application.failures import Unavailable
from common.application.ports import PubSubMessage, Task
from functions.expire_vouchers.scheduled import Job
from infra.dev.clock import SkippingClock
from infra.local.local_topic import LocalTopic
from infra.local.machine import Machine

SWEEPS = timedelta(minutes=10)
JOBS = (Job.SWEEP, Job.RECONCILE, Job.FLAGS)
"""Those of Cloud Scheduler; whoever looks at the engine on localhost asks `recoup doctor` by hand."""
_REST_SECONDS = 0.1
FAST_AFTER_SECONDS = 2.0
"""With nothing left to do, so long before a fast worker skips on: time to see what happened."""

Complain = Callable[[str], None]


class Worker:
    """One at a time, in order. What fails is tried again after a pause, as in the cloud."""

    def __init__(
        self, machine: Machine, topic: LocalTopic, clock: SkippingClock, complain: Complain, *, fast: bool
    ) -> None:
        self._machine, self._topic, self._clock, self._complain = machine, topic, clock, complain
        self._fast = fast
        self._session = f"{clock.now():%Y%m%d%H%M%S%f}"
        self._stopping = threading.Event()
        self._next_sweep = clock.now()
        self._busy_at = monotonic()
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is under way; returns when it has."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def is_alive(self) -> bool:
        """Whether somebody is at work."""
        return self._thread.is_alive()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self._sweep_now_and_then()
                busy = self._do_one_thing()
            except Exception as error:  # noqa: BLE001 - the thread outlives whatever goes wrong, and says so
                self._complain(f"{type(error).__name__}: {error}")
                busy = False
            if busy:
                self._busy_at = monotonic()
            elif not self._skip_when_fast():
                self._stopping.wait(_REST_SECONDS)

    def _do_one_thing(self) -> bool:
        message = self._topic.pull()
        if message is not None:
            self._deliver(message)
            return True
        task = self._machine.timer.pop_due(self._clock.now(), inclusive=True)
        if task is not None:
            self._carry_out(task)
            return True
        return False

    def _deliver(self, message: PubSubMessage) -> None:
        try:
            # The topic counts from 1 in every process; in the engine's file an id is for ever.
            self._machine.receive(replace(message, id=f"{self._session}-{message.id}"))
        except Unavailable as unavailable:
            self._topic.nack(message)
            self._complain(f"message {message.id} is delivered again later: {unavailable}")
        except BaseException:
            self._topic.nack(message)
            raise
        else:
            self._topic.ack(message)

    def _carry_out(self, task: Task) -> None:
        try:
            self._machine.call(task)
        except BaseException:
            self._machine.timer.fail(task)
            raise

    def _sweep_now_and_then(self) -> None:
        now = self._clock.now()
        if now >= self._next_sweep:
            self._next_sweep = now + SWEEPS
            for job in JOBS:
                self._machine.timer.schedule(_scheduled(job, now))
            self._machine.purge_expired()

    def _skip_when_fast(self) -> bool:
        due = self._machine.timer.next_at()
        if not self._fast or due is None or monotonic() - self._busy_at < FAST_AFTER_SECONDS:
            return False
        self._clock.skip_to(due)
        return True


def _scheduled(job: Job, now: datetime) -> Task:
    """What Cloud Scheduler asks for."""
    return Task("expire_vouchers", f"{job}-{now:%Y%m%d%H%M%S%f}", now, {"job": job.value})
