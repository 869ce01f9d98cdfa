"""tests/events: one event a function, for `sam local invoke`, each of which its handler takes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.local.accounts import accounts, store
from infra.local.invocation import Outcome
from infra.local.model import Function
from infra.local.stack import Stack
from infra.local.workspaces import an_owner, make_workspace, open_to_anyone, operating
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Role, Turn
from tests.architecture.assistants import AGENT
from tests.architecture.queues import MENU
from tests.architecture.test_layout import FUNCTIONS
from tests.conftest import AFRICAS_TALKING_TOKEN
from tests.integration.doors import forget_accounts
from tests.simulators.elevenlabs import ElevenLabsSimulator
from tests.simulators.elevenlabs_conversations import signed
from tests.simulators.telnyx import TelnyxSimulator
from tests.simulators.twilio import TwilioSimulator

TWILIO = {"TWILIO_ACCOUNT_SID": TwilioSimulator.account_sid, "TWILIO_AUTH_TOKEN": TwilioSimulator.auth_token}
"""Who signed the events of that carrier."""

TELNYX = TelnyxSimulator()
"""Who signs the events of that carrier, whose signatures are good for five minutes."""
TELNYX_KEY = {"TELNYX_PUBLIC_KEY": TELNYX.public_key}

ELEVENLABS = {"ELEVENLABS_WEBHOOK_SECRET": ElevenLabsSimulator.webhook_secret}
"""Who signs the events of that one, whose signatures are good for half an hour."""

EVENTS = Path(__file__).parents[1] / "events"


def test_each_function_has_an_event_and_each_event_a_function() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(FUNCTIONS)


def made(whole_stack: Stack) -> dict[str, str]:
    """What stands in the events' places: a workspace of this stack, its key, and a call of it with a recording."""
    whole_stack.reset()
    forget_accounts(whole_stack)
    store(
        whole_stack,
        accounts(
            {
                "AFRICASTALKING_TOKEN": AFRICAS_TALKING_TOKEN,
                "TELNYX_PUBLIC_KEY": TELNYX.public_key,
                **TWILIO,
                **ELEVENLABS,
            }
        ),
    )
    workspace = make_workspace(whole_stack, "events", owner=an_owner("events"))
    open_to_anyone(whole_stack, workspace)
    headers = {"authorization": f"Bearer {workspace.keys['live']}"}
    service = {"recordingEnabled": True, "phoneNumber": "+15005550101"}
    whole_stack.request("POST", "/api/telephony/configure", json=service, headers=headers)
    body = {"customerPhone": "+15005550001", "agentId": "agent-1"}
    placed = whole_stack.request("POST", "/api/telephony/calls/initiate", json=body, headers=headers).json()
    whole_stack.advance(15)
    with operating(whole_stack):
        said = [Turn("1", Role.AGENT, "Hello!", 0, 1, final=True)]
        transcripts.finish(workspace.tenant_id, placed["data"]["callId"], "sandbox", turns=said)
    hook = {"name": "CRM", "url": "http://127.0.0.1:9/", "events": ["customer.created"]}
    endpoint = whole_stack.request("POST", "/api/v1/webhooks", json=hook, headers=headers).json()["data"]
    customer = whole_stack.request(
        "POST", "/api/v1/customers", json={"profile": {"firstName": "Ada"}}, headers=headers
    ).json()["data"]
    whole_stack.settle()
    logs = whole_stack.request("GET", f"/api/v1/webhooks/{endpoint['_id']}/logs", headers=headers).json()["data"][
        "logs"
    ]
    opening = {"customerId": customer["_id"]}
    opened = whole_stack.request("POST", "/api/v1/conversations", json=opening, headers=headers).json()
    menu = whole_stack.request("POST", "/api/telephony/ivr", json=MENU, headers=headers).json()["data"]
    agent = whole_stack.request("POST", "/api/v1/agents", json=AGENT, headers=headers).json()["data"]
    idle = whole_stack.request("POST", "/api/v1/agents", json=AGENT, headers=headers).json()["data"]
    task, failed = (
        whole_stack.request(
            "POST",
            "/api/v1/tasks",
            json={"agent_id": agent["id"], "name": "Call", "to_number": number},
            headers=headers,
        ).json()["data"]["id"]
        for number in ("+15005550001", "+15005550006")
    )
    whole_stack.request("POST", f"/api/v1/tasks/{failed}/execute", headers=headers)
    live = whole_stack.request("POST", "/api/telephony/calls/initiate", json=body, headers=headers).json()["data"]
    assert workspace.owner is not None
    credentials = {"email": workspace.owner.email, "password": workspace.owner.password}
    login = whole_stack.request("POST", "/api/auth/login", json=credentials).json()["data"]
    owner = {"authorization": f"Bearer {login['accessToken']}"}
    keys = whole_stack.request("GET", "/api/tenant/api-keys", headers=owner).json()["data"]["keys"]
    return {
        "<key>": workspace.keys["live"],
        "<api_key_id>": next(key["_id"] for key in keys if "agents" in key["name"]),
        "<tenant_id>": workspace.tenant_id,
        "<call_id>": placed["data"]["callId"],
        "<customer_id>": customer["_id"],
        "<menu_id>": menu["menuId"],
        "<agent_id>": agent["id"],
        "<idle_agent_id>": idle["id"],
        "<call_to_end>": live["callId"],
        "<call_to_cancel>": live["callId"],
        "<task_id>": task,
        "<failed_task_id>": failed,
        "<conversation_id>": opened["data"]["_id"],
        "<spoken_conversation_id>": placed["data"]["conversationId"],
        "<webhook_id>": endpoint["_id"],
        "<log_id>": logs[0]["_id"],
        "<token>": AFRICAS_TALKING_TOKEN,
        "<access_token>": login["accessToken"],
        "<refresh_token>": login["refreshToken"],
        "<email>": workspace.owner.email,
        "<password>": str(workspace.owner.password),
    }


