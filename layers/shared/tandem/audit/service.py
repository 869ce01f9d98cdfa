"""The audit trail: `TENANT#<t>` / `AUDIT#<id>`, written in the transaction of what it tells."""

from collections.abc import Mapping
from typing import Any

from tandem import clock
from tandem.aws.table import Absent, Put
from tandem.ids import new_id


def entry(tenant_id: str, actor: str, action: str, subject: str, changes: Mapping[str, Any]) -> Put:
    """The write of one entry: who did what to which thing, and what changed."""
    return Put(
        {
            "pk": f"TENANT#{tenant_id}",
            "sk": f"AUDIT#{new_id()}",
            "kind": "audit",
            "actor": actor,
            "action": action,
            "subject": subject,
            "changes": dict(changes),
            "at": clock.iso(clock.now()),
        },
        condition=Absent,
    )
