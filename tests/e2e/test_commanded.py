"""Telnyx over HTTP on both sides: it tells, and is commanded while the caller waits."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tandem.carriers.audio import tone_wav
from tests.e2e.conftest import Site
from tests.e2e.test_stack import make_workspace
from tests.simulators.telnyx import TelnyxSimulator
from tests.simulators.telnyx_calls import Scenario

OWN, CUSTOMER, CALLER = "+13125550177", "+254722000001", "+254733000003"


@pytest.fixture(scope="module")
def workspaces() -> dict[str, Site]:
    return {}


@pytest.fixture
def virginian(local: Site, workspaces: dict[str, Site], commanded: TelnyxSimulator) -> Iterator[Site]:
    """A workspace with a number at Telnyx."""
    if not workspaces:
        workspaces["virginian"] = make_workspace(local, "virginian")
        settings = {"phoneNumber": OWN, "carrier": "telnyx"}
        workspaces["virginian"].data("POST", "/api/telephony/configure", json=settings)
    commanded.now = lambda: datetime.fromtimestamp(local.control("clock", method="GET")["now"], UTC)
    commanded.webhook_url = local.local["carriers"]["telnyx"]["webhook_url"]
    commanded.audio = tone_wav(2, "virginian")
    commanded.numbers.add(OWN)
    yield workspaces["virginian"]
    commanded.numbers.clear()


def test_a_caller_is_led_through_the_menu_to_a_message(virginian: Site, commanded: TelnyxSimulator) -> None:
    call = commanded.incoming(OWN, CALLER, Scenario(digits=("1",)))
    actions = [action for action, _ in call.commands]
    assert actions == ["answer", "gather_using_speak", "speak", "record_start", "record_stop", "speak", "hangup"]
    assert call.heard[-1] == "Thank you. Your message was recorded. Goodbye."
    history = virginian.data("GET", "/api/telephony/calls/history", params={"direction": "inbound"})
    assert [(each["from"], each["to"]) for each in history] == [(CALLER, OWN)]
    shown = virginian.ended(history[0]["callId"])
    assert (shown["status"], shown["outcome"]) == ("completed", "voicemail")
    virginian.recorded(history[0]["callId"])


def test_a_call_of_ours_is_dialled_once_and_told_what_to_say(virginian: Site, commanded: TelnyxSimulator) -> None:
    call_id = virginian.place(CUSTOMER, customGreeting="Good morning!")
    (placed,) = [call for call in commanded.calls.values() if call.direction == "outgoing"]
    commanded.play(placed.control_id, Scenario())
    assert placed.heard[0].startswith("Good morning!")
    shown = virginian.ended(call_id)
    assert (shown["status"], shown["outcome"], shown["carrier"]) == ("completed", "answered_human", "telnyx")
    assert sum(call.direction == "outgoing" for call in commanded.calls.values()) == 1


def test_forged_news_change_nothing(virginian: Site, commanded: TelnyxSimulator) -> None:
    call_id = virginian.place("+254722000009")
    placed = list(commanded.calls.values())[-1]
    commanded.play(placed.control_id, Scenario(signature="wrong", cause="user_busy"))
    assert virginian.call(call_id)["status"] == "initiated"
