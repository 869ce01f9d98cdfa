"""Settings of one function, read once from its environment."""

import os
from functools import cache

from tandem.records import record


@record
class Settings:
    """What a function knows of where it runs. A name a function was not given is the empty string."""

    stage: str
    table: str
    recordings_bucket: str
    webhook_queue: str
    recording_queue: str
    carrier_queue: str
    live_url: str
    """Where a call is listened to, with `{call_id}` in it."""
    sockets_endpoint: str
    task_queue: str
    api_url: str
    api_url_parameter: str
    carrier_parameters: str
    default_carrier: str
    webhook_egress_allow: str
    sentiment_by: str
    language_model: str
    user_pool: str
    user_pool_client: str
    region: str
    aws_endpoint: str
    credentials: str
    clock_file: str
    faults_file: str

    @property
    def is_local(self) -> bool:
        """True on a developer's machine: there carriers' tokens are optional and the clock can be moved. The name of
        the stage alone does not make it so: only the local stack has a clock to be moved."""
        return self.stage == "local" and bool(self.clock_file)

    @property
    def is_production(self) -> bool:
        """True where test keys are refused."""
        return self.stage in ("prod", "production")


def in_lambda() -> bool:
    """True under the Lambda runtime: in the cloud, and in the local stack's worker processes."""
    return "AWS_LAMBDA_RUNTIME_API" in os.environ


@cache
def settings() -> Settings:
    """The settings of this execution environment."""
    env = os.environ
    stage = env.get("STAGE", "prod")  # a stage that is not named is treated as the strictest
    return Settings(
        stage=stage,
        table=env.get("TABLE_NAME", ""),
        recordings_bucket=env.get("RECORDINGS_BUCKET", ""),
        webhook_queue=env.get("WEBHOOK_QUEUE_URL", ""),
        recording_queue=env.get("RECORDING_QUEUE_URL", ""),
        carrier_queue=env.get("CARRIER_QUEUE_URL", ""),
        live_url=env.get("LIVE_URL", ""),
        sockets_endpoint=env.get("SOCKETS_ENDPOINT", ""),
        task_queue=env.get("TASK_QUEUE_URL", ""),
        api_url=env.get("API_URL", "").rstrip("/"),
        api_url_parameter=env.get("API_URL_PARAMETER", ""),
        carrier_parameters=env.get("CARRIER_PARAMETERS", ""),
        default_carrier=env.get("DEFAULT_CARRIER", ""),
        webhook_egress_allow=env.get("WEBHOOK_EGRESS_ALLOW", ""),
        sentiment_by=env.get("SENTIMENT_BY", ""),
        language_model=env.get("LANGUAGE_MODEL", ""),
        user_pool=env.get("USER_POOL_ID", ""),
        user_pool_client=env.get("USER_POOL_CLIENT_ID", ""),
        region=env.get("AWS_REGION", ""),
        aws_endpoint=env.get("AWS_ENDPOINT_URL", "").rstrip("/"),
        # What is kept per execution environment is kept by these: a process of tests has many, on several stacks.
        credentials=f"{env.get('AWS_ACCESS_KEY_ID', '')}@{env.get('AWS_ENDPOINT_URL', '')}",
        # The local stack moves time and injects carrier faults through these files; no other stage reads them.
        clock_file=env.get("TANDEM_CLOCK_FILE", "") if stage == "local" else "",
        faults_file=env.get("TANDEM_FAULTS_FILE", "") if stage == "local" else "",
    )
