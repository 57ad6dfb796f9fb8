"""Memory maps that keep no file descriptor.

The register of issued codes may have a thousand files, and `mmap.mmap` keeps a descriptor for each (until
Python 3.13, `trackfd`): the process would run out of them, or of those that select(2) takes.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import weakref
from typing import cast

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.mmap.restype = ctypes.c_void_p
_LIBC.mmap.argtypes = [
    *(ctypes.c_void_p, ctypes.c_size_t),
    *(ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long),
]
_LIBC.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
_FAILED = ctypes.c_void_p(-1).value


def map_file(descriptor: int) -> mmap.mmap:
    """Map an open file of at least one byte for reading; it is unmapped when the map is garbage-collected.

    Returns a ctypes array, which has the length and slices of a map. Raises OSError.
    """
    size = os.fstat(descriptor).st_size
    address = _LIBC.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
    if address in (None, _FAILED):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    content = (ctypes.c_char * size).from_address(address)
    weakref.finalize(content, _LIBC.munmap, address, size).atexit = False
    return cast("mmap.mmap", content)
