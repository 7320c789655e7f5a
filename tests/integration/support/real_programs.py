# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The programs in tests/targets/real, and the virtual environment that they take: scripts/real_programs makes it."""
import os
import unittest
from pathlib import Path

import interpreters
from profiled import TARGETS

REAL = TARGETS / "real"
ENVIRONMENT = Path(os.environ.get("MEMRAY_REAL_PROGRAMS") or interpreters.CACHE / "memray-programs/venv")
PYTHON = str(ENVIRONMENT / "bin/python")


def is_made():
    made, wanted = ENVIRONMENT / "requirements.txt", REAL / "requirements.txt"
    return made.exists() and made.read_text() == wanted.read_text()


takes_real_programs = unittest.skipUnless(is_made(), "no real programs: scripts/real_programs installs them")
