"""AWS Systems Manager parameters: the stage's settings and secrets."""

from botocore.exceptions import BotoCoreError, ClientError

from tandem.aws.clients import ssm
from tandem.errors import Unavailable


def parameter(name: str) -> str:
    """A parameter's value, decrypted. Raises Unavailable when it is not set."""
    try:
        return ssm().get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except (BotoCoreError, ClientError) as error:
        raise Unavailable(f"The parameter {name} cannot be read.") from error
