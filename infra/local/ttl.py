"""Deletes items whose time to live has passed, as the service does: a REMOVE record of its own."""

from decimal import Decimal

from infra.local import engine
from infra.local.model import Deployment

FIVE_YEARS = 5 * 365 * 86400
SERVICE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def sweep(deployment: Deployment, now: float) -> int:
    """Delete what has expired by `now`; answers how many items went."""
    deleted = 0
    for name in deployment.tables:
        table = engine.table(deployment.region, name)
        if table.ttl.get("TimeToLiveStatus") != "ENABLED":
            continue
        attribute = table.ttl["AttributeName"]
        for item in table.all_items():
            value = item.attrs.get(attribute)
            if value is None or value.type != "N":
                continue
            # The service leaves alone what claims to have expired more than five years ago.
            if now - FIVE_YEARS < Decimal(value.value) <= now:
                table.delete_item(item.hash_key, item.range_key)
                if table.stream_shard is not None:
                    table.stream_shard.items[-1].record["userIdentity"] = SERVICE
                deleted += 1
    return deleted
