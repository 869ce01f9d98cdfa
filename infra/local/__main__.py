"""`python -m infra.local`: the whole product on this machine, until Ctrl-C."""

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.port import PortTaken
from infra.local.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.0/8,::1/128"


def main(arguments: list[str]) -> int:
    """Start, show, serve, stop; 1 if the port is taken."""
    started = time.monotonic()
    options = _options(arguments)
    try:
        stack = _start(options)
    except PortTaken as taken:
        sys.stderr.write(f"{taken}: stop what uses it, or choose another with PORT=\n")
        return 1
    described = options.root / ".local" / "stack.json"
    try:
        _serve(stack, options, described, started)
    except KeyboardInterrupt:
        pass
    finally:
        described.unlink(missing_ok=True)
        stack.stop()
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("--port", type=int, default=3001, help="port on 127.0.0.1 (default 3001)")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder handlers are imported from")
    parser.add_argument("--template", type=Path, help="default: template.yaml in the root")
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--no-demo", action="store_true", help="place no calls")
    parser.add_argument("--bare", action="store_true", help="no workspaces either: only the stack")
    return parser.parse_args(arguments)


def _start(options: argparse.Namespace) -> Stack:
    template = options.template or options.root / "template.yaml"
    given = dict(pair.split("=", 1) for pair in options.parameter)
    parameters = given if options.bare else {**_parameters(options.port), **given}
    return Stack.start(template, parameters, root=options.root, workers=True, port=options.port, autorun=True)


def _parameters(port: int) -> dict[str, str]:
    """What this machine's stage differs in from a deployed one."""
    return {
        "Stage": "local",
        "PublicUrl": f"http://localhost:{port}",
        "PublicSocketUrl": f"ws://localhost:{port}/ws/calls",
        "DefaultCarrier": "sandbox",
        "WebhookEgressAllow": os.environ.get("WEBHOOK_EGRESS_ALLOW", LOOPBACK),
    }


def _serve(stack: Stack, options: argparse.Namespace, described: Path, started: float) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    demo = None
    more: dict[str, Any] = {"workspaces": [], "carriers": {}}
    if not options.bare:
        # The demonstration uses the product's own code, which lies in the template's layers.
        sys.path[:0] = [str(path) for path in next(iter(stack.functions.values())).paths]
        from infra.local.demo import Demo

        demo = Demo.prepare(stack)
        more = demo.description()
    description = describe(stack, more)
    _write(described, description)
    _say(f"Ready in {time.monotonic() - started:.1f} s")
    if demo is not None and not options.no_demo:
        demo.show()
    _say(summary(description))
    threading.Event().wait()


def describe(stack: Stack, more: Mapping[str, Any]) -> dict[str, Any]:
    """What `.local/stack.json` says."""
    return {
        "base_url": stack.base_url,
        "ws_url": stack.ws_url,
        "aws_endpoint_url": stack.aws_endpoint_url,
        "region": stack.deployment.region,
        "table": stack.outputs.get("TableName"),
        "user_pool": stack.outputs.get("UserPoolId"),
        "recordings_bucket": stack.outputs.get("RecordingsBucket"),
        "pid": os.getpid(),
        **more,
    }


def summary(description: Mapping[str, Any]) -> str:
    """The addresses and keys, for people."""
    lines = ["", f"  API        {description['base_url']}", f"  WebSocket  {description['ws_url']}"]
    lines.append(f"  AWS        {description['aws_endpoint_url']}  (any credentials, region {description['region']})")
    for workspace in description["workspaces"]:
        lines += ["", f"  {workspace['name']}  tenant {workspace['tenant_id']}"]
        lines += [f"    {kind:<8} {key}" for kind, key in workspace["keys"].items()]
        if owner := workspace.get("owner"):
            lines.append(f"    owner    {owner['email']}  password {owner['password']}")
    return "\n".join([*lines, "", "Serving until Ctrl-C."])


def _write(path: Path, description: Mapping[str, Any]) -> None:
    """In one step: who waits for the file finds it whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(description, indent=2))
    temporary.replace(path)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
