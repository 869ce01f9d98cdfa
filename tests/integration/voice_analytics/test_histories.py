"""Whatever happens to calls and however the stream tells of it, the figures are those of the calls, for every span."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.admin import Workspace
from tandem.calls.models import Call, RecordingState
from tandem.carriers.base import Outcome
from tandem.ids import new_id
from tandem.transcripts.models import Sentiment
from tests.integration.conftest import Client
from tests.integration.voice_analytics.records import STORED, Book

BEGIN = datetime(2024, 2, 28, 22, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CHANGES: list[dict[str, Any]] = [
    {"ringing_at": BEGIN},
    {"told_answered_at": BEGIN, "agent_id": "agent-2"},
    {"ended_at": BEGIN, "told_outcome": Outcome.BUSY},
    {"ended_at": BEGIN, "told_outcome": Outcome.ANSWERED_HUMAN, "talk_seconds": 61},
    {"talk_seconds": 7},
    {"recording": STORED},
    {"recording": replace(STORED, state=RecordingState.DELETED)},
    {"notes": "Wants a quote."},
]
minutes = st.sampled_from([0, 59, 60, 119, 120, 121, 1559, 1560, 2999, 3000, 44_640, 50_000])
moments = minutes.map(lambda number: BEGIN + number * timedelta(minutes=1))
ends = st.none() | moments | minutes.map(lambda number: BEGIN + timedelta(minutes=number, seconds=1))
steps = st.lists(
    st.tuples(st.just("begin"), moments)
    | st.tuples(st.just("change"), st.integers(0, 30), st.sampled_from(CHANGES))
    | st.tuples(st.just("speak"), st.integers(0, 30), st.integers(0, 3), st.none() | st.sampled_from(Sentiment))
    | st.tuples(st.just("tell"), st.integers(0, 4))
    | st.tuples(st.just("tell again"), st.integers(0, 30))
    | st.tuples(st.just("roll up")),
    min_size=1,
    max_size=16,
)


@dataclass
class History(Book):
    """A workspace of its own, with a stream that tells of its changes when it is let, and of some of them again."""

    untold: list[tuple[Any, Any]] = field(default_factory=list)
    told: list[tuple[Any, Any]] = field(default_factory=list)

    def begin(self, moment: datetime) -> None:
        """A call is made."""
        self.write(moment)
        self.untold.append((None, self._image(list(self.calls.values())[-1])))

    def alter(self, number: int, fields: dict[str, Any]) -> None:
        """A call is changed."""
        if self.calls:
            call_id = list(self.calls)[number % len(self.calls)]
            before = self._image(self.calls[call_id])
            self.change(call_id, **fields)
            self.untold.append((before, self._image(self.calls[call_id])))

    def say(self, number: int, tools: int, mood: Sentiment | None) -> None:
        """The transcript of a call changes."""
        if self.calls:
            call_id = list(self.calls)[number % len(self.calls)]
            before = self._transcript(call_id) if call_id in self.headers else None
            self.speak(call_id, tools, tools // 2, mood)
            self.untold.append((before, self._transcript(call_id)))

    def tell(self, number: int | None = None) -> None:
        """The stream tells of the oldest changes, or of all."""
        from tandem.analytics.rolling import changed

        for before, after in self.untold[:number]:
            changed(before, after)
        self.told += self.untold[:number]
        del self.untold[:number]

    def tell_again(self, number: int) -> None:
        """The stream repeats itself."""
        from tandem.analytics.rolling import changed

        if self.told:
            changed(*self.told[number % len(self.told)])

    def roll_up(self) -> None:
        """A tick of the schedule."""
        from tandem import clock
        from tandem.analytics.rolling import roll_up

        roll_up(clock.now())

    def check(self, start: datetime | None, end: datetime | None) -> None:
        """What is answered, of whole and by days and hours, is what the calls come to."""
        from tandem.analytics import metrics

        found = metrics.details(self.client.workspace.tenant_id, start, end).metrics.model_dump()
        assert found == self.details(start, end)
        if start and end:
            days = metrics.timeline(self.client.workspace.tenant_id, start, end, "day").model_dump()["timeline"]
            assert days == (self.timeline(start, end, DAY) if start < end else [])
            until = min(end, start + 40 * HOUR)
            hours = metrics.timeline(self.client.workspace.tenant_id, start, until, "hour").model_dump()["timeline"]
            assert hours == (self.timeline(start, until, HOUR) if start < until else [])

    def _transcript(self, call_id: str) -> Any:
        from tandem.transcripts import store

        return dict(
            store.header_write(self.client.workspace.tenant_id, call_id, None, self.headers[call_id], BEGIN).item
        )

    def _image(self, call: Call) -> Any:
        from tandem.calls import store

        return dict(store.insertion(call, BEGIN).item)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, spans=st.lists(st.tuples(ends, ends), min_size=1, max_size=3))
def test_the_answer_is_what_the_calls_come_to(
    stack: Stack, steps: list[tuple[Any, ...]], spans: list[tuple[datetime | None, datetime | None]]
) -> None:
    history = History(Client(stack, Workspace("a history", new_id(), {}), ""))
    acts: dict[str, Callable[..., None]] = {
        "begin": history.begin,
        "change": history.alter,
        "speak": history.say,
        "tell": history.tell,
        "tell again": history.tell_again,
        "roll up": history.roll_up,
    }
    with operating(stack):
        for name, *details in steps:
            acts[name](*details)
        history.tell()
        for start, end in spans:
            history.check(start, end)
        history.roll_up()
        for start, end in spans:
            history.check(start, end)
