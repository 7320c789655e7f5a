# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Programs that finalize Python and initialize it again: each is recorded, and what C does in between."""
import subprocess

import interpreters
from capture import Amount, replay
from executed import Executed
from profiled import LIBRARIES, TARGETS, with_interpreters_of

CALLS = LIBRARIES / "calls.so"
MAKES = ("<string>", 4)  # line of the script in lives.c
BLOCK = 5001
OF_C = 7001


def chosen():
    """At most one of each of these versions."""
    pythons = {interpreters.version_of(python)[:2]: python
               for python in interpreters.supported() if interpreters.embedding_flags(python)}
    return [python for version, python in sorted(pythons.items()) if version in ((3, 8), (3, 11), (3, 13))]


def with_embeddable_versions(test):
    return with_interpreters_of(chosen, test)


class Lives(Executed):
    def record_lives(self, python, rounds, end="finalized", options=()):
        self.use_new_folder()
        program = self.folder / "lives"
        source = TARGETS / "embedding/lives.c"
        subprocess.run(["cc", "-O1", source, "-o", program, *interpreters.embedding_flags(python)], check=True)
        done = self.memray("run", "-q", "-o", self.path, *options, "--exec", "--", program, rounds, CALLS, end)
        self.assertEqual((done.returncode, done.stderr), (3 if end == "alive" else 0, ""))
        return self.capture()

    def assert_whole(self, capture, rounds):
        """Every life with what it made, and every block that C made between two, all of which it still has."""
        expected = Amount(rounds, rounds * BLOCK), Amount(10 * rounds, 10 * rounds * BLOCK)
        self.assertEqual(capture.at(*MAKES, "malloc")[1:], expected)
        self.assertEqual(replay(capture.events), (capture.peak, capture.leaked, capture.total))
        live = {}
        for kind, event in capture.events:
            live.pop(event["slot"], None) if kind == "DEALLOCATION" else live.update({event["slot"]: event["size"]})
        made = sum(kind == "ALLOCATION" and event["size"] == OF_C for kind, event in capture.events)
        self.assertEqual((made, list(live.values()).count(OF_C)), (rounds - 1, rounds - 1))
        self.assert_nothing_lost(capture)

    @with_embeddable_versions
    def test_each_life_is_recorded_and_the_end_is_that_of_the_last(self, python):
        for rounds in (1, 3):
            with self.subTest(rounds=rounds):
                self.assert_whole(self.record_lives(python, rounds), rounds)

    @with_embeddable_versions
    def test_hundreds_of_lives(self, python):
        self.assert_whole(self.record_lives(python, 200), 200)

    @with_embeddable_versions
    def test_a_life_that_is_cut_short_is_the_last(self, python):
        capture = self.record_lives(python, 3, "alive")
        self.assert_whole(capture, 3)
        self.assertEqual(capture.header["ending"], "exited with code 3")

    @with_embeddable_versions
    def test_so_it_is_with_the_allocators_of_python_and_with_native_stacks(self, python):
        for option in ("--trace-python-allocators", "--native"):
            with self.subTest(option=option):
                self.assert_whole(self.record_lives(python, 3, options=[option]), 3)
