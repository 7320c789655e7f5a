# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The Python stack of an allocation is the one that Python itself shows there, frame by frame."""
from profiled import TARGETS, Profiled, with_every_interpreter


class Truth(Profiled):
    MARK = 1000000  # bytes of the allocations that the target talks about

    @with_every_interpreter
    def test_stacks_equal_those_of_traceback(self, python):
        expected = self.profile(TARGETS / "call_shapes.py", python=python).stdout.splitlines()
        capture = self.capture()
        sites = [capture.sites[event["site"]] for kind, event in capture.events
                 if kind == "ALLOCATION" and event["size"] >= self.MARK]
        # Not the arenas that Python maps meanwhile.
        stacks = [";".join(f"{frame.function}:{frame.line}" for frame in reversed(site.frames))
                  for site in sites if site.allocator != "mmap" and site.frames[0].function == "mark"]
        self.assertGreater(len(expected), 150)
        for seen, shown in zip(stacks, expected):
            self.assertEqual(seen, shown)
        self.assertEqual(len(stacks), len(expected))
        self.assert_nothing_lost(capture)
