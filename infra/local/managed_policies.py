"""The documents of AWS's own managed policies, from the copy moto ships."""

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data


class UnknownPolicy(Exception):
    """A managed policy that neither this stack nor AWS defines."""


def document(arn: str) -> dict[str, Any]:
    """The policy document behind an `arn:aws:iam::aws:policy/...`."""
    prefix, _, name = arn.rpartition("/")
    if not prefix.startswith("arn:aws:iam::aws:policy"):
        raise UnknownPolicy(f"{arn} is no policy of this stack")
    return _document(name)


@cache
def _document(name: str) -> dict[str, Any]:
    """One entry of a 10 MB text: cut out, because parsing all of it takes longer than starting the stack."""
    start = aws_managed_policies_data.find(f'\n "{name}":{{')
    if start < 0:
        raise UnknownPolicy(f"AWS has no managed policy {name}")
    entry, _ = json.JSONDecoder().raw_decode(aws_managed_policies_data, aws_managed_policies_data.index("{", start + 1))
    found: dict[str, Any] = entry["Document"]
    return found
