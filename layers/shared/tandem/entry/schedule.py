"""`@schedule`: functions that the clock runs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tandem import clock
from tandem.entry.cold_start import ready
from tandem.observability import flush, logger


class Scheduled:
    """A Lambda handler for a tick. It is re-runnable: the same tick again has no further effect."""

    def __init__(self, rate: str, function: Callable[[datetime], object]) -> None:
        self.rate = rate
        self._function = function
        self.__doc__ = function.__doc__

    def __call__(self, event: Mapping[str, Any], context: Any) -> None:
        """Run for the present moment."""
        logger().append_keys(schedule=self._function.__module__)
        try:
            self._function(clock.now())
        finally:
            flush()


def schedule(rate: str) -> Callable[[Callable[[datetime], object]], Scheduled]:
    """Run a function at this rate, as `rate(1 minute)` in the template."""

    def decorate(function: Callable[[datetime], object]) -> Scheduled:
        return ready(Scheduled(rate, function), uses_table=True)

    return decorate
