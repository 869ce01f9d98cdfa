"""What those who listen to a call are sent, and when."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from infra.local.workspaces import operating
from tandem.live import service as live
from tandem.live import store
from tandem.transcripts import service as transcripts
from tests.integration.conftest import Client
from tests.integration.live.listening import Line, connections, finals, heard, kinds, statuses, turn


@pytest.fixture
def line(demo: Client) -> Line:
    """A call that is answered after two seconds, and over after six."""
    return Line(demo, demo.place("+15005550001")["callId"])


@pytest.fixture
def ringing(demo: Client) -> Line:
    """A call that rings for as long as a test takes."""
    found = Line(demo, demo.place("+15005550003")["callId"])
    found.stack.advance(2)
    return found


PUSHER = "WorkersOnRecordChanged"


def ids(line: Line) -> dict[str, str]:
    """What names a call."""
    return {"tenant_id": line.client.workspace.tenant_id, "call_id": line.call_id}


def test_what_is_said_is_told_as_it_is_said(line: Line) -> None:
    socket = line.listen()
    line.stack.advance(3)
    line.hear(turn(1, "Hel", final=False))
    line.hear(turn(1, "Hello, how can I help?"))
    line.hear(turn(2, "Where is my order?"))
    frames = socket.messages()
    assert [frame["type"] for frame in frames[2:]] == ["transcript_update"] * 3
    assert frames[3]["data"] == {
        "call_id": line.call_id,
        "sequence": 2,
        "transcript": [
            {
                "turn_id": "turn-1",
                "role": "agent",
                "text": "Hello, how can I help?",
                "start": 2.0,
                "end": 3.5,
                "final": True,
                "sequence": 2,
            }
        ],
    }
    assert finals(socket) == ["Hello, how can I help?", "Where is my order?"]


def test_what_has_become_of_the_call_is_told_and_then_the_socket_closes(line: Line) -> None:
    socket = line.listen()
    line.stack.advance(3)
    line.hear(turn(1), turn(2))
    line.stack.advance(10)
    assert statuses(socket) == ["initiated", "in_progress", "completed"]
    assert kinds(socket)[-2:] == ["transcript_update", "call_status_update completed"]
    ended = socket.messages()[-1]["data"]
    assert (ended["duration_seconds"], ended["outcome"], ended["sequence"]) == (4, "answered_human", 2)
    assert socket.closed is None
    line.finish(turn(1), turn(2), turn(3))
    assert finals(socket) == [turn(number).text for number in (1, 2, 3)]
    assert socket.closed == 1000
    assert line.sockets() == []
    assert connections(line.stack, socket.client.id) == []


def test_a_call_that_fails_is_told_so(demo: Client) -> None:
    line = Line(demo, demo.place("+15005550002")["callId"])
    socket = line.listen()
    line.stack.advance(150)
    assert kinds(socket) == ["connected initiated", "call_status_update failed"]
    assert socket.messages()[-1]["data"]["outcome"] == "busy"
    assert socket.closed == 1000


def test_without_a_transcript_the_socket_closes_a_while_after_the_call(line: Line) -> None:
    socket = line.listen()
    line.stack.advance(25)
    assert (kinds(socket)[-1], socket.closed) == ("call_status_update completed", None)
    line.stack.advance(100)
    assert socket.closed == 1000
    assert line.sockets() == []


def test_a_call_that_is_over_is_told_whole_and_closed_at_once(line: Line) -> None:
    line.stack.advance(10)
    line.finish(turn(1), turn(2))
    socket = line.listen()
    assert kinds(socket) == ["connected completed"]
    assert finals(socket) == [turn(1).text, turn(2).text]
    assert socket.closed == 1000


def test_two_sockets_one_dropped_and_resumed_end_with_the_same_transcript(line: Line) -> None:
    whole, dropped = line.listen(), line.listen()
    line.stack.advance(3)
    line.hear(turn(1))
    line.hear(turn(2, "I", final=False))
    dropped.close()
    line.hear(turn(2))
    line.hear(turn(3))
    seen = dropped.messages()[-1]["data"]["sequence"]
    assert seen == 2
    resumed = line.listen(after=str(seen))
    line.hear(turn(4))
    line.stack.advance(10)
    line.finish()
    assert finals(whole) == [turn(number).text for number in (1, 2, 3, 4)]
    assert finals(dropped) + finals(resumed) == finals(whole)
    assert [each["sequence"] for each in heard(dropped) + heard(resumed)] == [1, 2, 3, 4, 5]
    assert statuses(resumed)[-1] == statuses(whole)[-1] == "completed"
    assert whole.closed == resumed.closed == 1000


def test_who_has_seen_more_than_there_is_misses_nothing(ringing: Line) -> None:
    ringing.hear(turn(1))
    socket = ringing.listen(after="1000")
    ringing.hear(turn(2))
    assert finals(socket) == [turn(2).text]


def test_records_of_the_stream_that_come_again_in_any_order_change_nothing(line: Line) -> None:
    events: list[Any] = []
    line.stack.calls.listeners.append(lambda function, event, _: events.append(event) if function == PUSHER else None)
    socket = line.listen()
    line.stack.advance(3)
    for number in range(1, 6):
        line.hear(turn(number))
    line.stack.advance(4)
    before = socket.received[:]
    records = [record for event in events for record in event["Records"]]
    assert len(records) > 7
    for again in (records[::-1], records + records, records[3:] + records[:3]):
        outcome = line.stack.invoke(PUSHER, {"Records": again})
        assert outcome.payload == {"batchItemFailures": []}
    assert socket.received == before
    assert finals(socket) == [turn(number).text for number in range(1, 6)]


def test_a_long_transcript_comes_in_pieces_that_the_gateway_counts_once(ringing: Line) -> None:
    said = [turn(number, f"{number}: " + "é" * 4000) for number in range(1, 21)]
    ringing.hear(*said)
    socket = ringing.listen()
    assert len(socket.received) > 4
    assert all(len(text.encode()) <= 32 * 1024 for text in socket.received)
    assert finals(socket) == [each.text for each in said]
    sequences = [frame["data"]["sequence"] for frame in socket.messages() if "transcript" in frame["data"]]
    assert sequences == sorted(set(sequences))


def test_the_longest_turn_that_there_can_be_is_within_what_the_gateway_takes(ringing: Line) -> None:
    ringing.hear(turn(1, "\x01" * 10_000))
    socket = ringing.listen()
    frame, *_ = socket.messages()
    assert len(socket.received[0].encode()) <= 128 * 1024
    assert frame["data"]["transcript"][0]["final"] is True


def test_a_dead_connection_costs_one_post_and_is_forgotten(ringing: Line) -> None:
    dead, living = ringing.listen(), ringing.listen()
    ringing.stack.hub._lines.pop(dead.client.id)  # type: ignore[union-attr]
    with ringing.stack.count_requests() as counted:
        ringing.hear(turn(1))
    assert counted.total("execute-api", "PostToConnection") == 2
    assert [item["connection_id"] for item in ringing.sockets()] == [living.client.id]
    assert connections(ringing.stack, dead.client.id) == []
    with ringing.stack.count_requests() as counted:
        ringing.hear(turn(2))
    assert counted.total("execute-api", "PostToConnection") == 1
    assert finals(living) == [turn(1).text, turn(2).text]


def test_a_connection_that_comes_into_being_is_waited_for(ringing: Line) -> None:
    hub = ringing.stack.hub
    assert hub is not None
    socket = ringing.open()
    held = hub._lines.pop(socket.client.id)
    manage, tries = ringing.stack.cloud.routes["execute-api"], []

    def once_more(request: Any) -> Any:
        tries.append(request.method)
        if len(tries) == 3:
            hub._lines[socket.client.id] = held
        return manage(request)

    ringing.stack.cloud.routes["execute-api"] = once_more
    ringing.stack.settle()
    ringing.stack.cloud.routes["execute-api"] = manage
    assert kinds(socket)[0].startswith("connected")
    assert len(tries) == 3


def test_a_connection_that_left_before_it_was_greeted_is_not_waited_for(ringing: Line) -> None:
    leaving, staying = ringing.open(), ringing.open()
    hub = ringing.stack.hub
    assert hub is not None
    manage, tries = ringing.stack.cloud.routes["execute-api"], []

    def gone_meanwhile(request: Any) -> Any:
        tries.append(request.path.rpartition("/")[2])
        if tries[-1] == leaving.client.id:
            leaving.close()
        return manage(request)

    ringing.stack.cloud.routes["execute-api"] = gone_meanwhile
    ringing.stack.settle()
    ringing.stack.cloud.routes["execute-api"] = manage
    assert sorted(tries) == sorted([leaving.client.id, staying.client.id])
    assert [item["connection_id"] for item in ringing.sockets()] == [staying.client.id]


def test_one_that_cannot_be_sent_to_keeps_no_other_waiting_and_gets_all_later(line: Line) -> None:
    sockets = [line.listen() for _ in range(2)]
    first, second = sorted(sockets, key=lambda socket: socket.client.id)
    line.stack.faults.add({"kind": "fail", "service": "execute-api", "operation": "PostToConnection", "times": 2})
    line.hear(turn(1))
    assert (finals(first), finals(second)) == ([], [turn(1).text])
    assert [item["connection_id"] for item in line.sockets() if "due_shard" in item] == [first.client.id]
    line.stack.faults.clear()
    line.stack.advance(65)
    assert finals(first) == finals(second) == [turn(1).text]
    assert [item for item in line.sockets() if "due_shard" in item or "touched_at" in item] == []


def test_what_is_said_while_a_socket_is_sent_to_is_sent_by_who_does_so(ringing: Line) -> None:
    socket = ringing.listen()
    manage, said = ringing.stack.cloud.routes["execute-api"], [turn(2), turn(3)]

    def meanwhile(request: Any) -> Any:
        """Another change is told elsewhere, and taken care of at once, while this frame is on its way."""
        if said:
            with operating(ringing.stack):
                transcripts.hear(ringing.client.workspace.tenant_id, ringing.call_id, "sandbox", [said.pop(0)])
            before = socket.received[:]
            with operating(ringing.stack):
                live.changed(None, {"kind": "transcript", "finished_at": "2026-11-21T12:00:00.000Z", **ids(ringing)})
            assert socket.received == before
        return manage(request)

    ringing.stack.cloud.routes["execute-api"] = meanwhile
    ringing.hear(turn(1))
    ringing.stack.cloud.routes["execute-api"] = manage
    assert finals(socket) == [turn(number).text for number in (1, 2, 3)]
    (item,) = ringing.sockets()
    assert {"holder", "held_until", "missed", "due_shard"} & set(item) == set()


def test_many_who_are_told_of_changes_at_once_send_each_of_them_once_and_in_order(ringing: Line) -> None:
    sockets = [ringing.listen() for _ in range(3)]

    def said(number: int) -> None:
        transcripts.hear(ringing.client.workspace.tenant_id, ringing.call_id, "sandbox", [turn(number)])
        live.changed(None, {"kind": "transcript", "finished_at": "2026-11-21T12:00:00.000Z", **ids(ringing)})

    with operating(ringing.stack), ThreadPoolExecutor(4) as pool:
        list(pool.map(said, range(1, 25)))
    for socket in sockets:
        assert [each["sequence"] for each in heard(socket)] == list(range(1, 25))
        assert sorted(finals(socket)) == sorted(turn(number).text for number in range(1, 25))
    assert [item for item in ringing.sockets() if "holder" in item or "missed" in item] == []


def test_who_was_cut_off_while_sending_is_replaced_by_the_sweep(ringing: Line) -> None:
    socket = ringing.listen()
    with operating(ringing.stack):
        (listening,) = store.of_call(**ids(ringing))
        assert store.claim(listening, "cut-off") is not None
        assert store.claim(listening, "another") is None
    ringing.hear(turn(1))
    assert finals(socket) == []
    ringing.stack.advance(100)
    assert finals(socket) == [turn(1).text]


def test_nobody_is_sent_what_is_said_in_another_call(ringing: Line, other: Client) -> None:
    socket = ringing.listen()
    another = Line(ringing.client, ringing.client.place("+15005550001")["callId"])
    foreign = Line(other, other.place("+15005550001")["callId"])
    for each in (another, foreign):
        each.hear(turn(1))
        each.stack.settle()
    assert "transcript_update" not in kinds(socket)


def test_where_nobody_listens_a_change_costs_two_reads(ringing: Line) -> None:
    ringing.stack.settle()
    with ringing.stack.count_requests() as counted:
        ringing.hear(turn(1))
    # Who listens, and whether the call's hour is marked.
    assert counted.total("dynamodb", "Query", PUSHER) == counted.total("dynamodb", "GetItem", PUSHER) == 1
    assert counted.total(function=PUSHER) == 2


def test_a_change_costs_one_message_and_two_writes_for_each_who_listens(ringing: Line) -> None:
    sockets = [ringing.listen() for _ in range(2)]
    with ringing.stack.count_requests() as counted:
        ringing.hear(turn(1), turn(2))
    assert [finals(socket) for socket in sockets] == [[turn(1).text, turn(2).text]] * 2
    requests = {how: number for (who, _, how), number in counted.counts.items() if who == PUSHER}
    # Who listens, asked for each of the two turns; then the call, the transcript, its turns and its tools, once; and
    # whether the call's hour is marked.
    assert requests == {"Query": 2 + 2, "GetItem": 2 + 1, "PostToConnection": 2, "UpdateItem": 4}


def test_changes_of_a_call_that_are_none_of_its_status_are_not_told(ringing: Line) -> None:
    socket = ringing.listen()
    with ringing.stack.count_requests() as counted:
        answer = ringing.client("PATCH", f"/api/telephony/calls/{ringing.call_id}/metadata", json={"notes": "hello"})
        assert answer.status == 200
        ringing.stack.settle()
    assert counted.total(function=PUSHER) == 0
    assert len(socket.received) == 1


def test_what_is_finished_with_another_content_is_sent_as_it_is_then(ringing: Line) -> None:
    socket = ringing.listen()
    ringing.hear(turn(1, "Helo"), turn(2))
    ringing.finish(turn(1, "Hello"), turn(2))
    assert [(each["turn_id"], each["text"]) for each in heard(socket)] == [
        ("turn-1", "Helo"),
        ("turn-2", turn(2).text),
        ("turn-1", "Hello"),
    ]


def test_frames_are_plain_json(ringing: Line) -> None:
    ringing.hear(replace(turn(1), text='"Grüße" \u2028 \U0001f600', end=None))
    socket = ringing.listen()
    ((said,),) = [frame["data"]["transcript"] for frame in map(json.loads, socket.received)]
    assert (said["text"], said["end"]) == ('"Grüße" \u2028 \U0001f600', None)
