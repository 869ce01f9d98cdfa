"""What was said in a call, in the table: exactly once, in one transaction with its event."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from infra.local.stack import Stack
from tandem import clock
from tandem.calls.conversing import hear_conversation
from tandem.carriers.base import Heard
from tandem.ids import new_id
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Role, Sentiment, Summary, ToolCall, Turn
from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.transcripts.conftest import Conversing

HELLO = Turn("1", Role.AGENT, "Hello, how can I help?", 0.0, 1.0, final=True)
WHERE = Turn("2", Role.USER, "Where is my order?", 1.5, 2.5, final=True)
TOOL = ToolCall("t", "find_order", "{}", succeeded=True, at=2.6)


def many(number: int) -> list[Turn]:
    return [replace(HELLO, turn_id=f"turn #{each}", start=float(each)) for each in range(number)]


def test_what_is_heard_is_there_as_it_was_said(conversing: Conversing) -> None:
    assert transcripts.find(*conversing.ids) is None
    transcripts.hear(*conversing.ids, "sandbox", [WHERE, replace(HELLO, end=None)], [TOOL])
    found = transcripts.find(*conversing.ids)
    assert found is not None
    assert [replace(turn, sequence=0) for turn in found.turns] == [replace(HELLO, end=None), WHERE]
    assert (found.tool_calls, found.finished_at, found.version) == ((TOOL,), None, 0)
    assert conversing.told() == []


def test_hearing_it_twice_writes_nothing(conversing: Conversing, stack: Stack) -> None:
    transcripts.hear(*conversing.ids, "sandbox", [HELLO, WHERE], [TOOL])
    before = contents(stack)
    transcripts.hear(*conversing.ids, "sandbox", [WHERE, HELLO], [TOOL])
    assert contents(stack) == before


def test_those_who_listen_get_what_changed_since(conversing: Conversing) -> None:
    transcripts.hear(*conversing.ids, "sandbox", [HELLO, replace(WHERE, text="Where", final=False, end=1.7)])
    assert [turn.sequence for turn in transcripts.after(*conversing.ids, 0)] == [1, 2]
    transcripts.hear(*conversing.ids, "sandbox", [WHERE])
    assert transcripts.after(*conversing.ids, 2) == [replace(WHERE, sequence=3)]
    assert transcripts.after(*conversing.ids, 3) == []


def test_the_end_is_announced_once_with_all_that_was_said(conversing: Conversing) -> None:
    transcripts.hear(*conversing.ids, "sandbox", [HELLO, WHERE], [TOOL])
    for _ in range(2):
        done = transcripts.finish(*conversing.ids, "sandbox")
    assert (done.version, done.finished_at) == (1, transcripts.finish(*conversing.ids, "sandbox").finished_at)
    (body,) = map(json.loads, conversing.told())
    assert body["event"] == "transcript.completed"
    assert [turn["text"] for turn in body["data"]["turns"]] == [HELLO.text, WHERE.text]
    assert (body["data"]["call_id"], body["data"]["version"]) == (conversing.call_id, 1)


def test_a_late_final_turn_is_announced_with_the_next_version(conversing: Conversing) -> None:
    transcripts.finish(*conversing.ids, "sandbox", turns=None)
    transcripts.hear(*conversing.ids, "sandbox", [WHERE])
    bodies = [json.loads(body)["data"] for body in conversing.told()]
    assert sorted((body["version"], len(body["turns"])) for body in bodies) == [(1, 0), (2, 1)]


def test_a_transcript_of_any_length_takes_the_place_of_another_of_any_length(conversing: Conversing) -> None:
    transcripts.hear(*conversing.ids, "sandbox", many(210))
    assert [turn.sequence for turn in transcripts.after(*conversing.ids, 0)] == list(range(1, 211))
    whole = [replace(turn, text=f"{turn.text} {turn.start}") for turn in many(190)]
    done = transcripts.finish(*conversing.ids, "sandbox", turns=whole, sentiment=Sentiment.NEUTRAL)
    found = transcripts.find(*conversing.ids)
    assert found == done
    assert [turn.text for turn in done.turns] == [turn.text for turn in whole]
    assert [turn.sequence for turn in transcripts.after(*conversing.ids, 210)] == list(range(211, 401))
    assert len(conversing.told()) == 1


def test_what_the_whole_lacks_is_gone_and_can_come_again(conversing: Conversing) -> None:
    transcripts.hear(*conversing.ids, "sandbox", [HELLO, WHERE], [TOOL])
    transcripts.finish(*conversing.ids, "sandbox", turns=[HELLO], tool_calls=[])
    found = transcripts.find(*conversing.ids)
    assert found is not None
    assert ([turn.text for turn in found.turns], found.tool_calls) == ([HELLO.text], ())
    assert [turn.turn_id for turn in transcripts.after(*conversing.ids, 0)] == ["1"]
    again = transcripts.finish(*conversing.ids, "sandbox", turns=[HELLO, WHERE], tool_calls=[TOOL])
    assert ([turn.text for turn in again.turns], again.tool_calls) == ([HELLO.text, WHERE.text], (TOOL,))
    assert (again.version, transcripts.find(*conversing.ids)) == (2, again)


def test_many_that_hear_at_once_lose_nothing(conversing: Conversing) -> None:
    def hear(turn: Turn) -> None:
        transcripts.hear(*conversing.ids, "sandbox", [turn])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(hear, many(12)))
    assert [turn.sequence for turn in transcripts.after(*conversing.ids, 0)] == list(range(1, 13))


def test_a_mood_belongs_to_the_version_that_it_was_found_in(conversing: Conversing) -> None:
    transcripts.finish(*conversing.ids, "sandbox", turns=[HELLO])
    transcripts.judge(*conversing.ids, 1, Sentiment.POSITIVE)
    transcripts.judge(*conversing.ids, 1, Sentiment.NEGATIVE)
    assert transcripts.finish(*conversing.ids, "sandbox").sentiment == Sentiment.POSITIVE
    transcripts.finish(*conversing.ids, "sandbox", turns=[HELLO, WHERE])
    transcripts.judge(*conversing.ids, 1, Sentiment.NEGATIVE)
    found = transcripts.find(*conversing.ids)
    assert (found and found.sentiment, found and found.version) == (None, 2)


def test_nothing_is_judged_of_which_nothing_is_known(conversing: Conversing, stack: Stack) -> None:
    before = contents(stack)
    transcripts.judge(*conversing.ids, 1, Sentiment.POSITIVE)
    assert contents(stack) == before


def test_summaries_are_those_of_calls_made_within_the_span(conversing: Conversing) -> None:
    tenant_id, call_id = conversing.ids
    now = clock.now()
    transcripts.finish(tenant_id, call_id, "sandbox", turns=[HELLO], tool_calls=[TOOL], sentiment=Sentiment.NEGATIVE)
    transcripts.hear(new_id(), call_id, "sandbox", [HELLO])
    assert transcripts.summaries(tenant_id, now - timedelta(hours=1), now + timedelta(hours=1)) == {
        call_id: Summary(1, 1, Sentiment.NEGATIVE)
    }
    assert transcripts.summaries(tenant_id, now + timedelta(seconds=1), now + timedelta(hours=1)) == {}


def test_a_carriers_words_find_their_call(conversing: Conversing) -> None:
    (item,) = conversing.client.items("CALL#")
    reference = f"{conversing.tenant_id}.{conversing.call_id}"
    heard = Heard("unknown", reference, turns=[HELLO])
    assert hear_conversation("sandbox", heard) is not None
    by_session = Heard(item.get("carrier_call_id", ""), turns=[WHERE], tool_calls=[TOOL])
    assert hear_conversation("sandbox", by_session) is not None
    hear_conversation("sandbox", replace(heard, turns=[], finished=True, sentiment=Sentiment.POSITIVE))
    found = transcripts.find(*conversing.ids)
    assert found is not None
    assert (len(found.turns), found.tool_calls, found.sentiment) == (2, (TOOL,), Sentiment.POSITIVE)
    assert found.version == 1


def test_words_of_nobodys_call_or_another_carriers_change_nothing(conversing: Conversing, stack: Stack) -> None:
    reference = f"{conversing.tenant_id}.{conversing.call_id}"
    before = contents(stack)
    assert hear_conversation("twilio", Heard("x", reference, turns=[HELLO], finished=True)) is None
    assert hear_conversation("sandbox", Heard("unknown", None, turns=[HELLO])) is None
    assert hear_conversation("sandbox", Heard("", "a.b", turns=[HELLO])) is None
    assert contents(stack) == before


def test_another_tenant_has_no_transcript_under_the_same_call(conversing: Conversing, other: Client) -> None:
    transcripts.hear(*conversing.ids, "sandbox", [HELLO])
    assert transcripts.find(other.workspace.tenant_id, conversing.call_id) is None
