"""TelnyxQueue: Telnyx tells what happened to a call, which is told in turn what to do next."""

from tandem.calls.telnyx import TelnyxTold, hear_telnyx
from tandem.entry import RetryLater, consumer
from tandem.errors import Unavailable


@consumer("TelnyxQueue", TelnyxTold)
def handler(message: TelnyxTold) -> None:
    """Take it down and let the call go on; a caller who waits in silence is tried for again in two seconds."""
    try:
        hear_telnyx(message)
    except Unavailable as silence:
        raise RetryLater(2, str(silence)) from silence
