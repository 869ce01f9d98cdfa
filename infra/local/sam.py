"""`make run-sam`: the functions in SAM's containers (needs Docker), on the AWS of this local stack.

SAM serves HTTP routes only: queues, the stream, schedules, WebSockets and time stand still, no `/__local/`.
Roles are checked all the same: the stack knows each function by its credentials. Functions find AWS at
`host.docker.internal`. One function alone, the `<key>`, `<tenant_id>` and `<call_id>` of its event replaced:
`sam local invoke NAME -e tests/events/NAME.json --env-vars .local/sam.json`.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from infra.local.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
HOST = "host.docker.internal"
# The container's own business, or files of this machine.
LEFT_OUT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "VIRTUAL_ENV", "SYSTEMROOT", "TZ", "_HANDLER",
            "LAMBDA_TASK_ROOT", "TANDEM_CLOCK_FILE", "TANDEM_FAULTS_FILE")  # fmt: skip
LEFT_OUT_PREFIX = "AWS_LAMBDA_"


def reachable(value: str) -> str:
    """An address of this machine as a container finds it."""
    return value.replace("://127.0.0.1:", f"://{HOST}:").replace("://localhost:", f"://{HOST}:")


def variables(stack: Stack) -> dict[str, dict[str, str]]:
    """What `--env-vars` wants: each function's variables by its logical id."""
    return {
        name: {
            key: reachable(value)
            for key, value in stack.variables(function).items()
            if key not in LEFT_OUT and not key.startswith(LEFT_OUT_PREFIX)
        }
        for name, function in stack.functions.items()
    }


def command(sam: str, file: Path, port: int) -> list[str]:
    """SAM's command line."""
    line = [sam, "local", "start-api", "--env-vars", str(file), "--port", str(port)]
    return [*line, "--warm-containers", "LAZY", "--add-host", f"{HOST}:host-gateway"]


def main(arguments: list[str]) -> int:
    """Start AWS, make the workspaces, hand over to SAM until it ends."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.sam", description=__doc__)
    parser.add_argument("--port", type=int, default=3001)
    parser.add_argument("--sam", default=str(ROOT / ".venv/sam/bin/sam"))
    options = parser.parse_args(arguments)
    public = {"PublicUrl": f"http://localhost:{options.port}", "DefaultCarrier": "sandbox"}
    stack = Stack.start(ROOT / "template.yaml", {"Stage": "local", **public}, root=ROOT)
    try:
        sys.path[:0] = [str(path) for path in next(iter(stack.functions.values())).paths]
        from infra.local.workspaces import make_workspace

        workspace = make_workspace(stack, "demo")
        sys.stdout.write(json.dumps({"tenant_id": workspace.tenant_id, "keys": workspace.keys}, indent=2) + "\n")
        file = ROOT / ".local" / "sam.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(variables(stack), indent=2))
        return subprocess.run(  # noqa: S603 - SAM, from our own environment
            command(options.sam, file, options.port), cwd=ROOT, stdin=subprocess.DEVNULL, check=False
        ).returncode
    except KeyboardInterrupt:
        return 0
    finally:
        stack.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
