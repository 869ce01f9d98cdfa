"""Empties what functions wrote, in milliseconds, so that one stack can serve a whole run of tests."""

from moto.backends import get_backend

from infra.local import corrections, engine
from infra.local.cloud import Cloud
from infra.local.model import ACCOUNT, Deployment


def empty(deployment: Deployment, cloud: Cloud) -> None:
    """Tables, queues, buckets, users and parameters as they were after the deployment."""
    region = deployment.region
    corrections.forget_tokens()
    for name in deployment.tables:
        table = engine.table(region, name)
        table.items.clear()
        if table.stream_shard is not None:
            table.stream_shard.items.clear()
    for name in deployment.queues:
        queue = engine.queue(region, name)
        queue._messages.clear()
        queue._pending_messages.clear()
        queue.deleted_messages.clear()
    for name in deployment.buckets:
        bucket = get_backend("s3")[ACCOUNT]["aws"].buckets[name]
        for key in list(bucket.keys):
            bucket.keys.pop(key)
        bucket.multiparts.clear()
    for pool_id in deployment.user_pools:
        pool = get_backend("cognitoidp")[ACCOUNT][region].user_pools[pool_id]
        pool.users.clear()
        for group in pool.groups.values():
            group.users.clear()
    _parameters(deployment, cloud)


def _parameters(deployment: Deployment, cloud: Cloud) -> None:
    stored = get_backend("ssm")[ACCOUNT][deployment.region]._parameters
    for name in [name for name in stored if not name.startswith("/aws/") and name not in deployment.parameters]:
        del stored[name]
    for name, arguments in deployment.parameters.items():
        versions = stored.get(name)
        if not versions or versions[-1].value != arguments["Value"]:
            cloud.client("ssm").put_parameter(Name=name, Overwrite=True, **arguments)
