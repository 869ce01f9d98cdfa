"""Every way through the product once, in this process, on a stack of its own: what was used, called and asked for."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from infra.local.gateway import Response
from infra.local.invocation import Outcome
from infra.local.receiver import Receiver
from infra.local.rights import Grant
from infra.local.stack import Stack
from infra.local.workspaces import an_owner, make_workspace, open_to_anyone
from tandem.admin import Workspace
from tandem.carriers.audio import tone_wav
from tests.architecture import (
    ai_calls,
    api_keys,
    assistants,
    conversations,
    figures,
    histories,
    hooks,
    logins,
    menus,
    queues,
    sockets,
    telephones,
)
from tests.simulators.africas_talking import AfricasTalkingSimulator, Number
from tests.simulators.africas_talking_calls import Reply, Scenario

ROOT = Path(__file__).parents[2]
TOKEN = "token-of-the-journeys"
OWN, CUSTOMER = "+254711000000", "+254722000001"
PARAMETERS = {
    "Stage": "local",
    "PublicUrl": "http://localhost:3001",
    "PublicSocketUrl": "ws://localhost:3001/ws/calls",
    "DefaultCarrier": "sandbox",
    "WebhookEgressAllow": "127.0.0.0/8",
}


@dataclass
class Journeys:
    """Goes every way and keeps the first event of each kind that each function was called with."""

    stack: Stack
    carrier: AfricasTalkingSimulator
    events: dict[str, Any] = field(default_factory=dict)
    invocations: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, Any]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stack.calls.listeners.append(self._note)
        account = {
            "username": self.carrier.username,
            "api_key": self.carrier.api_key,
            "token": TOKEN,
            "voice_url": self.carrier.base_url,
            "webrtc_url": self.carrier.base_url,
        }
        self.stack.client("ssm").put_parameter(
            Name="/tandem/local/carriers/africas_talking",
            Value=json.dumps(account),
            Type="SecureString",
            Overwrite=True,
        )
        self.demo = make_workspace(self.stack, "demo", owner=an_owner("demo"))
        self.kenyan = make_workspace(self.stack, "kenyan")
        open_to_anyone(self.stack, self.demo)

    def _note(self, function: str, event: Any, outcome: Outcome) -> None:
        self.invocations[function] += 1
        self.events.setdefault(function, event)
        if outcome.failed:
            self.failures.append((function, outcome.error))

    def ask(self, who: Workspace, method: str, path: str, **content: Any) -> Response:
        """A request with a workspace's live key."""
        headers = {"authorization": f"Bearer {who.keys['live']}", **content.pop("headers", {})}
        return self.stack.request(method, path, headers=headers, **content)

    def place(self, who: Workspace, phone: str, **content: Any) -> str:
        """Place a call; its id, empty where the carrier refused."""
        body = {"customerPhone": phone, "agentId": "agent-1", "recordingEnabled": True}
        answer = self.ask(who, "POST", "/api/telephony/calls/initiate", json=body, **content)
        assert answer.status in (200, 502), answer.text
        return str(answer.json().get("data", {}).get("callId", ""))

    def later(self, seconds: float) -> None:
        """Much later; the schedules run once, not each minute of it."""
        self.stack.clock.move_to(self.stack.clock.now() + seconds)
        self.stack.conductor.schedules.rebase(self.stack.clock.now())
        for schedule in (
            "WorkersRunCallSettlement",
            "WorkersRunEventSweep",
            "WorkersRunWebhookSweep",
            "WorkersRunTranscriptSweep",
            "WorkersRunRollup",
        ):
            self.stack.run_schedule(schedule)
        self.stack.settle()

    def all(self) -> None:
        """Every way once."""
        self.look_around()
        receiver = self.configure()
        self.sandbox_calls()
        self.sad_webhooks(receiver)
        self.swept()
        self.carrier_calls()
        menus.go(self)
        queues.go(self)
        histories.go(self)
        figures.go(self)
        telephones.go(self, OWN)
        sockets.go(self)
        conversations.go(self)
        ai_calls.go(self, OWN)
        self.people()
        self.names = assistants.go(self) | hooks.go(self) | logins.go(self)
        api_keys.grow_old(self)
        receiver.stop()

    def look_around(self) -> None:
        """What anyone may ask."""
        for path in ("/", "/api/v1/health", "/nowhere", "/voice/", "/voice"):
            self.stack.request("GET", path)

    def configure(self) -> Receiver:
        """A phone service whose number and webhook are set, moved and taken back."""
        first, second = Receiver(), Receiver()
        for body in (
            {"phoneNumber": "+15005550100", "webhookUrl": first.url},
            {"phoneNumber": "+15005550101", "webhookUrl": second.url},
            {"webhookUrl": None},
            {"webhookUrl": second.url},
        ):
            answer = self.ask(self.demo, "POST", "/api/telephony/configure", json=body)
            assert answer.status == 200, answer.text
            second.secret = answer.json()["data"].get("webhookSecret") or second.secret
        first.stop()
        assert self.ask(self.demo, "GET", "/api/telephony/configure").status == 200
        return second

    def sandbox_calls(self) -> None:
        """Each number of the sandbox, and what can be asked of a call afterwards."""
        key = {"idempotency-key": "journey"}
        call_id = self.place(self.demo, "+15005550001", headers=key)
        assert self.place(self.demo, "+15005550001", headers=key) == call_id
        for number in range(2, 11):
            self.place(self.demo, f"+150055500{number:02d}")
        self.stack.advance(180)
        for path in ("", "/recording", "/recording/stream"):
            answer = self.ask(self.demo, "GET", f"/api/telephony/calls/{call_id}{path}")
            assert answer.status == 200, answer.text
        assert self.ask(self.demo, "GET", "/api/telephony/calls/history").json()["pagination"]["total"] == 10
        test_key = {"authorization": f"Bearer {self.kenyan.keys['test']}"}
        self.place(self.kenyan, "+15005550002", headers=test_key)
        self.stack.advance(60)

    def people(self) -> None:
        """A customer, a conversation and its messages, from the first to the last that can be done with them."""

        def done(method: str, path: str, **body: Any) -> dict[str, Any]:
            answer = self.ask(self.demo, method, f"/api/v1/{path}", **({"json": body} if body else {}))
            assert answer.status in (200, 201), answer.text
            data: dict[str, Any] = answer.json()["data"]
            return data

        profile = {"firstName": "Ada", "lastName": "Obi", "email": "ada@example.com", "phone": "+2348012345678"}
        customer = f"customers/{done('POST', 'customers', profile=profile, tags=['vip'])['_id']}"
        assert [each["_id"] for each in done("GET", "customers?search=ada&status=active")] == [customer.split("/")[1]]
        done("GET", customer)
        done("PATCH", customer, tags=["regular"], profile={"phone": None})
        done("PUT", customer, status="inactive")
        opened = done("POST", "conversations", customerId=customer.split("/")[1], subject="Where is my order?")
        conversation = f"conversations/{opened['_id']}"
        assert [each["_id"] for each in done("GET", f"conversations?customerId={opened['customerId']}")] == [
            opened["_id"]
        ]
        done("GET", conversation)
        done("POST", f"{conversation}/messages", text="We are looking into it.")
        done("PATCH", conversation, status="closed", assignedTo="agent-1")
        done("POST", f"{conversation}/messages", text="Thank you!", direction="inbound")
        assert len(done("GET", f"{conversation}/messages")) == 2
        done("PUT", conversation, assignedTo=None)
        done("DELETE", conversation)
        done("DELETE", customer)
        self.stack.settle()

    def sad_webhooks(self, receiver: Receiver) -> None:
        """An endpoint that fails until it is left alone, is paused while something waits, and is used again."""
        receiver.statuses += [503] * 40
        for _ in range(3):
            self.place(self.demo, "+15005550004")
        self.stack.advance(240)
        receiver.statuses.clear()
        receiver.statuses.append(410)
        self.place(self.demo, "+15005550004")
        self.stack.advance(240)
        receiver.statuses.clear()
        self.place(self.demo, "+15005550004")
        self.stack.advance(60)
        self.ask(self.demo, "POST", "/api/telephony/configure", json={"webhookUrl": receiver.url})
        self.stack.advance(60)

    def carrier_calls(self) -> None:
        """Africa's Talking, out and in, to the end, with a recording and with silence."""
        body = {"phoneNumber": OWN, "carrier": "africas_talking"}
        assert self.ask(self.kenyan, "POST", "/api/telephony/configure", json=body).status == 200
        address = "http://localhost:3001/voice"
        self.carrier.numbers[OWN] = Number(f"{address}/instruct?token={TOKEN}", f"{address}/events?token={TOKEN}")
        self.carrier.post = self._called_back
        recording = self.carrier.record(tone_wav(2, "journey"), content_type="audio/wav")
        for scenario in (Scenario(digits=("1",), recording_url=recording), Scenario(digits=("2", "1"))):
            self.place(self.kenyan, CUSTOMER)
            self.carrier.play(list(self.carrier.calls)[-1], scenario)
            self.carrier.incoming(OWN, "+254733000003", scenario)
        first_word = {"sessionId": "ATVId_asks_first", "callerNumber": "+254733000004", "destinationNumber": OWN}
        self._called_back(f"{address}/instruct?token={TOKEN}", {**first_word, "isActive": "1", "direction": "Inbound"})
        key = {"idempotency-key": "invoked"}
        for _ in range(2):
            answer = self.ask(self.kenyan, "GET", "/voice/invoke-call", query={"phone": "254722000002"}, headers=key)
            assert answer.status == 200, answer.text
        test_key = {"authorization": f"Bearer {self.kenyan.keys['test']}"}
        self.ask(self.kenyan, "GET", "/voice/invoke-call", query={"phone": "15005550002"}, headers=test_key)
        self.stack.request("GET", "/voice/invoke-call", query={"phone": "15005550002"})
        self.later(13 * 3600)

    def swept(self) -> None:
        """What the queues and the stream lose, the schedules find: here the queues lose everything at first."""
        lost = {"function": "WorkersOnEventRecorded", "times": 6}
        self.stack.faults.add({"kind": "fail", "service": "sqs", "operation": "SendMessageBatch", **lost})
        self.place(self.demo, "+15005550001")
        self.stack.advance(30)
        self.stack.faults.clear()
        self.stack.advance(120)

    def _called_back(self, url: str, form: Any) -> Reply:
        parts = urlsplit(url)
        headers = {"content-type": "application/x-www-form-urlencoded"}
        query = dict(parse_qsl(parts.query))
        answer = self.stack.request("POST", parts.path, query=query, headers=headers, body=urlencode(form))
        return Reply(answer.status, answer.header("content-type") or "", answer.text)


