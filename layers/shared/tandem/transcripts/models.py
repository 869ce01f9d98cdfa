"""Transcripts: what was said in a call, and by whom. Pure."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from tandem.carriers.base import Role, Sentiment, ToolCall, Turn
from tandem.records import record

__all__ = ["Header", "Held", "Role", "Sentiment", "Summary", "ToolCall", "Transcript", "Turn"]


@record
class Transcript:
    """What was said in a call, in the order in which it was begun. `version` is 0 until it is finished, and grows each
    time that it is finished with other content."""

    tenant_id: str
    call_id: str
    source: str
    turns: tuple[Turn, ...]
    tool_calls: tuple[ToolCall, ...]
    sentiment: Sentiment | None
    finished_at: datetime | None
    version: int


@record
class Summary:
    """A call's transcript in figures: tools tried, those of them that succeeded, and the mood."""

    tool_calls: int
    tool_successes: int
    sentiment: Sentiment | None


@record
class Header:
    """A transcript without its content. `revision` grows with every write, `sequence` with every change of a turn."""

    source: str
    revision: int = 0
    sequence: int = 0
    tools: int = 0
    tools_succeeded: int = 0
    sentiment: Sentiment | None = None
    finished_at: datetime | None = None
    version: int = 0
    whole: bool = False
    """The provider gave all of it at the end: what was streamed before counts for nothing any more."""

    @property
    def summary(self) -> Summary:
        """Its figures."""
        return Summary(self.tools, self.tools_succeeded, self.sentiment)


@record
class Held:
    """What is held of a transcript, or of those parts of it that were looked up, by the provider's ids."""

    header: Header | None = None
    turns: Mapping[str, Turn] = field(default_factory=dict)
    tools: Mapping[str, ToolCall] = field(default_factory=dict)

    def transcript(self, tenant_id: str, call_id: str) -> Transcript | None:
        """As a transcript; None where there is none."""
        if self.header is None:
            return None
        return Transcript(
            tenant_id=tenant_id,
            call_id=call_id,
            source=self.header.source,
            turns=tuple(sorted(self.turns.values(), key=lambda turn: (turn.start, turn.sequence))),
            tool_calls=tuple(sorted(self.tools.values(), key=lambda tool: (tool.at, tool.tool_call_id))),
            sentiment=self.header.sentiment,
            finished_at=self.header.finished_at,
            version=self.header.version,
        )
