"""The simulator of Telnyx is itself held to the provider: its official client."""

from collections.abc import Iterator

import pytest

from tests.simulators.telnyx import TelnyxSimulator

OWN, CUSTOMER = "+13125550100", "+254722000001"
ADDRESS = "https://api.example.com"


@pytest.fixture
def simulator() -> Iterator[TelnyxSimulator]:
    with TelnyxSimulator(numbers={OWN}, post=lambda url, body, headers: 200) as running:
        yield running


def test_the_official_client_gets_along_with_the_simulator(simulator: TelnyxSimulator) -> None:
    from telnyx import Telnyx  # three seconds' work

    with Telnyx(api_key=simulator.api_key, base_url=f"{simulator.base_url}/v2", max_retries=0) as official:
        dialled = official.calls.dial(
            connection_id=simulator.connection_id, from_=OWN, to=CUSTOMER, webhook_url=ADDRESS, command_id="c1"
        )
        assert dialled.data is not None
        session = dialled.data.call_control_id
        assert list(simulator.calls) == [session]
        simulator.calls[session].state = "answered"
        spoken = official.calls.actions.speak(session, payload="Hello", voice="AWS.Polly.Joanna", command_id="c2")
        assert spoken.data is not None
        assert spoken.data.result == "ok"
        status = official.calls.retrieve_status(session)
        assert status.data is not None
        assert status.data.call_leg_id == simulator.calls[session].leg_id
        made = official.telephony_credentials.create(
            connection_id=simulator.credential_connection_id, name="ada", expires_at="2030-01-01T00:00:00Z"
        )
        assert made.data is not None
        assert official.telephony_credentials.create_token(str(made.data.id)).count(".") == 2
    ((action, body),) = simulator.calls[session].commands
    assert (action, body["payload"]) == ("speak", "Hello")
    assert simulator.violations == []