@dataclass(frozen=True)
class Seen:
    """What the journeys left to look at."""

    enforced: bool
    unused: dict[str, list[Grant]]
    refused: dict[str, set[tuple[str, str]]]
    failures: list[tuple[str, Any]]
    invocations: Counter[str]
    events: dict[str, Any]
    demo: Workspace
    kenyan: Workspace
    functions: frozenset[str]
    names: dict[str, str]
    """What stands in the events, by the placeholder for it."""


@contextmanager
def own_stack() -> Iterator[Stack]:
    """A stack that nothing else has used."""
    stack = Stack.start(ROOT / "template.yaml", PARAMETERS, root=ROOT, name="tandem-journeys")
    try:
        yield stack
    finally:
        stack.stop()


def gone() -> Seen:
    """Go every way on a stack of its own."""
    with own_stack() as stack, AfricasTalkingSimulator() as carrier:
        journeys = Journeys(stack, carrier)
        journeys.all()
        names = sorted(stack.functions)
        return Seen(
            enforced=stack.rights.enforced,
            unused={name: stack.rights.unused(name) for name in names},
            refused={name: stack.rights.refused(name) for name in names},
            failures=journeys.failures,
            invocations=journeys.invocations,
            events=journeys.events,
            demo=journeys.demo,
            kenyan=journeys.kenyan,
            functions=frozenset(names),
            names=journeys.names,
        )
