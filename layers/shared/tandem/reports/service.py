"""Reports: made when they are first asked for, once for each version of a transcript."""

import json
from typing import Any

from tandem import clock
from tandem.aws import language_model
from tandem.calls.models import Call
from tandem.carriers.analysis import Analysis, plain
from tandem.clock import iso
from tandem.config import settings
from tandem.errors import NotFound, Unavailable
from tandem.observability import count, logger
from tandem.reports import extract, prompting, store
from tandem.reports.models import Findings, ReportView, Source, ToolUse, talk_time
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import ToolCall, Transcript

_LARGEST_ANALYSIS = 200_000
"""Characters of JSON that a provider's analysis may have: more would not fit into a record of the table."""


def keep_analysis(tenant_id: str, call_id: str, provider: str, analysis: Analysis) -> None:
    """Keep what a provider makes of a call, for its report; before the transcript is finished, so that the report of
    that version has it."""
    if len(json.dumps(dict(analysis.data))) + len(analysis.summary) > _LARGEST_ANALYSIS:
        logger().warning("a provider's analysis is too large to keep", call_id=call_id)
        return
    store.keep_analysis(tenant_id, call_id, provider, analysis)


def report(call: Call, transcript: Transcript | None) -> ReportView:
    """The report of a call, of the transcript that there is of it. Raises NotFound while the call is not over."""
    if not call.status.is_final:
        raise NotFound("The report is made when the call is over.")
    return _view(call, transcript, _findings(call, transcript))


def summary(call: Call, transcript: Transcript | None) -> str:
    """What a call was, in short: by the report or the provider's analysis where there is one, else by the words
    themselves. No model is asked."""
    if known := store.find(call.tenant_id, call.call_id):
        return known.summary
    if told := store.find_analysis(call.tenant_id, call.call_id):
        return told[1].summary
    turns = transcript.turns if transcript else ()
    return extract.extracted(call, turns, transcript.version if transcript else 0, clock.now()).summary


def _findings(call: Call, transcript: Transcript | None) -> Findings:
    if transcript is None or transcript.version == 0:  # it may yet come: nothing is kept
        return extract.extracted(call, transcript.turns if transcript else (), 0, clock.now())
    known = store.find(call.tenant_id, call.call_id)
    if known and known.transcript_version >= transcript.version:
        return known
    made, lasting = _made(call, transcript)
    if lasting and not store.keep(call.tenant_id, call.call_id, made):
        return store.find(call.tenant_id, call.call_id) or made  # somebody else was quicker
    return made


def _made(call: Call, transcript: Transcript) -> tuple[Findings, bool]:
    """What is found in a transcript, and whether that lasts: what is made because a model is down does not."""
    if told := store.find_analysis(call.tenant_id, call.call_id):
        return _provided(*told, transcript.version), True
    plain = extract.extracted(call, transcript.turns, transcript.version, clock.now())
    model = settings().language_model
    if not model or not any(turn.final for turn in transcript.turns):
        return plain, True
    try:
        answer = language_model.answer(model, prompting.SYSTEM, prompting.prompt(transcript.turns))
    except Unavailable as failure:
        logger().warning("the language model does not answer", call_id=call.call_id, reason=failure.message)
        count("LanguageModelUnavailable")
        return plain, False
    judged = prompting.findings(answer, model, transcript.version, clock.now())
    if judged is None:
        logger().warning("the language model's answer is no report", call_id=call.call_id)
        count("LanguageModelUnreadable")
    return judged or plain, True


def _provided(provider: str, analysis: Analysis, version: int) -> Findings:
    return Findings(
        source=Source.PROVIDER,
        maker=provider,
        summary=analysis.summary,
        transcript_version=version,
        made_at=clock.now(),
        title=analysis.title,
        successful=analysis.successful,
        data=analysis.data,
        criteria=analysis.criteria,
    )


def _view(call: Call, transcript: Transcript | None, findings: Findings) -> ReportView:
    turns = [turn for turn in transcript.turns if turn.final] if transcript else []
    return {
        "call_id": call.call_id,
        "source": findings.source.value,
        "maker": findings.maker,
        "title": findings.title,
        "summary": findings.summary,
        "outcome": call.outcome.value if call.outcome else None,
        "successful": findings.successful,
        "extracted_data": dict(findings.data),
        "criteria": [{"name": each.name, "reached": each.reached, "reason": each.reason} for each in findings.criteria],
        "sentiment": transcript.sentiment.value if transcript and transcript.sentiment else None,
        "talk_time": talk_time(turns),
        "tool_calls": [_tool(tool) for tool in transcript.tool_calls] if transcript else [],
        "turns": len(turns),
        "duration_seconds": call.duration,
        "transcript_version": findings.transcript_version,
        "created_at": iso(findings.made_at),
    }


def _tool(tool: ToolCall) -> ToolUse:
    return {"name": tool.name, "arguments": _read(tool.arguments), "succeeded": tool.succeeded, "at": tool.at}


def _read(arguments: str) -> Any:
    """A tool's arguments as JSON has them; as text where they are none."""
    try:
        return plain(json.loads(arguments))
    except (ValueError, RecursionError):
        return arguments


def find_report(call: Call) -> ReportView | None:
    """The report of a call that is over; None of another."""
    return report(call, transcripts.find(call.tenant_id, call.call_id)) if call.status.is_final else None
