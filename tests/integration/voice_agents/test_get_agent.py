"""GET /api/v1/agents/{agent_id}."""

from tests.integration.assistants import AGENTS, data, make_agent, refusal
from tests.integration.conftest import Client


def test_an_agent_is_its_own_tenants_alone(demo: Client, other: Client) -> None:
    made = make_agent(demo)
    assert data(demo("GET", f"{AGENTS}/{made['id']}")) == made
    assert refusal(other("GET", f"{AGENTS}/{made['id']}"), 404) == "No such agent."
