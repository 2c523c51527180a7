"""As whom the machine is examined: rights are those of the daemon's user, not of root."""

import grp
import os
import pwd
from collections.abc import Iterable

from wirewatch.errors import WirewatchError


class UnknownUserError(WirewatchError):
    """There is no such user, or only root may become another."""


def become(name: str, groups: Iterable[str] = (), *, needed: bool) -> str:
    """Become another user, for good, where that may be; give the name of who we are then.

    `groups` are those that the unit adds to the user's own; unknown ones do not count. Unless
    `needed`, whoever cannot stays who they are. Raises UnknownUserError otherwise.
    """
    me = os.geteuid()
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        if needed:
            raise UnknownUserError(f"there is no user {name!r}") from None
        return _name_of(me)
    if me == 0:
        own = os.getgrouplist(name, entry.pw_gid)
        os.setgroups([*own, *(one.gr_gid for one in grp.getgrall() if one.gr_name in set(groups))])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
        os.environ["HOME"] = entry.pw_dir
    elif needed and me != entry.pw_uid:
        raise UnknownUserError(f"only root may look as {name!r} does: sudo wirewatch doctor")
    return _name_of(os.geteuid())


def _name_of(number: int) -> str:
    """Give a user's name; one without a name by the number."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
