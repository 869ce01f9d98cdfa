"""Jobs that transcribe recordings, in the table: `TENANT#<t>` / `TRANSCRIPTION#<call>`, due while they are at work."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from tandem.aws import table
from tandem.aws.table import DUE_INDEX, Absent, Attr, ConditionFailed, Item, Key
from tandem.clock import iso, parse
from tandem.records import record
from tandem.shards import shard, shards

FAMILY = "TRANSCRIPT"
"""On the due index: jobs at work, and transcripts that nobody finished."""

LOOKED_AT_AFTER = timedelta(minutes=15)
"""How long a job may be silent: its result should be here by then, or it is asked for."""


class JobStatus(StrEnum):
    """Where a recording's transcription stands."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"


@record
class Job:
    """The transcription of a call's recording. `attempt` counts jobs of the service, of which each has its own name."""

    tenant_id: str
    call_id: str
    status: JobStatus
    attempt: int
    started_at: datetime
    reason: str | None = None
    version: int = 1

    @property
    def name(self) -> str:
        """What the service knows it by."""
        return f"{self.call_id}-{self.attempt}"


def get(tenant_id: str, call_id: str) -> Job | None:
    """A call's job, or None."""
    item = table.get(*_key(tenant_id, call_id))
    return _from_item(item) if item else None


def insert(job: Job) -> bool:
    """Write a new job; False when there is one."""
    try:
        table.put(_item(job, job.started_at), condition=Absent)
    except ConditionFailed:
        return False
    return True


def replace_with(job: Job, after: Job, moment: datetime) -> bool:
    """Write what became of a job, if it is still as it was read."""
    try:
        table.put(_item(replace(after, version=job.version + 1), moment), condition=Attr("version").eq(job.version))
    except ConditionFailed:
        return False
    return True


def due(moment: datetime) -> Iterator[tuple[str, str]]:
    """Tenants and calls of what must be looked at, from every shard."""
    for name in shards(FAMILY):
        condition = Key("due_shard").eq(name) & Key("due_at").lte(iso(moment))
        for item in table.query_index(condition, index=DUE_INDEX):
            yield item["pk"].partition("#")[2], item["sk"].partition("#")[2]


def due_at(call_id: str, moment: datetime) -> Item:
    """The attributes that bring something of a call onto the due index."""
    return {"due_shard": shard(FAMILY, call_id), "due_at": iso(moment)}


def _key(tenant_id: str, call_id: str) -> tuple[str, str]:
    return f"TENANT#{tenant_id}", f"TRANSCRIPTION#{call_id}"


def _item(job: Job, moment: datetime) -> Item:
    pk, sk = _key(job.tenant_id, job.call_id)
    waits = job.status == JobStatus.STARTED
    return {
        "pk": pk,
        "sk": sk,
        "kind": "transcription",
        "tenant_id": job.tenant_id,
        "call_id": job.call_id,
        "status": job.status.value,
        "attempt": job.attempt,
        "started_at": iso(job.started_at),
        "reason": job.reason,
        "version": job.version,
        **(due_at(job.call_id, moment + LOOKED_AT_AFTER) if waits else {}),
    }


def _from_item(item: Item) -> Job:
    return Job(
        tenant_id=item["tenant_id"],
        call_id=item["call_id"],
        status=JobStatus(item["status"]),
        attempt=item["attempt"],
        started_at=parse(item["started_at"]),
        reason=item.get("reason"),
        version=item["version"],
    )
