"""A function that keeps a file and reads a parameter."""

import os
from typing import Any

from sample_app.clients import client


def store(event: dict[str, Any], context: Any) -> Any:
    """Puts `body` under `key`, or reads `key`; answers a link when asked."""
    bucket, key = os.environ["BUCKET"], event["key"]
    s3 = client("s3")
    if "parameter" in event:
        return client("ssm").get_parameter(Name=event["parameter"])["Parameter"]["Value"]
    if "link" in event:
        params = {"Bucket": bucket, "Key": key}
        return s3.generate_presigned_url("get_object", Params=params, ExpiresIn=event["link"])
    if "body" in event:
        s3.put_object(Bucket=bucket, Key=key, Body=event["body"].encode())
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
