"""POST /api/v1/agents."""

from typing import Any

import pytest

from tests.integration.assistants import AGENT, AGENTS, data, make_agent
from tests.integration.conftest import Client

VOICE = {
    "voice_id": "21m00Tcm4TlvDq8ikWAM",
    "stability": 0.5,
    "similarity_boost": 0.75,
    "style": 0,
    "use_speaker_boost": True,
    "speed": 1.2,
}
RULES = {
    "0": {"action": "transfer", "to": "+15005550002"},
    "1": {"action": "say", "text": "One moment."},
    "*": {"action": "send", "text": "The customer wants to hear that again."},
    "#": {"action": "hangup"},
}


def test_an_agent_is_as_it_was_made_and_enabled_unless_told_otherwise(demo: Client) -> None:
    made = make_agent(demo)
    assert made == {
        "id": made["id"],
        **AGENT,
        "description": None,
        "starting_message": None,
        "enabled": True,
        "voice_settings": None,
        "dtmf_rules": None,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
    }
    assert data(demo("GET", f"{AGENTS}/{made['id']}")) == made


def test_all_that_can_be_said_of_an_agent_is_kept(demo: Client) -> None:
    wanted: dict[str, Any] = {
        "description": "Handles customer inquiries",
        "starting_message": "Hello {{customer_name}}!",
        "enabled": False,
        "voice_settings": VOICE,
        "dtmf_rules": RULES,
    }
    made = make_agent(demo, **wanted)
    assert {name: made[name] for name in wanted} == wanted
    assert data(demo("GET", f"{AGENTS}/{made['id']}")) == made


def test_null_is_as_good_as_nothing(demo: Client) -> None:
    made = make_agent(demo, description=None, voice_settings={"stability": None}, dtmf_rules=None)
    assert (made["description"], made["voice_settings"], made["dtmf_rules"]) == (None, None, None)


def test_the_smallest_of_numbers_are_kept_as_none(demo: Client) -> None:
    settings = {"stability": 5e-324, "similarity_boost": 0.1 + 0.2, "style": 1.0537060185369923e-130}
    made = make_agent(demo, voice_settings=settings)
    assert made["voice_settings"] == {"stability": 0, "similarity_boost": 0.3, "style": 0}


@pytest.mark.parametrize("missing", ["name", "system_prompt"])
def test_a_name_and_a_prompt_are_needed(missing: str, demo: Client) -> None:
    response = demo("POST", AGENTS, json={name: value for name, value in AGENT.items() if name != missing})
    body = response.json()
    assert (response.status, body["details"]["fields"][0]["field"]) == (400, missing)
    assert missing in body["error"]


def test_the_making_is_in_the_audit_trail(demo: Client) -> None:
    made = make_agent(demo)
    (entry,) = [entry for entry in demo.items("AUDIT#") if entry["action"] == "assistant.create"]
    assert entry["subject"] == made["id"]
