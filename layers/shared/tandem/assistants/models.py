"""AI agents: what they are told to be, how they sound, what keys do, and how requests and answers say it. Pure."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StrictBool, StringConstraints, model_validator

from tandem.records import record
from tandem.shapes import E164, Name, NotNull, SnakeBody, SnakeView

ENABLED, DISABLED = "status=enabled", "status=disabled"
"""By which of these terms an agent is found."""


@record
class AiAgent:
    """An AI agent of a tenant. `version` grows with every change of what it is.

    `provider_agent_id`: who it is at the provider that was last told of it, as it was at `provider_version`.
    """

    tenant_id: str
    agent_id: str
    name: str
    system_prompt: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    starting_message: str | None = None
    enabled: bool = True
    voice_settings: Mapping[str, Any] = field(default_factory=dict)
    dtmf_rules: Mapping[str, Any] = field(default_factory=dict)
    provider_agent_id: str | None = None
    provider_version: int = 0
    version: int = 1

    @property
    def is_mirrored(self) -> bool:
        """Whether the provider knows it as it is now."""
        return self.provider_agent_id is not None and self.provider_version == self.version


def terms(agent: AiAgent) -> frozenset[str]:
    """By which terms an agent is found."""
    return frozenset({ENABLED if agent.enabled else DISABLED})


Text = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]+$")]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=50_000, pattern=r"^[^\x00]+$")]
Share = Annotated[float, Field(strict=True, ge=0, le=1), AfterValidator(lambda share: round(share, 6))]
"""DynamoDB has no room for the smallest of floats, and nobody hears a millionth."""
Digit = Annotated[str, StringConstraints(pattern=r"^[0-9*#]$")]


class VoiceSettings(SnakeBody):
    """How the agent sounds, in ElevenLabs' form; what is left out is the voice's own."""

    voice_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    stability: Annotated[Share | None, Field(examples=[0.5])] = None
    similarity_boost: Annotated[Share | None, Field(examples=[0.75])] = None
    style: Share | None = None
    use_speaker_boost: StrictBool | None = None
    speed: Annotated[float, Field(strict=True, ge=0.7, le=1.2)] | None = None


class DtmfRule(SnakeBody):
    """What a key does: the agent says `text`, the call is transferred to the number `to`, it is hung up (after `text`,
    if there is any), or the agent is sent `text` as if the other side had said it."""

    action: Annotated[Literal["say", "transfer", "hangup", "send"], Field(examples=["transfer"])]
    text: Text | None = None
    to: Annotated[E164 | None, Field(examples=["+2348012345678"])] = None

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.action in ("say", "send") and self.text is None:
            raise ValueError(f"{self.action} needs text")
        if (self.action == "transfer") != (self.to is not None):
            raise ValueError("transfer, and nothing else, needs to")
        if self.action == "transfer" and self.text is not None:
            raise ValueError("transfer says nothing")
        return self


DtmfRules = Annotated[
    dict[Digit, DtmfRule],
    Field(
        max_length=12,
        examples=[{"0": {"action": "transfer", "to": "+2348012345678"}, "1": {"action": "say", "text": "One moment."}}],
    ),
]
"""By key: 0 to 9, * and #."""


class AgentRequest(SnakeBody):
    """A new AI agent. In `starting_message`, `{{name}}` stands for what a task's `context_data` has of that name."""

    name: Annotated[Name, Field(examples=["Customer Service Agent"])]
    system_prompt: Annotated[LongText, Field(examples=["You are a helpful customer service agent."])]
    description: Text | None = None
    starting_message: Annotated[Text | None, Field(examples=["Hello {{customer_name}}! How can I help you?"])] = None
    enabled: StrictBool = True
    voice_settings: VoiceSettings | None = None
    dtmf_rules: DtmfRules | None = None


class AgentChange(SnakeBody):
    """What shall be different; null takes `description`, `starting_message`, `voice_settings` and `dtmf_rules` away."""

    name: Annotated[Name | None, NotNull] = None
    system_prompt: Annotated[LongText | None, NotNull] = None
    description: Text | None = None
    starting_message: Text | None = None
    enabled: Annotated[StrictBool | None, NotNull] = None
    voice_settings: VoiceSettings | None = None
    dtmf_rules: DtmfRules | None = None


class AgentView(SnakeView):
    """An AI agent as it is shown."""

    id: str
    name: str
    description: str | None
    system_prompt: str
    starting_message: str | None
    enabled: bool
    voice_settings: dict[str, float | bool | str] | None
    dtmf_rules: dict[str, dict[str, str]] | None
    created_at: str
    updated_at: str


def said(request: AgentRequest | AgentChange) -> dict[str, Any]:
    """What a request names, by the names of AiAgent: without what is null inside."""
    named: dict[str, Any] = {name: getattr(request, name) for name in request.model_fields_set}
    dumped = request.model_dump(exclude_none=True)
    for name in ("voice_settings", "dtmf_rules"):
        if name in named:
            named[name] = dumped.get(name, {})
    return named
