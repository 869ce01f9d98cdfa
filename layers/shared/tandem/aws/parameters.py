"""AWS Systems Manager parameters: the stage's settings and secrets."""

from botocore.exceptions import BotoCoreError, ClientError

from tandem.aws.clients import ssm
from tandem.errors import Unavailable


def parameter(name: str) -> str:
    """A parameter's value, decrypted. Raises Unavailable when it is not set."""
    value = find_parameter(name)
    if value is None:
        raise Unavailable(f"The parameter {name} is not set.")
    return value


def find_parameter(name: str) -> str | None:
    """A parameter's value, decrypted, or None where there is no such parameter. Raises Unavailable."""
    try:
        return ssm().get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return None
        raise Unavailable(f"The parameter {name} cannot be read.") from error
    except BotoCoreError as error:
        raise Unavailable(f"The parameter {name} cannot be read.") from error
