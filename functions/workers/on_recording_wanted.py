"""RecordingQueue: a carrier has a recording for us to fetch, or something is to be done about what is said in it."""

from tandem.entry import RetryLater, consumer
from tandem.recordings.models import RecordingWanted
from tandem.recordings.service import NotReady
from tandem.transcripts.attending import attend


@consumer("RecordingQueue", RecordingWanted)
def handler(message: RecordingWanted) -> None:
    """Fetch and store the audio, once, have it transcribed where that is wanted, and take over the text; a carrier that
    is not ready is asked again a little later."""
    try:
        attend(message)
    except NotReady as wait:
        raise RetryLater(wait.seconds, str(wait)) from wait
