"""Every quarter of an hour: look at transcripts that should be complete by now."""

from datetime import datetime

from tandem.entry import schedule
from tandem.transcripts.attending import wake_due


@schedule("rate(15 minutes)")
def handler(moment: datetime) -> None:
    """Have those looked at whose transcription did not come, and conversations whose end nobody told."""
    wake_due(moment)
