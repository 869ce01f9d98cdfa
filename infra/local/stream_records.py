"""A stream record as Lambda hands it to a function."""

from typing import Any


def lambda_record(record: dict[str, Any], stream_arn: str, region: str) -> dict[str, Any]:
    """A record of the table's, and where it comes from."""
    return {
        **record,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "eventSourceARN": stream_arn,
    }
