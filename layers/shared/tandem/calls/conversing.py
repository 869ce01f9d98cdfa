"""What carriers that carry conversations tell of what is said in them: the same for every carrier."""

from tandem.calls.lookup import find_call
from tandem.calls.models import Call
from tandem.carriers.base import Heard
from tandem.observability import count, logger
from tandem.transcripts import service as transcripts


def hear_conversation(carrier_name: str, heard: Heard) -> Call | None:
    """Take down what was said in a call; the call. Of one that is not ours, nothing is taken: None.

    In any order and however often: the transcript ends the same.
    """
    call = find_call(carrier_name, heard.reference, heard.carrier_call_id)
    if call is None:
        logger().info("words of no call of ours", carrier=carrier_name)
        count("UnknownCarrierCall")
        return None
    if heard.finished:
        transcripts.finish(
            call.tenant_id,
            call.call_id,
            carrier_name,
            turns=heard.turns or None,
            tool_calls=heard.tool_calls or None,
            sentiment=heard.sentiment,
        )
    else:
        transcripts.hear(call.tenant_id, call.call_id, carrier_name, heard.turns, heard.tool_calls)
    return call
