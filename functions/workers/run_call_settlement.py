"""Every minute: ask carriers about calls that have gone silent."""

from datetime import datetime

from tandem.calls.service import settle_silent
from tandem.entry import schedule


@schedule("rate(1 minute)")
def handler(moment: datetime) -> None:
    """Settle dials whose answer was lost and calls whose end was never told. Nothing is dialled here."""
    settle_silent(moment)
