"""Every minute: publish the events that the stream has missed."""

from datetime import datetime

from tandem.entry import schedule
from tandem.events.service import publish_overdue


@schedule("rate(1 minute)")
def handler(moment: datetime) -> None:
    """The outbox row is the truth: whatever is overdue is published now."""
    publish_overdue(moment)
