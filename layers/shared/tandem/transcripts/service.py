"""What was said in calls: heard as it is said, finished when the conversation is over, read by who wants to know."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tandem import clock
from tandem.aws import table
from tandem.aws.table import Item, Put, TransactionCancelled, Write
from tandem.errors import Unavailable
from tandem.events import outbox
from tandem.events.models import TRANSCRIPT_COMPLETED, Event, envelope
from tandem.ids import made_at, new_id
from tandem.observability import count, logger
from tandem.transcripts import merging, store
from tandem.transcripts.models import Header, Held, Sentiment, Summary, ToolCall, Transcript, Turn
from tandem.transcripts.views import LARGEST, view

SILENT_AFTER = timedelta(hours=5)
"""So long after its call began, a conversation whose end nobody told is taken as over: no call lasts so long."""

_AT_ONCE = 80
"""Turns and tools that one transaction writes: of the largest, three megabytes of the four that it may hold."""


def hear(tenant_id: str, call_id: str, source: str, turns: Sequence[Turn], tool_calls: Sequence[ToolCall] = ()) -> None:
    """Take down what was said, in any order and however often: a final turn is never changed again."""
    for some_turns, some_tools in _batches(turns, tool_calls):
        _hear(tenant_id, call_id, source, some_turns, some_tools)


def finish(
    tenant_id: str,
    call_id: str,
    source: str,
    *,
    turns: Sequence[Turn] | None = None,
    tool_calls: Sequence[ToolCall] | None = None,
    sentiment: Sentiment | None = None,
) -> Transcript:
    """The conversation is over. What is given is the whole of it, and takes the place of what was streamed.

    Repeating it has no effect; with other content it makes a new version, which is announced.
    """

    def rule(held: Held) -> Held:
        return merging.finished(held, source, _now(), turns=turns, tools=tool_calls, sentiment=sentiment)

    return _complete(tenant_id, call_id, rule)


def close_silent(tenant_id: str, call_id: str) -> None:
    """Finish a conversation whose end nobody told in time."""
    header = store.get(tenant_id, call_id)
    if header and header.finished_at is None and clock.now() - made_at(call_id) >= SILENT_AFTER:
        logger().warning("the end of a conversation was assumed", call_id=call_id)
        count("ConversationEndAssumed")
        finish(tenant_id, call_id, header.source)


def find(tenant_id: str, call_id: str) -> Transcript | None:
    """What was said in a call so far; None where nothing is known."""
    return store.whole(tenant_id, call_id).transcript(tenant_id, call_id)


def after(tenant_id: str, call_id: str, sequence: int) -> list[Turn]:
    """The turns that changed since this sequence, in the order in which they did."""
    changed = [turn for turn in store.turns(tenant_id, call_id) if turn.sequence > sequence]
    return sorted(changed, key=lambda turn: turn.sequence)


def summaries(tenant_id: str, start: datetime, end: datetime) -> dict[str, Summary]:
    """The figures of transcripts of calls made in [start, end), by call."""
    return {call_id: header.summary for call_id, header in store.headers(tenant_id, start, end)}


def summary_of(item: Item) -> Summary:
    """The figures of a transcript's item, such as the table's stream brings."""
    return store.from_item(item).summary


def judge(tenant_id: str, call_id: str, version: int, sentiment: Sentiment) -> None:
    """Write down the mood of this version of a transcript, once."""
    for _ in table.tries():
        header = store.get(tenant_id, call_id)
        if header is None or (judged := merging.judged(header, version, sentiment)) == header:
            return
        try:
            table.transact([_header(tenant_id, call_id, header, judged)])
        except TransactionCancelled:
            continue
        return
    raise _busy()


def _hear(tenant_id: str, call_id: str, source: str, turns: Sequence[Turn], tools: Sequence[ToolCall]) -> None:
    def rule(held: Held) -> Held:
        return merging.heard(held, source, turns, tools, _now())

    turn_ids = list(dict.fromkeys(merging.clean_id(turn.turn_id) for turn in turns))
    tool_ids = list(dict.fromkeys(merging.clean_id(tool.tool_call_id) for tool in tools))
    for _ in table.tries():
        held = store.parts(tenant_id, call_id, turn_ids, tool_ids)
        if held.header and held.header.finished_at:
            _complete(tenant_id, call_id, rule)  # late: it may be complete anew, with all that it says
            return
        grown = rule(held)
        if grown is held or grown.header is None:
            return
        writes = store.content_writes(tenant_id, call_id, held, grown)
        try:
            table.transact([_header(tenant_id, call_id, held.header, grown.header), *writes])
        except TransactionCancelled:
            continue
        return
    raise _busy()


def _complete(tenant_id: str, call_id: str, rule: Callable[[Held], Held]) -> Transcript:
    """Apply a rule that finishes a transcript, and announce a new version in the transaction that makes it."""
    for _ in table.tries():
        try:
            return _written(tenant_id, call_id, rule)
        except TransactionCancelled:
            continue
    raise _busy()


def _written(tenant_id: str, call_id: str, rule: Callable[[Held], Held]) -> Transcript:
    """What a rule makes of a transcript, written in as many transactions as it takes."""
    while True:
        held = store.whole(tenant_id, call_id)
        grown = rule(held)
        transcript = grown.transcript(tenant_id, call_id)
        if grown.header is None or transcript is None:
            raise _busy()  # its header went between two looks
        if grown is held:
            return transcript
        writes = store.content_writes(tenant_id, call_id, held, grown)
        header, some = grown.header, len(writes) > _AT_ONCE
        if some:  # the rest is a smaller change; it is not finished before all of it is there
            writes = writes[:_AT_ONCE]
            header = replace(held.header or Header(header.source), sequence=_last_sequence(held, writes))
        elif held.header is None or header.version != held.header.version:
            writes.append(outbox.insertion(_completed(transcript)))
        table.transact([_header(tenant_id, call_id, held.header, header), *writes])
        if not some:
            return transcript


def _header(tenant_id: str, call_id: str, before: Header | None, after: Header) -> Write:
    return store.header_write(tenant_id, call_id, before, after, made_at(call_id) + SILENT_AFTER)


def _now() -> datetime:
    """To the millisecond, as times are stored."""
    return clock.parse(clock.iso(clock.now()))


def _last_sequence(held: Held, writes: Sequence[Write]) -> int:
    before = held.header.sequence if held.header else 0
    puts = [write.item for write in writes if isinstance(write, Put)]
    written: list[int] = [item["sequence"] for item in puts if item["kind"] == "turn"]
    return max([before, *written])


def _completed(transcript: Transcript) -> Event:
    moment = clock.now()
    body = envelope(TRANSCRIPT_COMPLETED, moment, view(transcript, largest=LARGEST))
    return Event(new_id(), transcript.tenant_id, TRANSCRIPT_COMPLETED, moment, transcript.call_id, body)


def _batches(turns: Sequence[Turn], tools: Sequence[ToolCall]) -> Iterator[tuple[Sequence[Turn], Sequence[ToolCall]]]:
    half = _AT_ONCE // 2
    for start in range(0, max(len(turns), len(tools)), half):
        yield turns[start : start + half], tools[start : start + half]


def _busy() -> Unavailable:
    return Unavailable("This transcript is being written by many at once. Try again shortly.", retry_after=1)
