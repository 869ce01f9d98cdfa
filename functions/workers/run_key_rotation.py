"""Every hour: the secrets of API keys that are to be replaced."""

from datetime import datetime

from tandem.entry import schedule
from tandem.keys.rotation import run_due_rotations


@schedule("rate(1 hour)")
def handler(moment: datetime) -> None:
    """Those that grow old are announced; those that were not replaced in time have 24 hours left."""
    run_due_rotations(moment)
