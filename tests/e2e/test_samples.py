"""The published guide's own samples, run as they are printed but for the host and the key."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ROOT, Site

PRINTED = "https://api.example.com"
SAMPLES = Path(__file__).parent / "samples"


def sample(name: str, site: Site) -> str:
    """A sample with this stack's host and key."""
    return (SAMPLES / name).read_text().replace(PRINTED, site.base_url).replace("YOUR_API_KEY", site.key)


def is_placed(answer: dict[str, Any], site: Site) -> bool:
    """Whether an answer is that of a call which exists."""
    assert answer["success"] is True
    return bool(site.call(answer["data"]["callId"])["to"] == "+2348012345678")


def test_the_python_sample_places_a_call_and_reads_the_history(site: Site) -> None:
    names: dict[str, Any] = {}
    exec(compile(sample("calls.py.txt", site), "calls.py", "exec"), names)
    assert is_placed(names["make_call"]("+2348012345678", "agent-123", site.key), site)
    history = names["get_call_history"]("2024-01-01", "2099-12-31", site.key)
    assert history["data"][0]["to"] == "+2348012345678"
    assert names["get_call_history"]("2024-01-01", "2024-01-31", site.key)["data"] == []


def test_the_curl_sample_places_a_call_and_reads_the_history(site: Site) -> None:
    answers = subprocess.run(
        ["bash", "-euc", sample("calls.sh.txt", site)], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    decoder = json.JSONDecoder()
    placed, end = decoder.raw_decode(answers)
    assert is_placed(placed, site)
    history, _ = decoder.raw_decode(answers[end:].lstrip())
    assert (history["success"], history["data"]) == (True, [])


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
def test_the_javascript_sample_places_a_call_and_reads_the_history(site: Site, tmp_path: Path) -> None:
    (tmp_path / "node_modules").mkdir()
    shutil.copy(SAMPLES / "axios.js", tmp_path / "node_modules" / "axios.js")
    script = f"""
const apiKey = process.env.API_KEY;
{sample("calls.js.txt", site)}
(async () => {{
  const placed = await makeCall('+2348012345678', 'agent-123');
  const history = await getCallHistory('2024-01-01', '2099-12-31');
  process.stdout.write(JSON.stringify([placed, history]));
}})();
"""
    (tmp_path / "calls.js").write_text(script)
    run = subprocess.run(
        ["node", "calls.js"],
        cwd=tmp_path,
        env={**os.environ, "API_KEY": site.key},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    placed, history = json.loads(run.stdout)
    assert is_placed(placed, site)
    assert placed["data"]["callId"] in [each["callId"] for each in history["data"]]


def test_the_voice_services_samples_answer_as_printed(local: Site) -> None:
    script = (SAMPLES / "voice.sh.txt").read_text().replace("http://localhost:5000", local.base_url)
    run = subprocess.run(["bash", "-euc", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert "<Response>" in run.stdout
    assert "Call initiated to +254711000000" in run.stdout
