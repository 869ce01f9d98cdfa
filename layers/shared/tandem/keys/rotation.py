"""What the schedule does for rotation policies: it announces, and in the end sets a last day.

A new secret is seen once, by the person who asks for it: the schedule has nobody to show one to, and only digests are
kept. So it makes none. It tells of the deadline with `api_key.rotation_due`, and when that has passed, it tells again
and gives the secret another 24 hours. Whoever rotates the key, before or after, begins a new interval.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from tandem.aws import table
from tandem.aws.table import TransactionCancelled
from tandem.keys import store
from tandem.keys.notices import notice
from tandem.keys.records import OVERLAP_HOURS, ApiKey, Step
from tandem.sweeping import each


def run_due_rotations(moment: datetime) -> int:
    """Take the next step with each key whose time has come; how many those were."""
    return each(store.due(moment), lambda key: _step(key, moment))


def _step(key: ApiKey, moment: datetime) -> None:
    step = key.next_step()
    if step is None or step[1] > moment:
        return  # it was changed since the index was read
    after = replace(key, noticed=True, version=key.version + 1)
    if step[0] is Step.LAPSE:
        after = replace(after, secret_until=moment.replace(microsecond=0) + timedelta(hours=OVERLAP_HOURS))
    try:
        table.transact([store.change(key, after), notice("api_key.rotation_due", after, moment)])
    except TransactionCancelled:
        return  # somebody changed it meanwhile: the next sweep sees how it is then
