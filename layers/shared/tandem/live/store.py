"""Sockets in the table: `TENANT#<t>` / `SOCKET#<call>#<connection>`, found by their call, and `CONNECTION#<id>`, by
which the gateway's own id leads there; `SOCKET_TOKEN#<sha256>`, a token that opens them.

Who sends to a socket holds it meanwhile. One that needs a look later is on the due index; what looks then only touches
it, and the table's stream does the rest.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from tandem import clock
from tandem.aws import table
from tandem.aws.table import DUE_INDEX, Absent, Attr, ConditionFailed, Delete, Item, Key, Present, Put, Update
from tandem.clock import iso, parse
from tandem.live.models import SOCKET_LASTS, TOKEN_LASTS, TOKEN_OPENS, Pass, Progress, Socket
from tandem.shards import shard, shards

HELD = 30
"""Seconds that a socket is held at most: longer than the function may run that holds it."""

_FAMILY = "SOCKET"


def insert(socket: Socket) -> None:
    """Remember a socket, until it must have ended."""
    pk, sk = _key(socket)
    until = int(socket.connected_at.timestamp()) + SOCKET_LASTS
    place = {"tenant_id": socket.tenant_id, "call_id": socket.call_id, "expires_at": until}
    state = {
        "connection_id": socket.connection_id,
        "connected_at": iso(socket.connected_at),
        "sequence": socket.sequence,
    }
    found_by = {"pk": _connection(socket.connection_id), "sk": "SOCKET", "kind": "connection"}
    table.transact([Put({"pk": pk, "sk": sk, "kind": "socket", **place, **state}), Put({**found_by, **place})])


def of_call(tenant_id: str, call_id: str) -> list[Socket]:
    """Who listens to a call."""
    condition = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with(f"SOCKET#{call_id}#")
    return [_from_item(item) for item in table.query_all(condition, consistent=True)]


def stands(socket: Socket) -> bool:
    """Whether a socket has not been forgotten."""
    return table.get(*_key(socket)) is not None


def claim(socket: Socket, holder: str) -> Socket | None:
    """Hold a socket, so that nobody else sends to it: as it is now, or None. Where another one holds it, that one is
    told to look again; should it never come to that, the sweep finds the socket."""
    moment = iso(clock.now())
    free = Present & (Attr("held_until").not_exists() | Attr("held_until").lt(moment))
    held = {"holder": holder, "held_until": clock.after(HELD)}
    late = {"missed": 1, "due_shard": shard(_FAMILY, socket.connection_id), "due_at": clock.after(HELD)}
    while True:
        with suppress(ConditionFailed):
            gone = ["missed", "touched_at"]
            return _from_item(table.update(Update(*_key(socket), set=held, remove=gone, condition=free)))
        with suppress(ConditionFailed):
            busy = Present & Attr("held_until").gte(moment)
            table.change(Update(*_key(socket), set=late, remove=["touched_at"], condition=busy))
            return None
        if not stands(socket):
            return None


def release(socket: Socket, holder: str, look_again: datetime | None) -> bool:
    """Write down what a socket has been sent and when to look at it again, if at all, and let go of it. False where
    something has changed meanwhile: then it is held on, and has to be looked at once more."""
    values: Item = {"sequence": socket.sequence}
    if socket.told:
        values["told"] = socket.told.value
    later: Item = {}
    if look_again:
        later = {"due_shard": shard(_FAMILY, socket.connection_id), "due_at": iso(look_again)}
    gone = ["holder", "held_until", *([] if later else ["due_shard", "due_at"])]
    mine = Attr("holder").eq(holder)
    done = Update(*_key(socket), set={**values, **later}, remove=gone, condition=mine & Attr("missed").not_exists())
    try:
        table.change(done)
    except ConditionFailed:
        again = Update(*_key(socket), set=values, remove=["missed"], condition=mine)
        with suppress(ConditionFailed):  # it was closed meanwhile, or held for too long
            table.change(again)
            return False
    return True


def due(moment: datetime) -> Iterator[tuple[str, str]]:
    """The keys of sockets that are to be looked at again by now, from every shard."""
    for name in shards(_FAMILY):
        condition = Key("due_shard").eq(name) & Key("due_at").lte(iso(moment))
        for item in table.query_index(condition, index=DUE_INDEX):
            yield item["pk"], item["sk"]


def touch(key: tuple[str, str]) -> None:
    """Have the stream look at a socket."""
    seen = {"touched_at": iso(clock.now())}
    with suppress(ConditionFailed):
        table.change(Update(*key, set=seen, remove=["due_shard", "due_at"], condition=Present))


def delete(socket: Socket) -> None:
    """Forget a socket."""
    table.transact([Delete(*_key(socket)), Delete(_connection(socket.connection_id), "SOCKET")])


def delete_connection(connection_id: str) -> None:
    """Forget the socket of a connection of the gateway, if it is still known."""
    item = table.get(_connection(connection_id), "SOCKET")
    if item:
        delete(Socket(item["tenant_id"], item["call_id"], connection_id, clock.now()))


def insert_token(hashed: str, opens: Pass) -> None:
    """Store a token by its digest."""
    until = int((clock.now() + timedelta(seconds=TOKEN_LASTS)).timestamp())
    item = {"pk": _token(hashed), "sk": "TOKEN", "kind": "socket_token", "uses": 0, "expires_at": until}
    table.put({**item, "tenant_id": opens.tenant_id, "call_id": opens.call_id}, condition=Absent)


def use_token(hashed: str) -> Pass:
    """What a token opens, counted once, in one write. Raises ConditionFailed for one that holds no more, with what
    stands there."""
    good = Attr("expires_at").gt(int(clock.timestamp())) & Attr("uses").lt(TOKEN_OPENS)
    item = table.update(Update(_token(hashed), "TOKEN", add={"uses": 1}, condition=good))
    return Pass(item["tenant_id"], item["call_id"])


def _key(socket: Socket) -> tuple[str, str]:
    return f"TENANT#{socket.tenant_id}", f"SOCKET#{socket.call_id}#{socket.connection_id}"


def _connection(connection_id: str) -> str:
    return f"CONNECTION#{connection_id}"


def _token(hashed: str) -> str:
    return f"SOCKET_TOKEN#{hashed}"


def _from_item(item: Item) -> Socket:
    return Socket(
        tenant_id=item["tenant_id"],
        call_id=item["call_id"],
        connection_id=item["connection_id"],
        connected_at=parse(item["connected_at"]),
        sequence=item["sequence"],
        told=Progress(item["told"]) if item.get("told") else None,
    )