def test_each_event_is_taken_by_its_function(whole_stack: Stack) -> None:
    names = made(whole_stack)
    refused = {}
    for name in sorted(FUNCTIONS):
        if fault(name, taken(whole_stack, name, names)):
            names = made(whole_stack)  # an event before it may have removed what this one is about
            if found := fault(name, taken(whole_stack, name, names)):
                refused[name] = found
    assert refused == {}


def taken(stack: Stack, name: str, names: dict[str, str]) -> Outcome:
    """A function's answer to its event."""
    text = (EVENTS / f"{name}.json").read_text()
    for place, value in names.items():
        text = text.replace(place, value)
    event = json.loads(text)
    now = datetime.fromtimestamp(stack.clock.now(), UTC)
    if name.startswith("CarriersReceiveTelnyx"):
        TELNYX.now = lambda: now
        event["headers"] |= TELNYX.signer.headers(event["body"].encode())
    if name == "CarriersReceiveElevenlabsEvent":
        event["headers"] |= signed(event["body"].encode(), ElevenLabsSimulator.webhook_secret, now)
    return stack.invoke(name, event)


def fault(name: str, outcome: Outcome) -> Any:
    """What was answered instead of success; None where it was success."""
    if outcome.error is not None:
        return outcome.error
    if outcome.payload and "statusCode" in outcome.payload:
        good = (404,) if name == "PlatformAnswerUnknown" else (200, 201, 204)
        return None if outcome.payload["statusCode"] in good else outcome.payload
    if name.startswith("WorkersOn") and outcome.payload != {"batchItemFailures": []}:
        return outcome.payload or "no report"
    return None


def test_the_variables_for_sam_are_complete(whole_stack: Stack) -> None:
    from infra.local.sam import reachable, variables

    given: dict[str, dict[str, str]] = variables(whole_stack)
    assert set(given) == set(whole_stack.functions)
    for name, function in whole_stack.functions.items():
        assert_complete(function, given[name])
    assert reachable("http://127.0.0.1:4566/x") == "http://host.docker.internal:4566/x"


def assert_complete(function: Function, given: dict[str, Any]) -> None:
    assert set(function.environment) <= set(given)
    assert given["AWS_ENDPOINT_URL"].startswith("http://host.docker.internal:")
    assert given["AWS_ACCESS_KEY_ID"] == function.credentials.key
    assert not {"PATH", "HOME", "_HANDLER", "TANDEM_CLOCK_FILE", "LAMBDA_TASK_ROOT"} & set(given)
    assert not [name for name, value in given.items() if "127.0.0.1" in value and name != "WEBHOOK_EGRESS_ALLOW"]


def test_sam_is_started_with_these_variables_on_this_port(tmp_path: Path) -> None:
    from infra.local.sam import command

    line = command("sam", tmp_path / "variables.json", 3001)
    assert line[:3] == ["sam", "local", "start-api"]
    assert line[line.index("--env-vars") + 1] == str(tmp_path / "variables.json")
    assert line[line.index("--port") + 1] == "3001"
