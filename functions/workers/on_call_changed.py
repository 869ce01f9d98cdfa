"""The table's stream: a call was written; keep the hourly counts true."""

from tandem.analytics.service import count_call
from tandem.aws.marshal import Item
from tandem.entry import stream_consumer


@stream_consumer("call")
def handler(before: Item | None, after: Item) -> None:
    """Count the call where it stands now, and no longer where it stood."""
    count_call(after)
