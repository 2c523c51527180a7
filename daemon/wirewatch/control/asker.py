"""Who asks at a socket of this machine: the user of the process at its other end, and a name."""

import contextlib
import pwd
import socket
import struct

_CREDENTIALS = struct.Struct("iII")  # the process, its user and its group: ucred in unix(7)
_NOBODY_KNOWN = 65_534  # whom a user namespace does not know, as with PrivateUsers= of systemd
_LONGEST_NAME = 60


def user_of(connection: socket.socket) -> str:
    """Name the user at the other end; empty where it is another machine, or is not known here."""
    if connection.family != socket.AF_UNIX:
        return ""
    said = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(said)
    if user == _NOBODY_KNOWN:
        return ""
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(user).pw_name
    return f"uid {user}"


def signed(name: str, user: str) -> str:
    """Put a name that was given together with the user that is known: `Ayan (press)`."""
    said = printable(name)[:_LONGEST_NAME].strip()
    if not said or said == user:
        return user or "somebody, by the socket"
    return f"{said} ({user})" if user else said


def printable(text: str) -> str:
    """Leave out what cannot be seen."""
    return "".join(char if char.isprintable() else " " for char in text)
