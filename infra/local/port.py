"""The stack's port, taken before anything slow happens."""

import socket


class PortTaken(Exception):
    """Somebody else listens there."""


def listen(port: int) -> socket.socket:
    """Take the port at once, before anything slow happens."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(("127.0.0.1", port))
    except OSError as occupied:
        taken.close()
        raise PortTaken(f"Port {port} on 127.0.0.1 is in use") from occupied
    return taken
