# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Every allocator that a program can be given, below CPython and in it: what is recorded stays exact."""
from capture import NOTHING, Amount
from exactness import CALLS, DomainCalls
from profiled import TARGETS, Profiled, lines_of, with_two_interpreters


class PythonMalloc(DomainCalls):
    TITLES = {"malloc": "malloc", "malloc_debug": "malloc debug", "pymalloc": "pymalloc",
              "pymalloc_debug": "pymalloc debug", "debug": "pymalloc debug"}
    SINCE_3_13 = {"mimalloc": "mimalloc", "mimalloc_debug": "mimalloc debug"}

    def record(self, *arguments, **keywords):
        capture = super().record(*arguments, env={"PYTHONMALLOC": self.name}, **keywords)
        self.assertEqual(capture.header["python_allocator"], self.title)
        return capture

    def check_each(self, python, titles):
        for self.name, self.title in titles.items():
            with self.subTest(allocator=self.name):
                self.check(python, ["--trace-python-allocators"])

    @with_two_interpreters()
    def test_each_allocator_of_python_is_recorded_exactly(self, python):
        self.check_each(python, self.TITLES)

    @with_two_interpreters(since=(3, 13))
    def test_mimalloc_is_recorded_exactly(self, python):
        self.check_each(python, self.SINCE_3_13)


class LargeRequests(DomainCalls):
    """mimalloc takes no memory from malloc: what would have come from there is recorded all the same."""
    TARGET = TARGETS / "allocations/large_requests.py"
    EXPECTED = {  # marker -> allocator, bytes, still there at the end
        "small": ("malloc", 0, False),
        "malloc": ("malloc", 513, True),
        "calloc": ("calloc", 700, True),
        "grown_from": ("malloc", 600, False),
        "grown": ("realloc", 30000, True),
        "shrunk_from": ("malloc", 20000, False),
        "shrunk": ("realloc", 0, False),
        "crossed_from": ("malloc", 0, False),
        "crossed": ("realloc", 900, True),
        "unchanged": ("malloc", 800, True),
        "failed": ("realloc", 0, False),
        "freed": ("malloc", 650, False),
    }

    def record(self, *arguments, **keywords):
        capture = super().record(*arguments, env={"PYTHONMALLOC": self.name}, **keywords)
        self.assertEqual(capture.header["large_requests"], "true")
        return capture

    @with_two_interpreters(since=(3, 13))
    def test_requests_of_more_than_512_bytes_are_recorded_exactly(self, python):
        calls = 2 * (self.MANY - self.FEW)
        for self.name in ("mimalloc", "mimalloc_debug"):
            for marker, found in self.difference(python, []):
                _, size, stays = self.EXPECTED[marker]
                total = Amount(calls if size else 0, calls * size)
                self.assertEqual((self.name, marker, *found), (self.name, marker, total if stays else NOTHING, total))

    @with_two_interpreters(since=(3, 13))
    def test_a_heap_of_large_objects_is_held(self, python):
        for options in ([], ["--aggregate"]):
            self.name = "mimalloc"
            code = "import sys; kept = [bytes(100000) for _ in range(200)]; print(sys.getsizeof(b''))"
            header = int(self.profile("-c", code, python=python, options=options, env={"PYTHONMALLOC": self.name}).stdout)
            capture = self.capture()
            held = sum((site.leaked for site in capture.sites if site.allocator == "calloc"), NOTHING)
            expected = 200 * (100000 + header)
            self.assertTrue(expected <= held.bytes < expected + 50000, (expected, held))
            summary = self.memray("summary", self.path).stdout
            self.assertIn("requests to it of up to 512 bytes are not in here", summary)

    @with_two_interpreters(before=(3, 13))
    def test_other_allocators_are_left_to_malloc(self, python):
        self.profile("-c", "pass", python=python)
        self.assertEqual(self.capture().header["large_requests"], "false")


class Preloaded(Profiled):
    TARGET = TARGETS / "allocations/preloaded.py"
    # Where the target finds them. The loader says so if it has none of a name, and goes on.
    ALLOCATORS = {"jemalloc": "libjemalloc.so.2", "tcmalloc": "libtcmalloc_minimal.so.4",
                  "mimalloc": "libmimalloc.so.2.0:libmimalloc.so.3"}
    SIZES = {"malloc": 1001, "calloc": 1400, "realloc": 1003, "posix_memalign": 1005, "aligned_alloc": 1024}

    def check(self, capture):
        for name, size in self.SIZES.items():
            _, leaked, total = capture.at(self.TARGET, lines_of(self.TARGET)[name], name)
            self.assertEqual((name, leaked, total), (name, Amount(9, 9 * size), Amount(10, 10 * size)))
        self.assert_nothing_lost(capture)

    @with_two_interpreters()
    def test_calls_of_preloaded_allocators_are_recorded_exactly(self, python):
        for name, libraries in self.ALLOCATORS.items():
            for options in ([], ["--trace-python-allocators"]):
                with self.subTest(allocator=name, options=options):
                    self.check(self.record(self.TARGET, CALLS, name, python=python, options=options,
                                           env={"LD_PRELOAD": libraries}))
