"""The table's stream: a call or transcript was written; the figures of its hour may not be up to date any more."""

from tandem.analytics.rolling import changed
from tandem.aws.marshal import Item
from tandem.entry import stream_consumer


@stream_consumer("call", "transcript")
def handler(before: Item | None, after: Item) -> None:
    """Mark the hour, where the figures are others now."""
    changed(before, after)
