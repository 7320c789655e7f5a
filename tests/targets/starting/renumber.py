# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Copies the interpreter that runs this (a static build) to a file, as another version: the words in it by which it
tells its version to others are changed. Arguments: the copy, its PY_VERSION_HEX."""
import ctypes
import os
import struct
import sys

destination, version = sys.argv[1], int(sys.argv[2], 16)
with open(sys.executable, "rb") as file:
    image = bytearray(file.read())
table = image.find(b"xdebugpy" + struct.pack("<Q", sys.hexversion))  # _Py_DebugOffsets, from 3.13 on
if table >= 0:
    struct.pack_into("<Q", image, table + 8, version)
address = ctypes.addressof(ctypes.c_uint32.in_dll(ctypes.pythonapi, "Py_Version"))
with open("/proc/self/maps") as maps:
    for fields in map(str.split, maps):
        begin, end = (int(part, 16) for part in fields[0].split("-"))
        if begin <= address < end:
            position = address - begin + int(fields[2], 16)
assert struct.unpack_from("<I", image, position) == (sys.hexversion,)
struct.pack_into("<I", image, position, version)
with open(destination, "wb") as file:
    file.write(image)
os.chmod(destination, 0o755)
