"""What the sample's layer holds."""


def greet(name: str) -> str:
    """A sentence that only exists if the layer is on the path."""
    return f"{name} from the layer"
