# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What the capture says of programs whose allocations are known, to the byte, with every interpreter found."""
from capture import NOTHING, Amount, replay
from profiled import LIBRARIES, TARGETS, Profiled, lines_of, with_every_interpreter

CALLS = LIBRARIES / "calls.so"
PAGE = 4096


def ten(size):
    return tuple(Amount(count, count * size) for count in (9, 8, 10))


class AllocatorCalls(Profiled):
    TARGET = TARGETS / "allocations/every_call.py"
    # Marker of the line -> the allocator it shows as, and (peak, leaked, total).
    EXPECTED = {
        "malloc": ("malloc", ten(1001)),
        "calloc": ("calloc", ten(1400)),
        "realloc": ("realloc", ten(1003)),
        "reallocarray": ("realloc", ten(1407)),
        "posix_memalign": ("posix_memalign", ten(1005)),
        "aligned_alloc": ("aligned_alloc", ten(1024)),
        "memalign": ("memalign", ten(1007)),
        "valloc": ("valloc", ten(1009)),
        "pvalloc": ("pvalloc", ten(1011)),
        "mmap": ("mmap", ten(8192)),
        "mmap64": ("mmap", ten(12288)),
        "peak": ("malloc", (Amount(1, 1 << 30), NOTHING, Amount(1, 1 << 30))),
    }

    def check(self, capture):
        lines = lines_of(self.TARGET)
        for marker, (allocator, expected) in self.EXPECTED.items():
            self.assertEqual((marker, *capture.at(self.TARGET, lines[marker], allocator)), (marker, *expected))
        for name in ("posix_memalign", "aligned_alloc", "memalign", "valloc", "pvalloc"):
            self.assertEqual((name, capture.allocators[name]), (name, self.EXPECTED[name][1][2]))
        self.assert_nothing_lost(capture)


class EveryCall(AllocatorCalls):
    @with_every_interpreter
    def test_every_allocator_function_is_recorded_exactly(self, python):
        self.check(self.record(self.TARGET, CALLS, python=python))

    @with_every_interpreter
    def test_an_aggregated_capture_says_the_same(self, python):
        capture = self.record(self.TARGET, CALLS, python=python, options=["--aggregate"])
        self.assertEqual(capture.events, [])
        self.check(capture)

    @with_every_interpreter
    def test_tracing_python_allocators_leaves_the_other_allocators_as_they_are(self, python):
        self.check(self.record(self.TARGET, CALLS, python=python, options=["--trace-python-allocators"]))

    @with_every_interpreter
    def test_with_pythonmalloc_set_to_malloc_every_object_is_a_malloc(self, python):
        capture = self.record(self.TARGET, CALLS, python=python, env={"PYTHONMALLOC": "malloc"})
        line = lines_of(self.TARGET)["valloc"]
        self.assertEqual(capture.at(self.TARGET, line, "valloc"), ten(1009))
        self.assertEqual(capture.header["python_allocator"], "malloc")


class MovingBlocks(Profiled):
    TARGET = TARGETS / "allocations/moving.py"
    EXPECTED = {  # (leaked, total)
        "grown_from": (NOTHING, Amount(10, 10010)),
        "grown": (Amount(10, 20010), Amount(10, 20010)),
        "vanished": (NOTHING, Amount(10, 30010)),
        "remapped_from": (NOTHING, Amount(10, 40 * PAGE)),
        "remapped": (Amount(10, 80 * PAGE), Amount(10, 80 * PAGE)),
        "cut": (Amount(10, 10 * PAGE), Amount(10, 100 * PAGE)),
        "unmapped": (NOTHING, Amount(10, 100 * PAGE)),
    }

    @with_every_interpreter
    def test_moved_split_and_failed_calls_are_counted_exactly(self, python):
        lines = lines_of(self.TARGET)
        capture = self.record(self.TARGET, CALLS, python=python)
        for marker, expected in self.EXPECTED.items():
            self.assertEqual((marker, *capture.at(self.TARGET, lines[marker])[1:]), (marker, *expected))
        self.assertEqual(capture.at(self.TARGET, lines["failing"]), (NOTHING,) * 3)
        _, leaked, total = capture.at(self.TARGET, lines["punched"])
        self.assertEqual((leaked.bytes, total), (80 * PAGE, Amount(10, 100 * PAGE)))
        self.assert_nothing_lost(capture)


class DomainCalls(Profiled):
    TARGET = TARGETS / "allocations/domains.py"
    FEW, MANY = 3, 203
    EXPECTED = {  # marker -> allocator, bytes, still there at the end
        "malloc": ("pymalloc_malloc", 100, True),
        "calloc": ("pymalloc_calloc", 210, True),
        "grown_from": ("pymalloc_malloc", 250, False),
        "grown": ("pymalloc_realloc", 255, True),
        "freed": ("pymalloc_malloc", 251, False),
    }

    def difference(self, python, options):
        """(leaked, total) per marker of what 200 more calls in each of the three domains add."""
        few, many = (self.record(self.TARGET, CALLS, count, python=python, options=options)
                     for count in (self.FEW, self.MANY))
        for capture in (few, many):
            self.assert_nothing_lost(capture)
        for marker, line in lines_of(self.TARGET).items():
            allocator = self.EXPECTED[marker][0]
            before, after = (capture.at(self.TARGET, line, allocator)[1:] for capture in (few, many))
            yield marker, tuple(new - old for old, new in zip(before, after))

    def check(self, python, options):
        calls = 3 * (self.MANY - self.FEW)
        for marker, (leaked, total) in self.difference(python, options):
            _, size, stays = self.EXPECTED[marker]
            self.assertEqual((marker, total), (marker, Amount(calls, calls * size)))
            self.assertEqual((marker, leaked), (marker, total if stays else NOTHING))


class PythonAllocators(DomainCalls):
    @with_every_interpreter
    def test_all_three_domains_are_recorded_exactly(self, python):
        self.check(python, ["--trace-python-allocators"])

    @with_every_interpreter
    def test_an_aggregated_capture_says_the_same(self, python):
        self.check(python, ["--trace-python-allocators", "--aggregate"])

    @with_every_interpreter
    def test_memory_of_the_raw_domain_is_not_counted_twice(self, python):
        capture = self.record(self.TARGET, CALLS, self.MANY, python=python, options=["--trace-python-allocators"])
        for line in lines_of(self.TARGET).values():
            self.assertLessEqual(capture.allocators_at(self.TARGET, line),
                                 {"pymalloc_malloc", "pymalloc_calloc", "pymalloc_realloc"})


class Threads(Profiled):
    TARGET = TARGETS / "allocations/one_line.py"

    @with_every_interpreter
    def test_allocations_of_four_threads_at_one_line_add_up(self, python):
        line = lines_of(self.TARGET)["threads"]
        for options in ([], ["--aggregate"]):
            capture = self.record(self.TARGET, CALLS, python=python, options=options)
            _, leaked, total = capture.at(self.TARGET, line, "malloc")
            self.assertEqual((leaked, total), (Amount(200, 200 * 2003), Amount(400, 400 * 2003)))
            threads = {site.thread for site in capture.sites
                       if site.frames and site.frames[0].line == line and site.total.bytes == 100 * 2003}
            self.assertEqual(len(threads), 4)


class EventLog(Profiled):
    @with_every_interpreter
    def test_the_tables_are_what_a_replay_of_the_log_gives(self, python):
        for options in ([], ["--trace-python-allocators"]):
            capture = self.record(TARGETS / "allocations/every_call.py", CALLS, python=python, options=options)
            self.assertEqual(replay(capture.events), (capture.peak, capture.leaked, capture.total))
