"""RecordingQueue: a carrier has a recording for us; fetch it into the bucket."""

from tandem.entry import RetryLater, consumer
from tandem.recordings import service as recordings
from tandem.recordings.models import RecordingWanted


@consumer("RecordingQueue", RecordingWanted)
def handler(message: RecordingWanted) -> None:
    """Fetch and store the audio, once; a carrier that is not ready is asked again a little later."""
    try:
        recordings.store(message)
    except recordings.NotReady as wait:
        raise RetryLater(wait.seconds, str(wait)) from wait
