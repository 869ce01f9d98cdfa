"""The simulator of ElevenLabs as ElevenLabs' own library sees it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError
from elevenlabs.types import ConversationalConfig

from tests.simulators.elevenlabs import ElevenLabsSimulator, Number
from tests.simulators.elevenlabs_conversations import Scenario, signed, written

OWN, TRUNK, CUSTOMER = "+13125550100", "+254711000000", "+254722000001"


@pytest.fixture
def provider() -> Iterator[ElevenLabsSimulator]:
    numbers = {"phnum_1": Number(OWN), "phnum_2": Number(TRUNK, "sip_trunk")}
    with ElevenLabsSimulator(numbers=numbers) as simulator:
        yield simulator


@pytest.fixture
def client(provider: ElevenLabsSimulator) -> Iterator[ElevenLabs]:
    with httpx.Client(timeout=5) as connections:
        yield ElevenLabs(api_key=provider.api_key, base_url=provider.base_url, httpx_client=connections)


@pytest.fixture
def agent_id(client: ElevenLabs) -> str:
    return str(
        client.conversational_ai.agents.create(conversation_config=ConversationalConfig(), name="Susan").agent_id
    )


def test_their_library_makes_reads_changes_and_lists_agents(client: ElevenLabs, agent_id: str) -> None:
    agents = client.conversational_ai.agents
    assert agents.update(agent_id, name="Susan of Acme").name == "Susan of Acme"
    assert agents.get(agent_id).agent_id == agent_id
    assert [one.agent_id for one in agents.list(search="susan").agents] == [agent_id]
    assert agents.list(search="nobody").agents == []


def test_their_library_calls_by_twilio_and_by_a_trunk(
    client: ElevenLabs, agent_id: str, provider: ElevenLabsSimulator
) -> None:
    over_twilio = client.conversational_ai.twilio.outbound_call(
        agent_id=agent_id, agent_phone_number_id="phnum_1", to_number=CUSTOMER
    )
    over_trunk = client.conversational_ai.sip_trunk.outbound_call(
        agent_id=agent_id, agent_phone_number_id="phnum_2", to_number=CUSTOMER
    )
    assert (over_twilio.success, over_trunk.success) == (True, True)
    assert over_twilio.call_sid
    assert over_trunk.sip_call_id
    assert list(provider.conversations) == [over_twilio.conversation_id, over_trunk.conversation_id]


def test_their_library_reads_a_conversation_in_each_of_its_states(
    client: ElevenLabs, agent_id: str, provider: ElevenLabsSimulator
) -> None:
    conversations = client.conversational_ai.conversations
    placed = client.conversational_ai.twilio.outbound_call(
        agent_id=agent_id, agent_phone_number_id="phnum_1", to_number=CUSTOMER
    )
    session = str(placed.conversation_id)
    assert (conversations.get(session).status, conversations.get(session).analysis) == ("initiated", None)
    provider.answer(session)
    assert conversations.get(session).status == "in-progress"
    provider.end(session, Scenario())
    done = conversations.get(session)
    assert (done.status, len(done.transcript), done.has_audio) == ("done", 5, True)
    assert done.analysis is not None
    assert done.analysis.call_successful == "success"
    assert b"".join(conversations.audio.get(session)) == provider.audio
    assert [one.conversation_id for one in conversations.list().conversations] == [session]
    conversations.delete(session)
    with pytest.raises(ApiError) as gone:
        conversations.get(session)
    assert gone.value.status_code == 404


def test_their_library_is_refused_with_another_key(provider: ElevenLabsSimulator) -> None:
    with httpx.Client(timeout=5) as connections:
        stranger = ElevenLabs(api_key="another", base_url=provider.base_url, httpx_client=connections)
        with pytest.raises(ApiError) as refused:
            stranger.conversational_ai.agents.get("agent_1")
    assert refused.value.status_code == 401


def test_their_library_takes_what_is_signed_here_and_nothing_else(
    client: ElevenLabs, provider: ElevenLabsSimulator
) -> None:
    body, now, secret = written({"type": "post_call_transcription", "data": {"a": "ü"}}), datetime.now(UTC), "wsec_1"
    header = signed(body, secret, now)["elevenlabs-signature"]
    event = client.webhooks.construct_event(rawBody=body.decode(), sig_header=header, secret=secret)
    assert event == json.loads(body)
    for kind in ("wrong", "stale", "of_another_body"):
        bad = signed(body, secret, now, kind)["elevenlabs-signature"]  # type: ignore[arg-type]
        with pytest.raises(Exception, match=r"[Ss]ignature|[Tt]imestamp"):
            client.webhooks.construct_event(rawBody=body.decode(), sig_header=bad, secret=secret)
