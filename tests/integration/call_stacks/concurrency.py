# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Many stacks in one thread, many interpreters in one process, and threads without Python: what each allocates is its
own."""
import interpreters
from capture import NOTHING, Amount
from profiled import LIBRARIES, TARGETS, lines_of, with_two_interpreters
from stacks import Stacks

CALLS = LIBRARIES / "calls.so"
MODES = ((), ("--trace-python-allocators",))


class Cooperative(Stacks):
    TARGET = TARGETS / "stacks/cooperative.py"
    WORKERS, TURNS = 8, 20

    def check(self, python, kind, marker="worker"):
        line = lines_of(self.TARGET)[marker]
        for options in MODES:
            capture = self.assert_true_stacks(self.TARGET, CALLS, kind, python=python, options=options,
                                              at_least=2 * self.WORKERS)
            for number in range(self.WORKERS):
                own = [site for site in capture.sites if site.allocator == "malloc" and
                       [frame.function for frame in site.frames].count("down") == number + 1]
                at_line = [site.total for site in own if site.frames[0][1:] == (str(self.TARGET), line)]
                self.assertEqual(sum(at_line, NOTHING), Amount(self.TURNS, self.TURNS * (2000 + number)))

    @with_two_interpreters("greenlet")
    def test_each_greenlet_allocates_on_its_own_stack(self, python):
        self.check(python, "greenlets")

    @with_two_interpreters("gevent")
    def test_so_does_each_greenlet_of_gevent(self, python):
        self.check(python, "gevent")

    @with_two_interpreters()
    def test_so_does_each_task_of_asyncio(self, python):
        self.check(python, "tasks", "task")


class Subinterpreters(Stacks):
    TARGET = TARGETS / "stacks/subinterpreters.py"

    def large(self, capture, frame):
        return sorted(site.total for site in capture.sites
                      if site.total.bytes >= 2000000 and site.frames and site.frames[0] == frame)

    @with_two_interpreters("_xxsubinterpreters", since=(3, 9))
    def test_memory_of_subinterpreters_up_to_3_12(self, python):
        self.check(python)

    @with_two_interpreters("_interpreters", since=(3, 13))
    def test_memory_of_subinterpreters_from_3_13_on(self, python):
        self.check(python)

    def check(self, python):
        """From 3.12 on each has a GIL and thread states of its own; up to 3.11 what it allocates is the caller's."""
        version = interpreters.version_of(python)
        own = version >= (3, 12)
        file = "<script>" if version >= (3, 14) else "<string>"
        block = 2000033 if version >= (3, 15) else 2000001  # a bytearray then is a bytes object inside
        if own and interpreters.has_debug_hooks(python):
            block += 2 * 24  # those of large objects, and those of raw memory that they come from
        frame = ("inner", file, 3) if own else ("run", str(self.TARGET), lines_of(self.TARGET)["caller"])
        for options in MODES:
            capture = self.record(self.TARGET, python=python, options=options)
            amounts = self.large(capture, frame)
            self.assertEqual([amount.bytes // 2000000 for amount in amounts], [1, 2, 3, 4])
            if own:
                if not options:  # else the bytearray objects themselves may be of the same allocator
                    self.assertEqual(amounts, [Amount(count, count * block) for count in (1, 2, 3, 4)])
                stacks = {tuple(part.function for part in site.frames) for site in capture.sites
                          if site.frames and site.frames[0] == frame}
                self.assertEqual(stacks, {("inner", "<module>")})
            self.assert_nothing_lost(capture)


class ForeignThreads(Stacks):
    @with_two_interpreters()
    def test_threads_that_never_hold_the_gil_are_recorded_without_a_python_stack(self, python):
        for options in MODES:
            capture = self.record(TARGETS / "stacks/foreign_threads.py", CALLS, python=python, options=options)
            sites = [site for site in capture.sites if site.total == (200, 200 * 3001)]
            self.assertEqual([(site.frames, site.allocator, site.leaked) for site in sites],
                             [((), "malloc", Amount(199, 199 * 3001))] * 5)
            self.assertEqual(len({site.thread for site in sites}), 5)
            self.assert_nothing_lost(capture)
