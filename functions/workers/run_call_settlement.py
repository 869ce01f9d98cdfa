"""Every minute: ask carriers about calls that have gone silent, and look after sockets left open."""

from datetime import datetime

from tandem.calls.settling import settle_silent
from tandem.entry import schedule
from tandem.live.service import look_again


@schedule("rate(1 minute)")
def handler(moment: datetime) -> None:
    """Settle dials whose answer was lost and calls whose end was never told. Nothing is dialled here."""
    look_again(moment)
    settle_silent(moment)
