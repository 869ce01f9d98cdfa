"""Every minute: wake the webhook deliveries that are due."""

from datetime import datetime

from tandem.entry import schedule
from tandem.webhooks.sweep import run_due_deliveries


@schedule("rate(1 minute)")
def handler(tick: datetime) -> None:
    """Send hints for deliveries whose time has come, whatever became of their messages."""
    run_due_deliveries(tick)
