"""Our AI agents as ElevenLabs wants them: the agent that it keeps, and what is said anew with each call. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tandem.carriers.base import Assistant, Dial
from tandem.carriers.elevenlabs_events import RECORD, REFERENCE

MODEL = "eleven_flash_v2_5"
"""The voice model: of the fast ones the one that speaks more than English."""

_VOICE = ("voice_id", "stability", "similarity_boost", "speed")
"""Voice settings that a conversation knows; `style` and `use_speaker_boost` are for speech made in advance."""

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_-]{1,128})\s*\}\}")
_RESERVED = ("system__", "secret__")

Variables = dict[str, str | int | float | bool]


def named(assistant: Assistant) -> str:
    """What the agent is called at ElevenLabs. Our id in it is how it is found again."""
    return f"{assistant.name[:200]} · {assistant.agent_id}"


def configuration(assistant: Assistant) -> dict[str, Any]:
    """The agent to be kept there. The first message comes with each call, since tasks have their own."""
    settings = assistant.voice_settings
    voice = {name: settings[name] for name in _VOICE if settings.get(name) is not None}
    language = settings.get("language")
    placeholders = dict.fromkeys(_placeholders([assistant.system_prompt]), "")
    agent = {
        "first_message": "",
        **({"language": language} if isinstance(language, str) else {}),
        "prompt": {"prompt": assistant.system_prompt},
        "dynamic_variables": {"dynamic_variable_placeholders": placeholders},
    }
    return {
        "name": named(assistant),
        "tags": ["tandem"],
        "conversation_config": {"agent": agent, "tts": {"model_id": MODEL, **voice}},
        "platform_settings": {"overrides": {"conversation_config_override": {"agent": {"first_message": True}}}},
    }


def client_data(call: Dial, assistant: Assistant) -> dict[str, Any]:
    """What goes with one call: whose it is, what the agent says first, and what it knows. A name in a text that nobody
    gives a value for would keep the conversation from beginning: it is empty."""
    first = assistant.first_message or ""
    variables: Variables = dict.fromkeys(_placeholders([assistant.system_prompt, first]), "")
    given = {name: value for name, value in assistant.variables.items() if not name.startswith(_RESERVED)}
    ours: Variables = {REFERENCE: call.reference, RECORD: call.record}
    override: Mapping[str, Any] = {"agent": {"first_message": first}} if first else {}
    return {
        "user_id": call.reference,
        "dynamic_variables": {**variables, **given, **ours},
        **({"conversation_config_override": override} if override else {}),
    }


def _placeholders(texts: Iterable[str]) -> list[str]:
    names = {name for text in texts for name in _PLACEHOLDER.findall(text)}
    return sorted(name for name in names if not name.startswith(_RESERVED))
