# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Every allocator that a program can be given, below CPython and in it: what is recorded stays exact."""
from capture import Amount
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


class Preloaded(Profiled):
    TARGET = TARGETS / "preloaded.py"
    # Where the target finds them. The loader says so if it has none of a name, and goes on.
    ALLOCATORS = {"jemalloc": "libjemalloc.so.2", "tcmalloc": "libtcmalloc_minimal.so.4",
                  "mimalloc": "libmimalloc.so.2.0:libmimalloc.so.3"}
    SIZES = {"malloc": 1001, "calloc": 1400, "realloc": 1003, "posix_memalign": 1005, "aligned_alloc": 1024}

    def check(self, capture):
        for name, size in self.SIZES.items():
            _, leaked, total = capture.at(self.TARGET, lines_of(self.TARGET.name)[name], name)
            self.assertEqual((name, leaked, total), (name, Amount(9, 9 * size), Amount(10, 10 * size)))
        self.assert_nothing_lost(capture)

    @with_two_interpreters()
    def test_calls_of_preloaded_allocators_are_recorded_exactly(self, python):
        for name, libraries in self.ALLOCATORS.items():
            for options in ([], ["--trace-python-allocators"]):
                with self.subTest(allocator=name, options=options):
                    self.check(self.record(self.TARGET, CALLS, name, python=python, options=options,
                                           env={"LD_PRELOAD": libraries}))
