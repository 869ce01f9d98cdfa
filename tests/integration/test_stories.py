"""The same story of a call, told by each carrier in its own protocol, ends in the same record."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from infra.local.receiver import Receiver
from infra.local.stack import Stack
from tandem.carriers.audio import tone_wav
from tests.architecture import telephones
from tests.conftest import AFRICAS_TALKING_TOKEN
from tests.integration.conftest import Client
from tests.integration.doors import forget_accounts, listening
from tests.integration.lines import Line, names
from tests.simulators import africas_talking, africas_talking_calls, telnyx, telnyx_calls, twilio, twilio_calls

AGENT_PHONE, CUSTOMER = "+254733000002", "+254722000001"
MISSED, TALKED, SPOKEN = ("missed", "canceled"), ("completed", "answered_human"), ("completed", "voicemail")


@dataclass(frozen=True)
class Story:
    """What both parties do, and the status and outcome that it ends in. `end` is how a call that we place ends; what
    follows is of calls that come in."""

    ends: tuple[str, str] = TALKED
    end: str = "answered"
    seconds: int = 4
    keys: tuple[str, ...] = ()
    agent_comes_after: int = 0
    """Answers that the caller was given by then; with 0 the agent is there all the while."""
    agent_answers: bool = True
    patience: int = 40
    """Answers after which the caller hangs up."""


OUTBOUND = [
    Story(),
    Story(SPOKEN, "voicemail", seconds=6),
    Story(("failed", "busy"), "busy"),
    Story(("failed", "no_answer"), "no answer"),
    Story(("failed", "declined"), "declined"),
]
INBOUND = {
    "walks the menu to an agent": Story(keys=("1",)),
    "walks the menu to a message": Story(SPOKEN, keys=("2",)),
    "waits for an agent": Story(keys=("1",), agent_comes_after=4),
    "waits and gives up": Story(MISSED, keys=("1",), agent_comes_after=99, patience=6),
    "is called back in vain": Story(MISSED, keys=("1",), agent_answers=False, patience=6),
    "says nothing": Story(),
}


class Telephones(Protocol):
    """A carrier with people on its telephones."""

    number: str

    def phone(self, story: Story) -> str:
        """Whom to call so that the call goes by this story."""

    def outbound(self, story: Story) -> None:
        """Let the call that was placed last happen."""

    def inbound(self, story: Story, answered: Callable[[int], None]) -> None:
        """Somebody calls. `answered` is told after each answer how many there were."""


@dataclass
class OverSandbox:
    """Numbers that behave, and requests that say what a caller does."""

    client: Client
    number: str = "+15005550100"

    def phone(self, story: Story) -> str:
        return f"+1500555000{1 + ['answered', 'busy', 'no answer', 'declined', 'voicemail'].index(story.end)}"

    def outbound(self, story: Story) -> None:
        self.client.stack.advance(60)

    def inbound(self, story: Story, answered: Callable[[int], None]) -> None:
        line, keys = Line(self.client), list(story.keys)
        instructions = line.ask()
        for answers in range(1, story.patience + 1):
            answered(answers)
            kinds = names(instructions)
            if "connect" in kinds:
                if story.agent_answers and instructions[-1]["connect"]["record"]:
                    line.post(event="recorded")
                instructions = line.ask(event="leg_ended", answered=story.agent_answers, seconds=story.seconds)
            elif "record" in kinds:
                instructions = line.ask(event="recorded")
            elif "gather" in kinds and keys:
                instructions = line.ask(digits=keys.pop(0))
            elif "hangup" in kinds:
                break
            else:
                instructions = line.ask()
        line.post(event="ended", seconds=story.seconds)


@dataclass
class OverAfricasTalking:
    """Africa's Talking, and what becomes of the calls of its simulator."""

    carrier: africas_talking.AfricasTalkingSimulator
    stack: Stack
    number: str = "+254711082000"

    def phone(self, story: Story) -> str:
        return CUSTOMER

    def outbound(self, story: Story) -> None:
        cause = {"busy": "USER_BUSY", "no answer": "NO_ANSWER", "declined": "CALL_REJECTED"}.get(story.end)
        scenario = africas_talking_calls.Scenario(
            answered=cause is None,
            duration=story.seconds,
            cause=cause or "NORMAL_CLEARING",
            recording_url=self._audio(),
        )
        self.carrier.play(list(self.carrier.calls)[-1], scenario)

    def inbound(self, story: Story, answered: Callable[[int], None]) -> None:
        scenario = africas_talking_calls.Scenario(
            digits=story.keys, dialled_party_answers=story.agent_answers, duration=story.seconds,
            patience=story.patience,
            recording_url=self._audio(),
        )  # fmt: skip
        self.carrier.post = self.posting(answered)
        self.carrier.incoming(self.number, CUSTOMER, scenario)

    def _audio(self) -> str:
        return self.carrier.record(tone_wav(2, "story"), content_type="audio/wav")

    def posting(self, answered: Callable[[int], None]) -> africas_talking_calls.Post:
        """What posts straight into the stack, and counts the answers to questions."""
        answers = 0

        def post(url: str, form: Mapping[str, str]) -> africas_talking_calls.Reply:
            nonlocal answers
            parts = urlsplit(url)
            headers = {"content-type": "application/x-www-form-urlencoded"}
            query = dict(parse_qsl(parts.query))
            answer = self.stack.request("POST", parts.path, query=query, headers=headers, body=urlencode(form))
            if parts.path.endswith("/instruct"):
                answers += 1
                answered(answers)
            return africas_talking_calls.Reply(answer.status, answer.header("content-type") or "", answer.text)

        return post


