"""Africa's Talking over HTTP on both sides: the product calls its API, and is called back by it."""

from collections.abc import Iterator

import pytest

from tandem.carriers.audio import tone_wav
from tests.e2e.conftest import Site, eventually
from tests.e2e.test_stack import make_workspace
from tests.simulators.africas_talking import AfricasTalkingSimulator, Number
from tests.simulators.africas_talking_calls import Scenario

OWN, CUSTOMER = "+254711000000", "+254722000001"


@pytest.fixture(scope="module")
def workspaces() -> dict[str, Site]:
    return {}


@pytest.fixture
def kenyan(local: Site, workspaces: dict[str, Site], carrier: AfricasTalkingSimulator) -> Iterator[Site]:
    """A workspace with a number at Africa's Talking, whose dashboard calls this stack back."""
    if not workspaces:
        workspaces["kenyan"] = make_workspace(local, "kenyan")
        settings = {"phoneNumber": OWN, "carrier": "africas_talking"}
        workspaces["kenyan"].data("POST", "/api/telephony/configure", json=settings)
    token = local.local["carriers"]["africas_talking"]["token"]
    address = f"{local.base_url}/voice"
    carrier.numbers[OWN] = Number(f"{address}/instruct?token={token}", f"{address}/events?token={token}")
    yield workspaces["kenyan"]
    carrier.numbers.clear()


def test_an_outbound_call_is_dialled_once_and_ends_as_the_carrier_tells(
    kenyan: Site, carrier: AfricasTalkingSimulator
) -> None:
    call_id = kenyan.place(CUSTOMER, customGreeting="Habari <wote> & karibu")
    call = next(one for one in carrier.calls.values() if (one.client_request_id or "").endswith(call_id))
    assert carrier.dials(str(call.client_request_id)) == 1
    recording = carrier.record(tone_wav(3, "kenyan"), content_type="audio/wav")
    carrier.play(call.session_id, Scenario(digits=("1",), recording_url=recording, amount="7.50"))
    assert any("Habari <wote> & karibu" in sentence for sentence in call.heard)
    shown = kenyan.ended(call_id)
    assert (shown["status"], shown["carrier"]) == ("completed", "africas_talking")
    assert float(shown["cost"]["amount"]) == 7.5


def test_a_call_that_comes_in_is_answered_and_listed(kenyan: Site, carrier: AfricasTalkingSimulator) -> None:
    heard = carrier.incoming(OWN, "+254733000003", Scenario()).heard
    assert heard
    history = kenyan.send("GET", "/api/telephony/calls/history", params={"direction": "inbound"}).json()["data"]
    assert [(each["from"], each["to"]) for each in history] == [("+254733000003", OWN)]
    eventually(lambda: kenyan.call(history[0]["callId"])["endedAt"])


def test_a_forged_callback_changes_nothing(kenyan: Site, carrier: AfricasTalkingSimulator) -> None:
    call_id = kenyan.place("+254722000009")
    call = next(one for one in carrier.calls.values() if (one.client_request_id or "").endswith(call_id))
    forged = {"sessionId": call.session_id, "isActive": "0", "callSessionState": "Completed", "durationInSeconds": "9"}
    answer = kenyan.send("POST", "/voice/events?token=guessed", data=forged)
    assert answer.status_code == 403
    assert kenyan.call(call_id)["status"] == "initiated"


def test_the_providers_own_call_endpoint_dials_by_number_alone(local: Site) -> None:
    answer = local.send("GET", "/voice/invoke-call", params={"phone": "15005550002"})
    assert answer.status_code == 200
    assert answer.json()["response"]["entries"][0]["phoneNumber"] == "+15005550002"
