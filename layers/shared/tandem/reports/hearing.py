"""What a provider tells of a conversation once it is over: of the call, of what was said, and what it makes of it."""

from tandem import clock
from tandem.calls.conversing import hear_conversation
from tandem.calls.lookup import find_call
from tandem.calls.models import Call
from tandem.calls.service import hear
from tandem.carriers import elevenlabs_events
from tandem.carriers.analysis import Told
from tandem.carriers.base import CarrierRequest
from tandem.reports import service as reports


def hear_elevenlabs(request: CarrierRequest) -> None:
    """Take down what a webhook of ElevenLabs tells."""
    hear_told("elevenlabs", elevenlabs_events.told(request.body, clock.now()))


def hear_told(carrier_name: str, told: Told) -> Call | None:
    """Take down all that a provider tells, in any order and however often; the call. Of one that is not ours, nothing.

    That the call is over comes last: until then it is on the list of those whose provider is asked again, should
    anything fail in here; and whoever hears of it finds the transcript complete.
    """
    if told.heard and told.analysis:
        call = find_call(carrier_name, told.heard.reference, told.heard.carrier_call_id)
        if call:
            reports.keep_analysis(call.tenant_id, call.call_id, carrier_name, told.analysis)
    if told.heard:
        hear_conversation(carrier_name, told.heard)
    return hear(carrier_name, told.events)
