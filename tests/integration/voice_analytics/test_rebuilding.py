"""`python -m tandem.admin rebuild-figures`: figures that were lost, or of calls older than they are."""

import json
from datetime import timedelta

import pytest

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem import admin
from tests.integration.conftest import Client
from tests.integration.voice_analytics.records import NOON, Book, figures
from tests.integration.workers.test_run_event_sweep import miss_the_stream


def rebuilt(client: Client, capsys: pytest.CaptureFixture[str]) -> int:
    """Rebuild the figures of a workspace; how many hours the command says it has computed."""
    capsys.readouterr()
    with operating(client.stack):
        admin.main(["rebuild-figures", "--workspace", client.workspace.tenant_id])
    said = json.loads(capsys.readouterr().out)
    assert said["workspace"] == client.workspace.tenant_id
    return int(said["hours"])


def test_calls_of_which_the_stream_never_told_are_found(
    demo: Client, other: Client, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Book(demo, counted=True)
    for hours in (0, 0, 5, 24 * 40):
        book.talked(NOON + timedelta(hours=hours), 60 + hours)
    Book(other, counted=True).talked(NOON, 10)
    miss_the_stream(stack)
    assert figures(demo)["total_calls"] == 0
    assert rebuilt(demo, capsys) == 3
    assert figures(demo) == book.overview()
    assert demo.items("MARK#") == []
    assert len(demo.items("FIGURES#")) == 3 + 2 + 2
    assert other.items("FIGURES#") == []


def test_figures_that_are_wrong_or_gone_are_made_anew(
    demo: Client, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    from tandem.aws import table

    book = Book(demo, counted=True)
    book.talked(NOON, 60)
    book.talked(NOON + timedelta(hours=3), 90)
    miss_the_stream(stack)
    assert rebuilt(demo, capsys) == 2
    items = demo.items("FIGURES#")
    with operating(stack):
        for item in items:
            if "#HOUR#2024031012" in item["sk"]:
                table.delete(item["pk"], item["sk"])
            else:
                table.put({**item, "seconds": 7})
    assert figures(demo) != book.overview()
    assert rebuilt(demo, capsys) == 2
    assert figures(demo) == book.overview()
    assert [{**item, "version": 0} for item in demo.items("FIGURES#")] == [{**item, "version": 0} for item in items]
