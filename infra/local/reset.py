"""Empties what functions wrote, in milliseconds, so that one stack can serve a whole run of tests."""

from moto.s3.models import FakeKey, FakeMultipart, s3_backends

from infra.local import engine
from infra.local.cloud import Cloud
from infra.local.cognito import INVITATIONS
from infra.local.model import ACCOUNT, Deployment


def empty(deployment: Deployment, cloud: Cloud) -> None:
    """Tables, queues, buckets, users and parameters as they were after the deployment."""
    region = deployment.region
    cloud.items.forget()
    for name in deployment.tables:
        engine.table(region, name).clear()
    for name in deployment.queues:
        engine.purge(engine.queue(region, name))
    for name in deployment.buckets:
        bucket = s3_backends[ACCOUNT]["aws"].buckets[name]
        for key in list(bucket.keys):
            # Its versions first, one by one: moto's `pop` fails at delete markers.
            bucket.keys.setlist(key, [])
            bucket.keys.pop(key)
        bucket.multiparts.clear()
    _close_what_s3_made()
    _users(deployment)
    _parameters(deployment, cloud)


def _close_what_s3_made() -> None:
    """Parts and copies that no bucket holds are open files too."""
    for model in (FakeMultipart, FakeKey):
        for each in vars(model)["instances_tracked"]:
            each.dispose()
        vars(model)["instances_tracked"].clear()


def _users(deployment: Deployment) -> None:
    if not deployment.user_pools:
        return
    # Imported here: slow, and a template need not have a pool.
    from moto.cognitoidp.models import cognitoidp_backends

    INVITATIONS.clear()
    for pool_id in deployment.user_pools:
        pool = cognitoidp_backends[ACCOUNT][deployment.region].user_pools[pool_id]
        pool.users.clear()
        pool.refresh_tokens.clear()
        for group in pool.groups.values():
            group.users.clear()


def _parameters(deployment: Deployment, cloud: Cloud) -> None:
    # Imported here: after the correction that keeps EC2 out of it.
    from moto.ssm.models import ssm_backends

    stored = ssm_backends[ACCOUNT][deployment.region]._parameters  # noqa: SLF001 - there is no other way to all of them
    for name in [name for name in stored if not name.startswith("/aws/") and name not in deployment.parameters]:
        del stored[name]
    for name, arguments in deployment.parameters.items():
        versions = stored.get(name)
        if not versions or versions[-1].value != arguments["Value"]:
            cloud.client("ssm").put_parameter(Name=name, Overwrite=True, **arguments)
