"""What Telnyx tells, put on a queue as it comes in: it waits two seconds for an answer, and a command takes as long."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tandem.aws import queue
from tandem.calls.commanding import follow
from tandem.calls.conversing import hear_conversation
from tandem.calls.lookup import find_call
from tandem.carriers.base import CarrierRequest, Heard
from tandem.carriers.registry import commanded
from tandem.config import settings

NAME = "telnyx"

_LARGEST = 200_000
"""Bytes that a message may have: a queue takes little more."""


def hand_over(request: CarrierRequest) -> None:
    """Put a webhook on the queue, unless it is about nothing that concerns us. Raises Unavailable."""
    adapter = commanded(NAME)
    if adapter.parse(request) or adapter.overhears(request):
        queue.send(settings().carrier_queue, [(_message(json.loads(request.body)), 0)])


def _message(told: dict[str, Any]) -> str:
    """The message; of a conversation that is too long for one, without what was said, which can be asked for."""
    written = json.dumps({"carrier": NAME, "told": told}, separators=(",", ":"))
    if len(written) > _LARGEST:
        data = told["data"]
        payload = {name: value for name, value in data["payload"].items() if name != "messages"}
        written = json.dumps({"carrier": NAME, "told": {"data": {**data, "payload": payload}}}, separators=(",", ":"))
    return written


def hear_telnyx(message: Mapping[str, Any]) -> None:
    """Take down what it tells, and let the call go on. Raises Unavailable where that must be tried again."""
    request = CarrierRequest("", {}, json.dumps(message.get("told")).encode())
    follow(NAME, request)
    if heard := commanded(NAME).heard(request):
        hear_conversation(NAME, _since_the_answer(heard))


def _since_the_answer(heard: Heard) -> Heard:
    """With times in seconds from the answer of the call, as transcripts have them."""
    call = find_call(NAME, heard.reference, heard.carrier_call_id)
    if call is None:
        return heard
    began = (call.answered_at or call.created_at).timestamp()

    def since(at: float) -> float:
        return round(max(0.0, at - began), 3)

    turns = [
        replace(one, start=since(one.start), end=None if one.end is None else since(one.end)) for one in heard.turns
    ]
    tools = [replace(one, at=since(one.at)) for one in heard.tool_calls]
    return replace(heard, turns=turns, tool_calls=tools)
