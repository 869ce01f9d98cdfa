"""The adapter of ElevenLabs against its simulator: agents, orders, and what it does when things go wrong."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tandem import clock
from tandem.carriers.base import Assistant, Dial, DialRefused, DialUnknown, Finding, Happened, Outcome, Sought
from tandem.carriers.elevenlabs import Account, ElevenLabs
from tandem.carriers.twilio import Account as TwilioAccount
from tandem.carriers.twilio import Twilio
from tandem.errors import Conflict, Unavailable
from tests.simulators.elevenlabs import ElevenLabsSimulator, Fault, Number
from tests.simulators.elevenlabs_conversations import Scenario
from tests.simulators.twilio import Number as TwilioNumber
from tests.simulators.twilio import TwilioSimulator

OWN, TRUNK, CUSTOMER = "+13125550100", "+254711000000", "+254722000001"
REFERENCE = "tenant.call"
ASSISTANT = Assistant(
    agent_id="01890a5d-ac96-774b-bcce-b302099a8057",
    name="Acme support",
    system_prompt="You are Acme's agent. The customer is {{customer_name}} of {{company}}; {{system__time_utc}}.",
    first_message="Hello {{customer_name}}.",
    voice_settings={"voice_id": "voice-1", "stability": 0.4, "similarity_boost": 0.7, "speed": 1.1, "style": 0.3},
    variables={"customer_name": "Asha", "attempts": 2, "system__agent_id": "forged", "secret__key": "x"},
)


@pytest.fixture
def provider() -> Iterator[ElevenLabsSimulator]:
    numbers = {"phnum_1": Number(OWN), "phnum_2": Number(TRUNK, "sip_trunk")}
    with ElevenLabsSimulator(numbers=numbers) as simulator:
        yield simulator


@pytest.fixture
def adapter(provider: ElevenLabsSimulator) -> ElevenLabs:
    return ElevenLabs(Account(**provider.account()), patience=2)


def order(assistant: Assistant | None = ASSISTANT, *, own: str = OWN, record: bool = True) -> Dial:
    return Dial(REFERENCE, own, CUSTOMER, record, assistant)


def sought(session: str | None = None, ago: float = 60) -> Sought:
    return Sought(REFERENCE, OWN, CUSTOMER, clock.now() - timedelta(seconds=ago), session)


def orders(provider: ElevenLabsSimulator) -> list[Any]:
    return [each.body for each in provider.requests if each.path.endswith("/outbound-call")]


# Agents


def test_an_agent_is_made_as_elevenlabs_wants_it(adapter: ElevenLabs, provider: ElevenLabsSimulator) -> None:
    agent = provider.agents[adapter.mirror(ASSISTANT)]
    config = agent["conversation_config"]
    assert agent["name"] == f"Acme support · {ASSISTANT.agent_id}"
    assert config["agent"]["prompt"]["prompt"] == ASSISTANT.system_prompt
    assert config["agent"]["dynamic_variables"]["dynamic_variable_placeholders"] == {"customer_name": "", "company": ""}
    assert config["tts"] == {
        "model_id": "eleven_flash_v2_5", "voice_id": "voice-1", "stability": 0.4, "similarity_boost": 0.7, "speed": 1.1
    }  # fmt: skip


def test_an_agent_that_changed_is_changed_there(adapter: ElevenLabs, provider: ElevenLabsSimulator) -> None:
    known = replace(ASSISTANT, provider_agent_id=adapter.mirror(ASSISTANT))
    assert adapter.mirror(replace(known, system_prompt="Be brief.")) == known.provider_agent_id
    (agent,) = provider.agents.values()
    assert agent["conversation_config"]["agent"]["prompt"]["prompt"] == "Be brief."


def test_an_agent_whose_making_was_not_answered_is_found_and_not_made_twice(
    adapter: ElevenLabs, provider: ElevenLabsSimulator
) -> None:
    adapter.mirror(replace(ASSISTANT, agent_id="01890a5d-ac96-774b-bcce-b30209900000"))
    provider.faults.append(Fault(reset=True, places=True, path="/v1/convai/agents?"))
    provider.faults.append(Fault(reset=True, places=True, path="/v1/convai/agents/create"))
    for _ in range(2):
        with pytest.raises(DialRefused):
            adapter.mirror(ASSISTANT)
    assert len(provider.agents) == 2
    made = adapter.mirror(ASSISTANT)
    assert made == list(provider.agents)[1]
    assert len(provider.agents) == 2


def test_an_agent_that_somebody_deleted_there_is_made_again(adapter: ElevenLabs, provider: ElevenLabsSimulator) -> None:
    known = replace(ASSISTANT, provider_agent_id=adapter.mirror(ASSISTANT))
    provider.agents.clear()
    adapter.dial(order(known))
    assert provider.dials(REFERENCE) == 1
    adapter.dial(order(known))  # the id that we hold is old still: the new one is found by its name
    assert len(provider.agents) == 1


@pytest.mark.parametrize("status", [400, 401, 422, 429, 500])
def test_an_agent_that_cannot_be_made_refuses_the_call(
    status: int, adapter: ElevenLabs, provider: ElevenLabsSimulator
) -> None:
    detail = b'{"detail": {"status": "voice_not_found", "message": "No such voice."}}'
    provider.faults.append(Fault(status=200, body=b'{"agents": null}', path="/v1/convai/agents?"))
    provider.faults.append(Fault(status, detail, path="/v1/convai/agents/create"))
    with pytest.raises(DialRefused, match=f"{status} voice_not_found No such voice"):
        adapter.dial(order())
    assert not orders(provider)


# Orders


def test_a_call_goes_out_by_twilio_or_the_trunk_as_its_number_does(
    adapter: ElevenLabs, provider: ElevenLabsSimulator
) -> None:
    for own, kind in ((OWN, "twilio"), (TRUNK, "sip_trunk")):
        placed = provider.conversations[adapter.dial(order(own=own))]
        assert (placed.kind, placed.from_number, placed.to_number) == (kind, own, CUSTOMER)
        assert placed.error is None


def test_a_call_knows_whose_it_is_and_what_the_agent_knows(adapter: ElevenLabs, provider: ElevenLabsSimulator) -> None:
    adapter.dial(order(record=False))
    (sent,) = orders(provider)
    data = sent["conversation_initiation_client_data"]
    assert data["user_id"] == REFERENCE
    assert data["dynamic_variables"] == {
        "customer_name": "Asha", "attempts": 2, "company": "", "tandem_reference": REFERENCE, "tandem_record": False
    }  # fmt: skip
    assert data["conversation_config_override"] == {"agent": {"first_message": "Hello {{customer_name}}."}}


def test_an_agent_without_a_first_message_waits_for_the_caller(
    adapter: ElevenLabs, provider: ElevenLabsSimulator
) -> None:
    adapter.dial(order(replace(ASSISTANT, first_message=None)))
    (sent,) = orders(provider)
    assert "conversation_config_override" not in sent["conversation_initiation_client_data"]


def test_a_number_that_the_account_does_not_name_is_looked_up(provider: ElevenLabsSimulator) -> None:
    adapter = ElevenLabs(Account(**{**provider.account(), "numbers": {}}), patience=2)
    assert provider.conversations[adapter.dial(order(own=TRUNK))].kind == "sip_trunk"
    with pytest.raises(DialRefused, match="does not know our number"):
        adapter.dial(order(own="+4930123456"))


def test_a_call_without_an_agent_is_refused(adapter: ElevenLabs, provider: ElevenLabsSimulator) -> None:
    with pytest.raises(DialRefused, match="AI agents only"):
        adapter.dial(order(None))
    assert not provider.requests


def test_success_false_is_a_no_with_its_reason(adapter: ElevenLabs, provider: ElevenLabsSimulator) -> None:
    provider.unsuccessful[CUSTOMER] = "Twilio: permission to send an SMS or call has not been enabled"
    with pytest.raises(DialRefused, match="permission") as refused:
        adapter.dial(order())
    assert refused.value.outcome is Outcome.CARRIER_ERROR
    assert adapter.find(sought()).finding is Finding.CANNOT_TELL


def test_a_call_without_an_id_is_unknown_and_found_by_our_reference(
    adapter: ElevenLabs, provider: ElevenLabsSimulator
) -> None:
    provider.without_id.add(CUSTOMER)
    with pytest.raises(DialUnknown):
        adapter.dial(order())
    (placed,) = provider.conversations
    provider.answer(placed)
    found = adapter.find(sought())
    assert (found.finding, found.carrier_call_id) == (Finding.PLACED, placed)
    assert [event.happened for event in found.events] == [Happened.STARTED, Happened.ANSWERED]


@pytest.mark.parametrize("detail", ["gone", ["gone"], {"message": "gone"}, [{"msg": "gone", "loc": ["body", "x"]}]])
def test_the_reason_of_a_refusal_is_read_in_each_of_its_forms(
    detail: Any, adapter: ElevenLabs, provider: ElevenLabsSimulator
) -> None:
    provider.refusals[CUSTOMER] = (403, detail)
    with pytest.raises(DialRefused, match=r"403 .*gone"):
        adapter.dial(order())


# Looking for calls


def test_a_call_that_was_never_placed_is_known_not_to_be_only_after_a_while(adapter: ElevenLabs) -> None:
    assert adapter.find(sought(ago=179)).finding is Finding.CANNOT_TELL
    assert adapter.find(sought(ago=181)).finding is Finding.NOT_PLACED
    assert adapter.find(sought("conv_gone", ago=181)).finding is Finding.CANNOT_TELL


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"conversations": 7}', b"<html>"])
def test_a_list_that_cannot_be_read_settles_nothing(
    body: bytes, adapter: ElevenLabs, provider: ElevenLabsSimulator
) -> None:
    provider.faults.append(Fault(status=200, body=body))
    assert adapter.find(sought(ago=600)).finding is Finding.CANNOT_TELL


def test_a_whole_conversation_is_told_when_asked_for(adapter: ElevenLabs, provider: ElevenLabsSimulator) -> None:
    session = adapter.dial(order())
    assert adapter.conversation(sought(session)).heard is None
    provider.end(session)
    told = adapter.conversation(sought(session))
    assert told.heard
    assert len(told.heard.turns) == 4
    assert told.analysis
    provider.faults.append(Fault(status=500))
    with pytest.raises(Unavailable):
        adapter.conversation(sought(session))


# Ending


def test_a_call_over_twilio_is_ended_there_and_one_over_a_trunk_cannot_be(provider: ElevenLabsSimulator) -> None:
    with TwilioSimulator() as carrier:
        carrier.numbers[OWN] = TwilioNumber()
        twilio = Twilio(
            TwilioAccount(carrier.account_sid, carrier.auth_token, base_url=carrier.base_url),
            address=lambda: "https://api.example.com",
        )
        adapter = ElevenLabs(Account(**provider.account()), telephone=lambda: twilio)
        session = adapter.dial(order())
        leg = twilio.dial(Dial(REFERENCE, OWN, CUSTOMER, record=False))
        provider.answer(session).call_sid = leg
        adapter.hang_up(session)
        assert carrier.calls[leg].status == "completed"
        provider.end(session, Scenario())
        adapter.hang_up(session)  # over already
        by_trunk = adapter.dial(order(own=TRUNK))
        with pytest.raises(Conflict, match="SIP trunk"):
            adapter.hang_up(by_trunk)


# The account


@pytest.mark.parametrize(
    "numbers",
    [[], {"+1": "phnum_1"}, {"+1": {"phone_number_id": 7, "kind": "twilio"}}, {"+1": {"phone_number_id": "p"}},
     {"+1": {"phone_number_id": "p", "kind": "exotel"}}],
)  # fmt: skip
def test_an_account_with_unusable_numbers_is_none(numbers: Any) -> None:
    with pytest.raises(ValueError, match="a number needs"):
        Account("key", "secret", numbers=numbers)
