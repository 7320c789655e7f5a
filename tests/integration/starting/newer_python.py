# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Versions of CPython that this memray does not know: simulated by an interpreter that says it is another one."""
import subprocess

import interpreters
from capture import Amount
from profiled import LIBRARIES, TARGETS, Profiled

CALLS = LIBRARIES / "calls.so"


class Unknown(Profiled):
    def test_all_is_recorded_but_for_the_stacks_and_one_line_says_so(self):
        newer = self.folder / "python3.17"
        subprocess.run([interpreters.DEBIAN, TARGETS / "starting/renumber.py", newer, "031100f0"], check=True)
        done = self.profile(TARGETS / "allocations/one_line.py", CALLS, python=str(newer))
        self.assertEqual(done.stderr, "memray: CPython 3.17.0 is newer than this memray knows: "
                                      "recording without Python stacks\n")
        capture = self.capture()
        self.assertEqual({site.frames for site in capture.sites}, {()})
        sizes = [event["size"] for kind, event in capture.events if kind == "ALLOCATION" and event["size"] == 2003]
        self.assertEqual(Amount(len(sizes), sum(sizes)), Amount(400, 400 * 2003))
        self.assert_nothing_lost(capture)
