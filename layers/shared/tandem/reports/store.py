"""Reports in the table: `TENANT#<t>` / `REPORT#<call>`, and what a provider makes of a call `ANALYSIS#<call>`.

What was found is kept as JSON: it is read whole, and its values are anybody's.
"""

import json
from dataclasses import asdict
from typing import Any

from tandem.aws import table
from tandem.aws.table import Absent, Attr, ConditionFailed
from tandem.carriers.analysis import Analysis, Criterion
from tandem.clock import iso, parse
from tandem.reports.models import Findings, Source


def find(tenant_id: str, call_id: str) -> Findings | None:
    """What was found in a call's transcript, or None."""
    item = table.get(f"TENANT#{tenant_id}", f"REPORT#{call_id}")
    if item is None:
        return None
    told = json.loads(item["findings"])
    return Findings(
        source=Source(item["source"]),
        maker=item["maker"],
        summary=told["summary"],
        transcript_version=item["transcript_version"],
        made_at=parse(item["made_at"]),
        title=told["title"],
        successful=told["successful"],
        data=told["data"],
        criteria=[Criterion(**each) for each in told["criteria"]],
    )


def keep(tenant_id: str, call_id: str, findings: Findings) -> bool:
    """Keep what was found, unless it was found of the same or a later version already; whether it is kept."""
    told = {name: getattr(findings, name) for name in ("summary", "title", "successful")}
    told |= {"data": dict(findings.data), "criteria": [asdict(each) for each in findings.criteria]}
    item = {
        "pk": f"TENANT#{tenant_id}",
        "sk": f"REPORT#{call_id}",
        "kind": "report",
        "source": findings.source.value,
        "maker": findings.maker,
        "transcript_version": findings.transcript_version,
        "made_at": iso(findings.made_at),
        "findings": _json(told),
    }
    try:
        table.put(item, condition=Absent | Attr("transcript_version").lt(findings.transcript_version))
    except ConditionFailed:
        return False
    return True


def find_analysis(tenant_id: str, call_id: str) -> tuple[str, Analysis] | None:
    """The provider that carried a call, and what it makes of it; or None."""
    item = table.get(f"TENANT#{tenant_id}", f"ANALYSIS#{call_id}")
    if item is None:
        return None
    told = json.loads(item["analysis"])
    criteria = [Criterion(**each) for each in told.pop("criteria")]
    return item["provider"], Analysis(**told, criteria=criteria)


def keep_analysis(tenant_id: str, call_id: str, provider: str, analysis: Analysis) -> None:
    """Keep what a provider makes of a call; the last that it told counts."""
    item = {
        "pk": f"TENANT#{tenant_id}",
        "sk": f"ANALYSIS#{call_id}",
        "kind": "analysis",
        "provider": provider,
        "analysis": _json({**asdict(analysis), "data": dict(analysis.data)}),
    }
    table.put(item)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)
