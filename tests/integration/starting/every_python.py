# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Tests take the interpreters that are here. This one skips, with the reason, each supported version that is not."""
import unittest

import interpreters

NEWEST = (3, 13)  # of those that tests take from pyenv; newer ones are in the Debian sid root and in scripts/interpreters


class Found(unittest.TestCase):
    def test_every_supported_version_is_here(self):
        found = {interpreters.version_of(python) for python in interpreters.supported()}
        self.assertIn(interpreters.version_of(interpreters.DEBIAN), found)
        for minor in range(interpreters.OLDEST[1], NEWEST[1] + 1):
            with self.subTest(version="3.%d" % minor):
                if (3, minor) not in found:
                    self.skipTest("no CPython 3.%d here" % minor)
