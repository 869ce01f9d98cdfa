"""Reports: what became of a conversation, in short. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from typing_extensions import TypedDict

from tandem.carriers.analysis import Criterion
from tandem.carriers.base import Role, Turn
from tandem.records import record


class Source(StrEnum):
    """Who made a report: the provider that carried the conversation, a language model of the stage's, or rules that
    pick out what was said."""

    PROVIDER = "provider"
    LANGUAGE_MODEL = "language_model"
    EXTRACT = "extract"


@record
class Findings:
    """What somebody made of one version of a transcript. `maker`: the provider's or the model's name. `successful`
    None where nobody can tell; `data`: what was collected, as JSON has it. Version 0: of no finished transcript."""

    source: Source
    maker: str
    summary: str
    transcript_version: int
    made_at: datetime
    title: str | None = None
    successful: bool | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    criteria: Sequence[Criterion] = ()


class TalkTime(TypedDict):
    """Who spoke for how long, in seconds and as whole percents of both; turns of which no end is known count by how
    long speaking them takes."""

    agent_seconds: float
    user_seconds: float
    agent_percent: int
    user_percent: int


class CriterionView(TypedDict):
    """A goal, whether it was reached (null: nobody can tell), and why."""

    name: str
    reached: bool | None
    reason: str


class ToolUse(TypedDict):
    """A tool that the agent used."""

    name: str
    arguments: Any
    succeeded: bool | None
    at: float


class ReportView(TypedDict):
    """A report: `source` says who made it (`provider`, `language_model` or `extract`), `outcome` how the call ended,
    `successful` whether it reached what it was for."""

    call_id: str
    source: str
    maker: str
    title: str | None
    summary: str
    outcome: str | None
    successful: bool | None
    extracted_data: dict[str, Any]
    criteria: list[CriterionView]
    sentiment: str | None
    talk_time: TalkTime
    tool_calls: list[ToolUse]
    turns: int
    duration_seconds: int | None
    transcript_version: int
    created_at: str


_CHARACTERS_A_SECOND = 15
"""How fast people speak, about."""


def talk_time(turns: Sequence[Turn]) -> TalkTime:
    """How the talk was split between the two sides."""
    spoken = {role: round(sum(_seconds(turn) for turn in turns if turn.role is role), 1) for role in Role}
    agent, user = spoken[Role.AGENT], spoken[Role.USER]
    share = round(100 * agent / (agent + user)) if agent + user else 0
    return {
        "agent_seconds": agent,
        "user_seconds": user,
        "agent_percent": share,
        "user_percent": 100 - share if agent + user else 0,
    }


def _seconds(turn: Turn) -> float:
    if turn.end is not None:
        return max(0.0, turn.end - turn.start)
    return len(turn.text) / _CHARACTERS_A_SECOND
