"""The way of calls of AI agents over ElevenLabs, and of all that can be asked about a call: part of the journeys."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from infra.local.workspaces import operating
from tandem.admin import Workspace
from tandem.calls.placing import dial_assistant
from tandem.carriers.audio import tone_wav
from tandem.carriers.base import Assistant, Role, Turn
from tandem.carriers.registry import ACCOUNT_KEPT
from tandem.ids import new_id
from tandem.transcripts import service as transcripts
from tests.architecture import queues
from tests.simulators.elevenlabs import ElevenLabsSimulator, Fault, Number
from tests.simulators.elevenlabs_conversations import TALK, Scenario

if TYPE_CHECKING:
    from tests.architecture.journeys import Journeys

ACCOUNT = "/tandem/local/carriers/elevenlabs"
OWN, CALLED = "+13125550155", "+254722000009"


def go(journeys: "Journeys", number_before: str) -> None:
    """Conversations that ElevenLabs tells of by itself, when asked for one, and when asked by the schedule."""
    who = journeys.kenyan
    queues.done(journeys, who, "POST", "configure", phoneNumber=OWN, carrier="twilio")
    with ElevenLabsSimulator(audio=tone_wav(2, "journey"), numbers={"phnum_1": Number(OWN)}) as provider:
        provider.now = lambda: datetime.fromtimestamp(journeys.stack.clock.now(), UTC)
        provider.post = lambda url, body, headers: (
            journeys.stack.request("POST", "/api/webhooks/elevenlabs", headers=dict(headers), body=body).status
        )
        journeys.stack.client("ssm").put_parameter(
            Name=ACCOUNT, Value=json.dumps(provider.account()), Type="SecureString"
        )
        told(journeys, who, provider)
        fetched(journeys, who, provider)
        asked_for(journeys, who, provider)
    queues.done(journeys, who, "POST", "configure", phoneNumber=number_before, carrier="africas_talking")
    journeys.stack.client("ssm").delete_parameter(Name=ACCOUNT)
    journeys.later(ACCOUNT_KEPT + 1)  # by then everyone knows that there is no account any more


def told(journeys: "Journeys", who: Workspace, provider: ElevenLabsSimulator) -> None:
    """By webhook: a call whose dial was not answered, told twice and differently; and one that nobody took."""
    call_id = placed(journeys, who, provider, lost=True)
    conversation = provider.play(list(provider.conversations)[-1])
    conversation.scenario = Scenario(talk=TALK[:2])
    assert provider.send(conversation.news(provider.now())[0], conversation) == 200
    journeys.stack.advance(60)
    for path in ("/report", "", "/transcript", "/recording", "/recording/stream"):
        asked(journeys, who, "GET", f"/{call_id}{path}")
    for query in ("", "?status=completed", f"?agent_id={who.tenant_id}", f"?task_id={who.tenant_id}"):
        assert asked(journeys, who, "GET", query)[0]["id"] == call_id
    placed(journeys, who, provider)
    provider.play(list(provider.conversations)[-1], Scenario(end="busy"))


def fetched(journeys: "Journeys", who: Workspace, provider: ElevenLabsSimulator) -> None:
    """Asked for: a call of which no webhook came, and of which something else was heard meanwhile."""
    call_id = placed(journeys, who, provider, lost=True)
    provider.end(list(provider.conversations)[-1])
    overheard(journeys, who, call_id)
    assert asked(journeys, who, "POST", f"/{call_id}/transcript")["report"]["source"] == "provider"


def asked_for(journeys: "Journeys", who: Workspace, provider: ElevenLabsSimulator) -> None:
    """Found by the schedule."""
    call_id = placed(journeys, who, provider)
    provider.end(list(provider.conversations)[-1])
    overheard(journeys, who, call_id)
    journeys.stack.advance(180)
    call = asked(journeys, who, "GET", f"/{call_id}")
    assert (len(call["transcript"]["turns"]), call["report"]["source"]) == (4, "provider")


def placed(journeys: "Journeys", who: Workspace, provider: ElevenLabsSimulator, *, lost: bool = False) -> str:
    """A call of an AI agent; `lost`: its dial is not answered."""
    if lost:
        provider.faults.append(Fault(reset=True, places=True, path="/v1/convai/twilio/outbound-call"))
    susan = Assistant(who.tenant_id, "Susan", "You call people.", "Hello!")
    with operating(journeys.stack):
        return dial_assistant(
            who.tenant_id, CALLED, susan, task_id=who.tenant_id, call_id=new_id(), actor="key:journey", test=False
        ).call_id


def overheard(journeys: "Journeys", who: Workspace, call_id: str) -> None:
    """Something is taken down that is not in the whole transcript."""
    with operating(journeys.stack):
        turn = Turn("overheard", Role.USER, "Hello?", 0, 1, final=True)
        transcripts.hear(who.tenant_id, call_id, "elevenlabs", [turn])


def asked(journeys: "Journeys", who: Workspace, method: str, path: str) -> Any:
    """What is answered about calls: data, or the bytes of audio."""
    path, _, query = path.partition("?")
    pairs = dict([query.split("=")]) if query else {}
    answer = journeys.ask(who, method, f"/api/v1/calls{path}", query=pairs)
    assert answer.status == 200, answer.text
    return answer.body if path.endswith("/stream") else answer.json()["data"]
