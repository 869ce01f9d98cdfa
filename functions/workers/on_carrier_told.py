"""CarrierQueue: a carrier tells what happened to a call, which goes on from there."""

from tandem.calls.told import CarrierTold, hear_carrier
from tandem.entry import RetryLater, consumer
from tandem.errors import Unavailable


@consumer("CarrierQueue", CarrierTold)
def handler(message: CarrierTold) -> None:
    """Take it down and let the call go on; a caller who waits in silence is tried for again soon."""
    try:
        hear_carrier(message)
    except Unavailable as silence:
        raise RetryLater(message.again_after, str(silence)) from silence
