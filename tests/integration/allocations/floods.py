# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Programs that are flooded with signals."""
import os

from attached import Attached
from capture import NOTHING, Amount
from profiled import LIBRARIES, PATIENCE, TARGETS, Profiled, lines_of, with_two_interpreters

CALLS = LIBRARIES / "calls.so"
TARGET = TARGETS / "signals/flooded.py"
ROUNDS = 150
LEAST = 20  # handled ones that make a flood


def at(capture, marker):
    return capture.at(TARGET, lines_of(TARGET)[marker], "malloc")[1:]


class Signals(Profiled):
    @with_two_interpreters()
    def test_what_handlers_and_the_interrupted_do_is_recorded_exactly(self, python):
        for ring_words in ("", "1024"):  # a thread that waits for room is interrupted as well
            with self.subTest(ring_words=ring_words):
                env = {"MEMRAY_RING_WORDS": ring_words} if ring_words else {}
                done = self.profile(TARGET, CALLS, ROUNDS, python=python, env=env)
                handled = int(done.stdout.split()[1])
                self.assertGreater(handled, LEAST)
                capture = self.capture()
                self.assertEqual(at(capture, "work"), (NOTHING, Amount(2 * ROUNDS * 1000, 2 * ROUNDS * 64000)))
                self.assertEqual(at(capture, "handler"), (NOTHING, Amount(handled * 10, handled * 3330)))
                self.assert_nothing_lost(capture)


class AttachedSignals(Attached):
    def test_attaching_and_detaching_disturb_nothing(self):
        process = self.launch("0", "attached", target=TARGET)
        worked = 0
        for _ in range(12):
            self.attach(process, env={**os.environ, "MEMRAY_RING_WORDS": "1024"})
            self.detach(process)
            capture = self.capture()
            self.assert_nothing_lost(capture)
            worked += at(capture, "work")[1].count
        self.assertGreater(worked, 0)
        process.stdin.write("\n")
        process.stdin.flush()
        rounds, handled = (int(number) for number in process.stdout.readline().split())
        self.assertGreater(rounds * 1000, worked - 1)
        self.assertGreater(handled, LEAST)
        self.assertEqual(process.wait(PATIENCE), 0)
