"""Calls of the past as tests write them, and their figures by hand: without any of the product's own counting."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local.workspaces import operating
from tandem.calls.models import Call, Recording, RecordingState, Status
from tandem.carriers.base import Outcome
from tandem.transcripts.models import Header, Sentiment
from tests.integration.conftest import Client

NOON = datetime(2024, 3, 10, 12, tzinfo=UTC)
OVERVIEW, DETAILED, TIMELINE = (f"/api/voice/analytics/{name}" for name in ("overview", "detailed", "timeline"))
STORED = Recording(RecordingState.AVAILABLE, "https://carrier.example/1.mp3", key="k", content_type="audio/mpeg")


@dataclass
class Book:
    """The calls of a workspace, written to its table and kept here as well."""

    client: Client
    calls: dict[str, Call] = field(default_factory=dict)
    headers: dict[str, Header] = field(default_factory=dict)
    counted: bool = False
    """Whether its calls are counted by status as well, as the product's own calls are."""

    def write(self, moment: datetime, **fields: Any) -> str:
        """A call begun then; its id."""
        from tandem import ids
        from tandem.analytics import service as analytics
        from tandem.aws import table
        from tandem.calls import store

        with operating(self.client.stack):
            call_id = ids.earliest_id(moment)[:24] + f"{random.getrandbits(48):012x}"
            given = {"direction": "outbound", "carrier": "sandbox", "agent_id": "agent-1", **fields}
            call = Call(
                call_id=call_id,
                tenant_id=self.client.workspace.tenant_id,
                conversation_id=ids.new_id(),
                customer_id="customer-1",
                from_number="+15005550100",
                to_number="+15005550001",
                created_at=moment,
                **given,
            )
            table.put(store.insertion(call, moment).item)
            for write in analytics.counting(None, call) if self.counted else ():
                table.change(write)
        self.calls[call_id] = call
        return call_id

    def talked(self, moment: datetime, seconds: int, **fields: Any) -> str:
        """A completed call of so many seconds; its id."""
        end = {"ended_at": moment + timedelta(seconds=seconds), "talk_seconds": seconds}
        return self.write(moment, told_answered_at=moment, told_outcome=Outcome.ANSWERED_HUMAN, **end, **fields)

    def change(self, call_id: str, **fields: Any) -> None:
        """Change a call, as whatever the product does with it would."""
        from tandem.aws import table
        from tandem.calls import store

        before = self.calls[call_id]
        with operating(self.client.stack):
            table.update(store.change(before, replace(before, **fields), None))
        self.calls[call_id] = replace(before, **fields, version=before.version + 1)

    def speak(self, call_id: str, tools: int = 0, succeeded: int = 0, mood: Sentiment | None = None) -> None:
        """The transcript of a call comes to this now."""
        from tandem.aws import table
        from tandem.transcripts import store

        before = self.headers.get(call_id)
        revision = before.revision + 1 if before else 1
        after = Header("sandbox", revision, tools=tools, tools_succeeded=succeeded, sentiment=mood)
        with operating(self.client.stack):
            table.put(store.header_write(self.client.workspace.tenant_id, call_id, before, after, NOON).item)
        self.headers[call_id] = after

    def details(self, start: datetime | None = None, end: datetime | None = None) -> dict[str, Any]:
        """The figures of a span by hand, with those of transcripts."""
        calls = self.within(start, end)
        spoken = [self.headers[call.call_id] for call in calls if call.call_id in self.headers]
        tried, succeeded = sum(one.tools for one in spoken), sum(one.tools_succeeded for one in spoken)
        return {
            **by_hand(calls),
            "tool_call_success_rate": round(succeeded / tried, 4) if tried else 0.0,
            "sentiment_distribution": {mood.value: sum(one.sentiment == mood for one in spoken) for mood in Sentiment},
        }

    def overview(self, start: datetime | None = None, end: datetime | None = None) -> dict[str, Any]:
        """The figures of a span by hand."""
        return by_hand(self.within(start, end))

    def timeline(self, start: datetime, end: datetime, step: timedelta) -> list[dict[str, Any]]:
        """The buckets of a span by hand."""
        moment = start - (start - datetime(1970, 1, 1, tzinfo=UTC)) % step
        buckets = []
        while moment < end:
            figures = by_hand(self.within(max(start, moment), min(end, moment + step)))
            name = moment.isoformat().replace("+00:00", "Z")
            mean = figures["avg_duration_seconds"]
            buckets.append({"bucket": name, "call_count": figures["total_calls"], "avg_duration_seconds": mean})
            moment += step
        return buckets

    def within(self, start: datetime | None, end: datetime | None) -> list[Call]:
        """The calls begun in [start, end)."""
        return [
            call
            for call in self.calls.values()
            if (start is None or call.created_at >= start) and (end is None or call.created_at < end)
        ]


def by_hand(calls: Iterable[Call]) -> dict[str, Any]:
    """The overview of calls, counted one by one."""
    all_of_them = list(calls)
    completed = [call for call in all_of_them if call.status == Status.COMPLETED]
    times = [call.duration for call in completed if call.duration is not None]
    heard = [call for call in completed if call.recording and call.recording.state == RecordingState.AVAILABLE]
    return {
        "total_calls": len(all_of_them),
        "completed_calls": len(completed),
        "incomplete_calls": len(all_of_them) - len(completed),
        "avg_duration_seconds": round(sum(times) / len(times), 1) if times else 0.0,
        "recording_availability_rate": round(len(heard) / len(completed), 4) if completed else 0.0,
    }


def figures(client: Client, path: str = OVERVIEW, **query: Any) -> Any:
    """What an endpoint answers, without its envelope."""
    answer = client("GET", path, query=query)
    assert answer.status == 200, answer.text
    (content,) = answer.json().values()
    return content


def rolled_up(client: Client) -> None:
    """Let the stream tell what was written, and the schedule compute it; no hour is left to be read from its calls."""
    client.stack.settle()
    client.stack.run_schedule("WorkersRunRollup")
    client.stack.settle()
    assert client.items("MARK#") == []
