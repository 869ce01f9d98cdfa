"""PATCH /api/v1/agents/{agent_id}."""

import pytest

from tests.integration.assistants import AGENTS, data, make_agent, refusal
from tests.integration.conftest import Client


def test_what_is_named_changes_and_the_rest_stays(demo: Client) -> None:
    made = make_agent(demo, description="Old", voice_settings={"stability": 0.5})
    demo.stack.advance(1)
    changed = data(demo("PATCH", f"{AGENTS}/{made['id']}", json={"name": "Sam", "voice_settings": {"speed": 0.7}}))
    expected = {"name": "Sam", "voice_settings": {"speed": 0.7}, "updated_at": changed["updated_at"]}
    assert changed == {**made, **expected}
    assert changed["updated_at"] > made["updated_at"]
    assert data(demo("GET", f"{AGENTS}/{made['id']}")) == changed


def test_null_takes_away_what_an_agent_can_be_without(demo: Client) -> None:
    names = ("description", "starting_message", "voice_settings", "dtmf_rules")
    made = make_agent(
        demo,
        description="x",
        starting_message="y",
        voice_settings={"stability": 1},
        dtmf_rules={"1": {"action": "hangup"}},
    )
    assert all(made[name] is not None for name in names)
    changed = data(demo("PATCH", f"{AGENTS}/{made['id']}", json=dict.fromkeys(names)))
    assert all(changed[name] is None for name in names)


@pytest.mark.parametrize("name", ["name", "system_prompt", "enabled"])
def test_null_is_refused_for_what_an_agent_needs(name: str, demo: Client) -> None:
    made = make_agent(demo)
    refusal(demo("PATCH", f"{AGENTS}/{made['id']}", json={name: None}))
    assert data(demo("GET", f"{AGENTS}/{made['id']}")) == made


def test_a_change_of_nothing_writes_nothing(demo: Client) -> None:
    made = make_agent(demo)
    for body in ({}, {"name": made["name"]}):
        assert data(demo("PATCH", f"{AGENTS}/{made['id']}", json=body)) == made


def test_another_tenants_agent_is_unknown(demo: Client, other: Client) -> None:
    made = make_agent(demo)
    refusal(other("PATCH", f"{AGENTS}/{made['id']}", json={"name": "Sam"}), 404)
    assert data(demo("GET", f"{AGENTS}/{made['id']}")) == made
