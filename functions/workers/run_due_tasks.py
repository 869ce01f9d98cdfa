"""Every minute: hints for the tasks that are due until the next."""

from datetime import datetime

from tandem.entry import schedule
from tandem.tasks.scheduling import run_due


@schedule("rate(1 minute)")
def handler(tick: datetime) -> None:
    """Send them by priority, each to come at its second; look after tasks that have been under way for long."""
    run_due(tick)
