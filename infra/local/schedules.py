"""Rules and schedules: when the next one is due, and the event it sends."""

import time
import uuid
from typing import Any

from infra.local.calls import Calls
from infra.local.cron import next_due
from infra.local.invocation import Outcome
from infra.local.model import ACCOUNT, Schedule

TICKS = uuid.UUID("6f1c7f0e-5d7c-4a0e-9a53-0d8a5d1c2b11")


class UnknownSchedule(Exception):
    """No function is called by a schedule of that name."""


class Schedules:
    """All schedules of a stack, on the platform's clock."""

    def __init__(self, schedules: dict[str, Schedule], region: str, calls: Calls, now: float) -> None:
        self._schedules = schedules
        self._region = region
        self._calls = calls
        self.rebase(now)

    def rebase(self, now: float) -> None:
        """Count every schedule from `now`."""
        for schedule in self._schedules.values():
            schedule.next_due = next_due(schedule.expression, now, schedule.timezone)

    def next_due(self) -> float | None:
        """The next instant at which any schedule fires."""
        return min((schedule.next_due for schedule in self._schedules.values()), default=None)

    def run_due(self, now: float) -> int:
        """Fire what is due, in order; a schedule that was missed several times fires once for each."""
        fired = 0
        while due := [one for one in self._schedules.values() if one.next_due <= now]:
            schedule = min(due, key=lambda one: (one.next_due, one.logical_id))
            tick = schedule.next_due
            schedule.next_due = next_due(schedule.expression, tick, schedule.timezone)
            self._fire(schedule, tick)
            fired += 1
        return fired

    def run(self, name: str, now: float) -> Outcome:
        """Fire one schedule at once, named by its own logical id or by its function's."""
        for schedule in self._schedules.values():
            if name in (schedule.logical_id, schedule.function, schedule.name):
                return self._fire(schedule, now)
        raise UnknownSchedule(f"There is no schedule {name}; there are {', '.join(sorted(self._schedules))}")

    def _fire(self, schedule: Schedule, tick: float) -> Outcome:
        return self._calls.asynchronously(schedule.function, self.event(schedule, tick))

    def event(self, schedule: Schedule, tick: float) -> Any:
        """The scheduled event; the same tick has the same id."""
        if schedule.payload is not None:
            return schedule.payload
        return {
            "version": "0",
            "id": str(uuid.uuid5(TICKS, f"{schedule.arn}/{int(tick)}")),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(tick)),
            "region": self._region,
            "resources": [schedule.arn],
            "detail": {},
        }
