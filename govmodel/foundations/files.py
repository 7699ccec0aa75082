"""Files and their names: written whole or not at all, refused where a name cannot be written down."""

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path

from .errors import InputError


def is_text(name: str | bytes) -> bool:
    """Say whether a name can be written down in UTF-8, and is not bytes of another encoding."""
    try:
        return isinstance(name, str) and (name.isascii() or bool(name.encode("utf-8")))
    except UnicodeEncodeError:
        return False


def named(path: object, field: str, wanted: str = "the name of a folder", example: str = "my_run") -> Path:
    """Accept the name of a folder or file, or say that it is none."""
    if not isinstance(path, (str, os.PathLike)) or not str(path):
        raise InputError(field, wanted, path, f'Write, for example, "{example}".')
    if "\0" in str(path):
        raise InputError(field, wanted + " without a null character", str(path), "Name another one.")
    if not is_text(os.fspath(path)):
        raise InputError(field, wanted + " in letters that UTF-8 knows", str(path), "Name another one.")
    return Path(path)


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8 with plain ends of lines, whole or not at all."""
    replace(path, lambda at: at.write_text(text, encoding="utf-8", newline="\n"))


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and then give it its name: whoever reads sees the old one or the new one, whole.

    Where a link leads is written, and not the link; a pipe or a device stays what it is and is written to.
    """
    place = path.resolve()
    partial = place.with_name(f".{place.name}.partial-{os.getpid()}")
    try:
        if place.exists() and not place.is_file():  # a folder says by its error that it is one
            write(place)
            return
        write(partial)
        flush(partial)
        os.replace(partial, place)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        with contextlib.suppress(OSError):  # where nothing could be written there is nothing to take away
            partial.unlink()


def flush(path: Path) -> None:
    """See to it that a file is on the disk before it gets its name."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def not_written(wanted: Path, error: OSError) -> OSError:
    """Say of the folder or file that was wanted, and not of what stood in for it, why it could not be written."""
    return OSError(error.errno or errno.EIO, error.strerror or str(error), str(wanted))
