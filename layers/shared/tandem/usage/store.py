"""Usage in the table: `USAGE#<tenant>` / `MONTH#<yyyy-mm>#<key id>`, one item a key and month."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from tandem.aws import table
from tandem.aws.table import Item, Key, Update
from tandem.usage.models import forgotten_at


def add(tenant_id: str, key_id: str, moment: datetime, counters: Mapping[str, int]) -> None:
    """Add to the counters of a key in the month of a moment."""
    kept = {"kind": "usage", "expires_at": int(forgotten_at(moment).timestamp())}
    table.change(Update(_pk(tenant_id), _sk(f"{moment:%Y-%m}", key_id), kept, counters))


def of_key(tenant_id: str, key_id: str, month: str) -> Item | None:
    """What one key did in a month, or None."""
    return table.get(_pk(tenant_id), _sk(month, key_id), consistent=False)


def of_months(tenant_id: str, first: str, last: str) -> Iterator[tuple[str, Item]]:
    """What each key of a tenant did, with the month, from the first month to the last."""
    condition = Key("pk").eq(_pk(tenant_id)) & Key("sk").between(_sk(first, ""), _sk(last, "~"))
    for item in table.query_all(condition):
        yield item["sk"].split("#")[1], item


def _pk(tenant_id: str) -> str:
    return f"USAGE#{tenant_id}"


def _sk(month: str, key_id: str) -> str:
    return f"MONTH#{month}#{key_id}"
