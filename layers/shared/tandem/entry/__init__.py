"""How the world comes in: over HTTPS, from queues and the table's stream, and by the clock."""

from tandem.entry.caller import Caller
from tandem.entry.consumer import RetryLater, consumer, stream_consumer
from tandem.entry.endpoint import endpoint
from tandem.entry.guards import from_carrier, key_or_session, public, session
from tandem.entry.schedule import schedule

__all__ = [
    "Caller",
    "RetryLater",
    "consumer",
    "endpoint",
    "from_carrier",
    "key_or_session",
    "public",
    "schedule",
    "session",
    "stream_consumer",
]
