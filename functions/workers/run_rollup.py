"""Every minute: compute the figures anew that are not up to date."""

from datetime import datetime

from tandem.analytics.rolling import roll_up
from tandem.entry import schedule


@schedule("rate(1 minute)")
def handler(moment: datetime) -> None:
    """Hour by hour, from the calls; what there is no time for is done by the next tick."""
    roll_up(moment)