@dataclass
class OverTwilio:
    """Twilio, and what becomes of the calls of its simulator."""

    carrier: twilio.TwilioSimulator
    stack: Stack
    number: str = "+13125550100"

    def phone(self, story: Story) -> str:
        return CUSTOMER

    def outbound(self, story: Story) -> None:
        ends: dict[str, Any] = {
            "voicemail": {"answered_by": "machine_end_beep"}, "busy": {"end": "busy", "sip": "486"},
            "no answer": {"end": "no-answer", "sip": "487"}, "declined": {"end": "busy", "sip": "603"},
        }  # fmt: skip
        scenario = twilio_calls.Scenario(duration=story.seconds, **ends.get(story.end, {}))
        self.carrier.play(list(self.carrier.calls)[-1], scenario)

    def inbound(self, story: Story, answered: Callable[[int], None]) -> None:
        answers, post = 0, telephones.posting(self.stack)

        def counting(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> twilio_calls.Reply:
            nonlocal answers
            reply = post(url, form, headers)
            if urlsplit(url).path.endswith("/voice"):
                answers += 1
                answered(answers)
            return reply

        self.carrier.post = counting
        legs = () if story.agent_answers else ("no-answer",)
        scenario = twilio_calls.Scenario(digits=story.keys, legs=legs, duration=story.seconds, patience=story.patience)
        self.carrier.incoming(self.number, CUSTOMER, scenario)


@dataclass
class OverTelnyx:
    """Telnyx, and what becomes of the calls of its simulator."""

    carrier: telnyx.TelnyxSimulator
    number: str = "+13125550177"

    def phone(self, story: Story) -> str:
        return CUSTOMER

    def outbound(self, story: Story) -> None:
        ends: dict[str, Any] = {
            "voicemail": {"machine": True}, "busy": {"cause": "user_busy", "sip": "486"},
            "no answer": {"cause": "timeout", "sip": "487"}, "declined": {"cause": "call_rejected", "sip": "603"},
        }  # fmt: skip
        scenario = telnyx_calls.Scenario(duration=story.seconds, **ends.get(story.end, {}))
        self.carrier.play(list(self.carrier.calls)[-1], scenario)

    def inbound(self, story: Story, answered: Callable[[int], None]) -> None:
        legs = () if story.agent_answers else ("timeout",)
        scenario = telnyx_calls.Scenario(digits=story.keys, legs=legs, duration=story.seconds, patience=story.patience)
        post, told = self.carrier.post, 0

        def counting(url: str, body: bytes, headers: Mapping[str, str]) -> int:
            nonlocal told
            status = post(url, body, headers)
            commands = sum(len(call.commands) for call in self.carrier.calls.values())
            if commands != told:
                told = commands
                answered(told - before - 1)  # the first is that the call is taken
            return status

        before = told = sum(len(call.commands) for call in self.carrier.calls.values())
        self.carrier.post = counting
        self.carrier.incoming(self.number, CUSTOMER, scenario)
        self.carrier.post = post


def _account(stack: Stack, carrier_name: str, **fields: str) -> None:
    stack.client("ssm").put_parameter(
        Name=f"/tandem/local/carriers/{carrier_name}", Value=json.dumps(fields), Type="SecureString", Overwrite=True
    )


@pytest.fixture
def carriers(stack: Stack, demo: Client) -> Iterator[dict[str, Telephones]]:
    """Each carrier, with the workspace's account there."""
    forget_accounts(stack)
    audio = tone_wav(2, "story")
    with (
        africas_talking.AfricasTalkingSimulator() as african,
        twilio.TwilioSimulator(audio=audio) as american,
        telnyx.TelnyxSimulator(audio=audio) as commanded,
    ):
        over_africas_talking, over_twilio = OverAfricasTalking(african, stack), OverTwilio(american, stack)
        address, hooks = "http://localhost:3001/voice", "http://localhost:3001/api/webhooks/twilio"
        african.post = over_africas_talking.posting(lambda _: None)
        african.numbers[over_africas_talking.number] = africas_talking.Number(
            f"{address}/instruct", f"{address}/events"
        )
        american.post = telephones.posting(stack)
        american.numbers[over_twilio.number] = twilio.Number(f"{hooks}/voice", f"{hooks}/events")
        token, urls = AFRICAS_TALKING_TOKEN, {"voice_url": african.base_url, "webrtc_url": african.base_url}
        _account(stack, "africas_talking", username=african.username, api_key=african.api_key, token=token, **urls)
        sid, secret = american.account_sid, american.auth_token
        _account(stack, "twilio", account_sid=sid, auth_token=secret, base_url=american.base_url)
        over_telnyx = OverTelnyx(commanded)
        commanded.numbers.add(over_telnyx.number)
        commanded.now = lambda: datetime.fromtimestamp(stack.clock.now(), UTC)
        commanded.post = telephones.posting_news(stack)
        commanded.webhook_url = "http://localhost:3001/api/webhooks/telnyx/voice"
        _account(stack, "telnyx", **commanded.account())
        yield {
            "sandbox": OverSandbox(demo),
            "africas_talking": over_africas_talking,
            "twilio": over_twilio,
            "telnyx": over_telnyx,
        }


@dataclass(frozen=True)
class Workplace:
    """A workspace with a menu, an agent and a webhook, on one carrier after the other."""

    client: Client
    menu_id: str
    receiver: Receiver

    def on(self, carrier_name: str, number: str) -> None:
        settings = {"carrier": carrier_name, "phoneNumber": number, "webhookUrl": self.receiver.url}
        assert self.client("POST", "/api/telephony/configure", json=settings).status == 200
        incoming = {"strategy": "priority", "incoming": {"action": "menu", "target": self.menu_id}}
        assert self.client("PUT", "/api/telephony/routing", json=incoming).status == 200

    def staff(self, status: str) -> None:
        body = {"status": status, "phone": AGENT_PHONE, "queues": ["sales"]}
        assert self.client("PUT", "/api/telephony/agents/ada/presence", json=body).status == 200

    def record(self) -> dict[str, Any]:
        """What is told of the newest call, but for what is the carrier's own: numbers, times, words and prices."""
        self.client.stack.advance(90)
        (call,) = self.client("GET", "/api/telephony/calls/history", query={"limit": "1"}).json()["data"]
        own = {name: call[name] for name in ("direction", "status", "outcome", "retryable", "agentId", "duration")}
        told = [one.body["event"] for one in self.receiver.received if one.body["data"].get("callId") == call["callId"]]
        agents = self.client("GET", "/api/telephony/agents").json()["data"]
        held = {agent["agentId"]: agent["activeCalls"] for agent in agents}
        return {**own, "recording": call["recordingState"], "events": sorted(told), "held": held["ada"]}


@pytest.fixture
def workplace(demo: Client) -> Iterator[Workplace]:
    options = [{"digit": "1", "action": "route", "target": "sales"}, {"digit": "2", "action": "voicemail"}]
    menu = {"name": "Main", "greeting": "Press 1 for sales, or 2 to leave a message.", "options": options}
    menu_id = demo("POST", "/api/telephony/ivr", json=menu).json()["data"]["menuId"]
    with listening() as receiver:
        yield Workplace(demo, menu_id, receiver)


@pytest.mark.parametrize("story", OUTBOUND, ids=lambda story: story.end)
def test_a_call_that_we_place_ends_in_the_same_record(
    story: Story, workplace: Workplace, carriers: dict[str, Telephones]
) -> None:
    records = {}
    for carrier_name, carrier in carriers.items():
        workplace.on(carrier_name, carrier.number)
        workplace.staff("available")
        workplace.client.place(carrier.phone(story), agentId="ada")
        carrier.outbound(story)
        records[carrier_name] = workplace.record()
    if story.end == "voicemail":  # Africa's Talking cannot tell a machine that answers from a person
        records["africas_talking"]["outcome"] = "voicemail"
    _same(records, story)


@pytest.mark.parametrize("name", INBOUND)
def test_a_call_that_comes_in_ends_in_the_same_record(
    name: str, workplace: Workplace, carriers: dict[str, Telephones]
) -> None:
    story, records = INBOUND[name], {}
    for carrier_name, carrier in carriers.items():
        workplace.on(carrier_name, carrier.number)
        workplace.staff("offline" if story.agent_comes_after else "available")

        def answered(answers: int) -> None:
            if answers == story.agent_comes_after:
                workplace.staff("available")

        carrier.inbound(story, answered)
        records[carrier_name] = workplace.record()
    _same(records, story)


def _same(records: Mapping[str, Mapping[str, Any]], story: Story) -> None:
    expected = records["sandbox"]
    assert records == dict.fromkeys(records, expected)
    assert (expected["status"], expected["outcome"], expected["held"]) == (*story.ends, 0)
    assert expected["duration"] == (0 if expected["status"] == "failed" else story.seconds)
