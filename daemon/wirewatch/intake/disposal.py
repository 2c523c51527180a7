"""What happens to a file once it is stored. Nothing unverified is ever deleted.

A file is first renamed out of the way, under a name that no scan reads, and its content compared
with what was stored; only then is it archived or deleted. So a newer file that arrives under the
same name in between is never taken for the old one.
"""

import contextlib
import errno
import hashlib
import os
import shutil
import stat
from datetime import datetime
from io import BufferedReader
from pathlib import Path

from wirewatch.states import After

_TAKEN = ".wirewatch-"
_PRIVATE, _PRIVATE_FOLDER = 0o640, 0o750
_LONGEST = 255  # bytes of a name
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def taken_name(path: Path) -> Path:
    """Give the name under which a file is held while it is archived or deleted.

    A name too long for the mark is held as it is, in a folder that bears the mark.
    """
    if len(os.fsencode(_TAKEN + path.name)) > _LONGEST:
        return path.parent / f"{_TAKEN}long" / path.name
    return path.with_name(_TAKEN + path.name)


def dispose(path: Path, sha256: str, after: After, archive: Path) -> str | None:
    """Archive or delete a stored file; give 'deleted', the archive's path, or None if not done.

    `archive` is the full path to be, free of any other file or holding the same content. None
    means that the file is gone or holds something newer, which will be seen as an arrival of its
    own. Raises OSError when the disk refuses; the file is then in its place again.
    """
    taken = taken_name(path)
    give_back(taken, path)
    try:
        if taken.parent != path.parent:
            taken.parent.mkdir(exist_ok=True)
        path.rename(taken)
    except FileNotFoundError:
        return None
    try:
        if _digest(taken) != sha256:
            return None
        if after is After.DELETE:
            taken.unlink()
            return "deleted"
        place = free_place(archive, sha256)
        _move(taken, place, sha256)
        return str(place)
    finally:
        give_back(taken, path)


def archive_place(archive: Path, relative: str, now: datetime) -> Path:
    """Give the place of a file in an archive's dated tree: YYYY/MM/DD and its path."""
    return archive / now.strftime("%Y/%m/%d") / relative


def bring_back(archived: Path, path: Path) -> None:
    """Put an archived file where it came in, unless another has its name there: then beside it.

    Raises OSError when the disk refuses; the file is then where it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        give_back(archived, path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        sha256 = _digest(archived)
        _move(archived, free_place(path, sha256), sha256)


def give_back(taken: Path, path: Path) -> None:
    """Put a held file back, if it is still held, unless a newer one has its name already."""
    place, number = path, 0
    while os.path.lexists(taken):
        try:
            _rename_to_free(taken, place)
        except FileExistsError:
            if os.path.samestat(taken.lstat(), place.lstat()):
                # stopped between the two steps of an earlier return
                taken.unlink()
                return
            number += 1
            place = path.with_name(f"{path.stem[:50]}.returned-{number}{path.suffix[:10]}")


def _rename_to_free(source: Path, target: Path) -> None:
    """Rename a file where nothing stands. Raises FileExistsError when something does."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError from error
        source.rename(target)
    else:
        source.unlink()


def free_place(place: Path, sha256: str) -> Path:
    """Give a place in the archive where nothing else stands."""
    if not os.path.lexists(place) or (place.is_file() and _digest(place) == sha256):
        return place
    return place.with_name(f"{place.stem}.{sha256[:12]}{place.suffix}")


def _move(source: Path, target: Path, sha256: str) -> None:
    """Move a file so that it is whole in the new place before it leaves the old.

    Its content is put on disk first: whoever delivered it need not have waited for that, and a
    loss of power would leave an empty file under the name that the ledger has.
    """
    _make_folder(target.parent)
    if source.stat().st_dev == target.parent.stat().st_dev:
        _sync(source)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, target, sha256)
        _sync(target.parent)
        source.unlink()
    else:
        _sync(target.parent)
    _keep_private(target)


def _keep_private(file: Path) -> None:
    """Close an archived file to others; one that another user owns is closed in by its folder."""
    if not file.is_symlink():
        with contextlib.suppress(PermissionError):
            file.chmod(stat.S_IMODE(file.stat().st_mode) & _PRIVATE)


def _copy(source: Path, target: Path, sha256: str) -> None:
    """Copy to another file system, verified and on disk. Raises OSError when it is not the same."""
    partial = target.with_name(f"{_TAKEN}{sha256}")
    try:
        with _opened(source) as reader, partial.open("wb") as writer:
            shutil.copyfileobj(reader, writer)
            writer.flush()
            os.fsync(writer.fileno())
        shutil.copystat(source, partial)
        if _digest(partial) != sha256:
            raise OSError(5, f"the copy of {source} differs from the original")
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    """Digest a file's content."""
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opened(path: Path) -> BufferedReader:
    """Open a file to be read; what took its place does not hold us, if it is a FIFO or a device.

    Raises OSError when it is no regular file any more.
    """
    file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - for its opener
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, f"{path} is no regular file any more")
    return file


def _without_waiting(path: str, flags: int) -> int:
    """Open without waiting for a writer."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _make_folder(folder: Path) -> None:
    """Make a folder with those above it, closed to others, each on disk before what is in it."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
    _sync(folder.parent)


def _sync(path: Path) -> None:
    """Put a file's content, or a folder's entries, on disk."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def give_back_all(root: Path) -> int:
    """After a stop in the middle of a disposal, put held files back; give their number.

    Call it before anything of the inbox is read: the scan then sees them as stored, and not yet
    disposed of.
    """
    count = 0
    for folder, _, names in os.walk(root):
        for name in names:
            taken = Path(folder, name)
            if name.startswith(_TAKEN):
                give_back(taken, taken.with_name(name.removeprefix(_TAKEN)))
                count += 1
            elif taken.parent.name.startswith(_TAKEN):
                give_back(taken, taken.parent.parent / name)
                count += 1
    return count
