"""Memory that is free, given back to the system."""

import ctypes
import gc
from contextlib import suppress


def give_back() -> None:
    """Give free memory back to the system, where the C library can (malloc_trim(3))."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
