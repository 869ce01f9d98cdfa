"""The way of calls that come in and are put through to an agent, on each carrier: part of the journeys."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from infra.local.stack import Stack
from infra.local.workspaces import make_workspace
from tandem.admin import Workspace
from tandem.carriers.audio import tone_wav
from tandem.ids import new_id
from tests.architecture import queues
from tests.simulators import telnyx_calls
from tests.simulators.serving import Fault
from tests.simulators.telnyx import TelnyxSimulator
from tests.simulators.telnyx_calls import envelope
from tests.simulators.twilio import Number, TwilioSimulator
from tests.simulators.twilio_calls import Post, Reply, Scenario

if TYPE_CHECKING:
    from tests.architecture.journeys import Journeys

CALLER, AGENT_PHONE = "+254733000005", "+15005550123"
AMERICAN, COMMANDED = "+13125550100", "+13125550177"


def go(journeys: "Journeys", own_number: str) -> None:
    """An agent takes a call that comes in over Africa's Talking, Twilio and the sandbox."""
    staffed(journeys, journeys.kenyan)
    journeys.carrier.incoming(own_number, CALLER)
    unstaffed(journeys, journeys.kenyan)
    with TwilioSimulator(audio=tone_wav(2, "journey")) as carrier:
        over_twilio(journeys, carrier)
    with TelnyxSimulator(audio=tone_wav(2, "journey")) as commanded:
        over_telnyx(journeys, commanded)
    over_sandbox(journeys)


def staffed(journeys: "Journeys", who: Workspace) -> None:
    """Calls come in to a queue that an agent serves."""
    queues.done(journeys, who, "PUT", "routing", strategy="priority", incoming={"action": "queue", "target": "sales"})
    queues.done(journeys, who, "PUT", "agents/agent-2/presence", status="available", phone=AGENT_PHONE)
    queues.stay(journeys, who, new_id())
    journeys.stack.clock.move_to(journeys.stack.clock.now() + 150)  # that caller is not heard of again


def unstaffed(journeys: "Journeys", who: Workspace) -> None:
    """They do no more."""
    queues.done(journeys, who, "PUT", "agents/agent-2/presence", status="offline", phone=None)
    queues.done(journeys, who, "PUT", "routing", strategy="round-robin", incoming=None)


def over_twilio(journeys: "Journeys", carrier: TwilioSimulator) -> None:
    """Twilio, in and out, and a recording that is deleted there too."""
    american = make_workspace(journeys.stack, "american")
    account = {"account_sid": carrier.account_sid, "auth_token": carrier.auth_token, "base_url": carrier.base_url}
    journeys.stack.client("ssm").put_parameter(
        Name="/tandem/local/carriers/twilio", Value=json.dumps(account), Type="SecureString", Overwrite=True
    )
    queues.done(journeys, american, "POST", "configure", phoneNumber=AMERICAN, carrier="twilio")
    hooks = "http://localhost:3001/api/webhooks/twilio"
    carrier.numbers[AMERICAN] = Number(f"{hooks}/voice", f"{hooks}/events")
    carrier.post = posting(journeys.stack)
    staffed(journeys, american)
    carrier.incoming(AMERICAN, CALLER)
    missed = {"CallSid": "CA" + "2" * 32, "CallStatus": "no-answer", "Direction": "inbound", "From": CALLER,
              "To": AMERICAN}  # fmt: skip
    carrier.post(f"{hooks}/events", missed, carrier.signer.headers(f"{hooks}/events", missed, "sha1"))
    call_id = journeys.place(american, CALLER)
    carrier.play(list(carrier.calls)[-1], Scenario())
    journeys.stack.advance(60)
    assert queues.done(journeys, american, "DELETE", f"calls/{call_id}/recording")


def over_telnyx(journeys: "Journeys", carrier: TelnyxSimulator) -> None:
    """Telnyx, out and in: once it cannot be reached, and an agent signs in by browser."""
    virginian = make_workspace(journeys.stack, "virginian")
    hook = "http://localhost:3001/api/webhooks/telnyx/voice"
    carrier.now = lambda: datetime.fromtimestamp(journeys.stack.clock.now(), UTC)
    carrier.numbers.add(COMMANDED)
    carrier.webhook_url, carrier.post = hook, posting_news(journeys.stack)
    journeys.stack.client("ssm").put_parameter(
        Name="/tandem/local/carriers/telnyx", Value=json.dumps(carrier.account()), Type="SecureString", Overwrite=True
    )
    queues.done(journeys, virginian, "POST", "configure", phoneNumber=COMMANDED, carrier="telnyx")
    call_id = journeys.place(virginian, CALLER)
    (placed,) = carrier.calls.values()
    carrier.play(placed.control_id)
    said = {"transcript": "Good morning!", "role": "agent", "is_final": True, "turn_id": "1"}
    body = envelope(placed.event("ai.assistant.transcript", carrier.now(), said), hook)
    assert carrier.post(f"{hook}/conversational-ai", body, carrier.signer.headers(body)) == 200
    staffed(journeys, virginian)
    carrier.incoming(COMMANDED, CALLER)
    carrier.faults += [Fault(status=503)] * 2
    carrier.incoming(COMMANDED, CALLER)
    assert queues.done(journeys, virginian, "POST", "webrtc/capability-token", agentId="agent-2")["capabilityToken"]
    journeys.stack.advance(60)
    assert queues.done(journeys, virginian, "DELETE", f"calls/{call_id}/recording")


def over_sandbox(journeys: "Journeys") -> None:
    """A caller waits, is put through, and waits again as the agent does not pick up."""
    staffed(journeys, journeys.demo)
    caller = {"from": CALLER, "to": "+15005550101", "callSid": "CA-of-the-journeys"}
    answer = queues.done(journeys, journeys.demo, "POST", "calls/incoming", **caller)
    queues.done(journeys, journeys.demo, "POST", "calls/incoming", **caller, event="leg_ended", answered=False)
    queues.done(journeys, journeys.demo, "POST", "calls/incoming", **caller, event="ended", seconds=20)
    journeys.stack.advance(5)
    call = queues.done(journeys, journeys.demo, "GET", f"calls/{answer['callId']}")
    assert (call["status"], call["agentId"] in ("agent-1", "agent-2")) == ("missed", True), call
    unstaffed(journeys, journeys.demo)


def posting_news(stack: Stack) -> telnyx_calls.Post:
    """What posts Telnyx's news straight into the stack, and lets what follows from them happen."""

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        answer = stack.request("POST", urlsplit(url).path, headers=dict(headers), body=body)
        stack.settle()
        return answer.status

    return post


def posting(stack: Stack) -> Post:
    """What posts Twilio's questions and news straight into the stack."""

    def post(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        answer = stack.request("POST", parts.path, query=query, headers=dict(headers), body=urlencode(form))
        return Reply(answer.status, answer.header("content-type") or "", answer.text)

    return post
