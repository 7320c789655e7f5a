# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The order of events between threads: memory that changes hands, addresses that are used again at once."""
from capture import NOTHING, Amount, replay
from profiled import LIBRARIES, TARGETS, Profiled, lines_of

HANDOVER = LIBRARIES / "handover.so"
TARGET = TARGETS / "allocations/handover.py"
THREADS = 4


class HandOver(Profiled):
    def exchange(self, function, rounds, options=("--aggregate",), ring_words=None):
        """Records the exchange; nothing may be lost, and no free may come before its allocation."""
        env = {"PYTHONHASHSEED": "0", **({"MEMRAY_RING_WORDS": str(ring_words)} if ring_words else {})}
        # Frees of what was allocated before the recording are in every run: that many, and no more, are allowed.
        baseline = self.record(TARGET, HANDOVER, function, THREADS, 0, options=options, env=env)
        capture = self.record(TARGET, HANDOVER, function, THREADS, rounds, options=options, env=env)
        self.assert_nothing_lost(capture)
        self.assertEqual(capture.losses["unknown_frees"], baseline.losses["unknown_frees"])
        return capture

    def assert_exchanged(self, capture, rounds, allocator="malloc", size=40):
        _, leaked, total = capture.at(TARGET, lines_of(TARGET)["exchange"], allocator)
        self.assertEqual((leaked, total.count), (NOTHING, THREADS * rounds))
        if size:
            self.assertEqual(total.bytes, THREADS * rounds * size)

    def test_twenty_million_events_stay_in_order(self):
        self.assert_exchanged(self.exchange("exchange", 2_500_000), 2_500_000)

    def test_rings_that_are_always_full_change_nothing(self):
        capture = self.exchange("exchange", 250_000, ring_words=1024)
        self.assert_exchanged(capture, 250_000)

    def test_realloc_hands_over_in_order(self):
        capture = self.exchange("exchange_grown", 500_000)
        self.assert_exchanged(capture, 500_000, "realloc", size=None)

    def test_threads_without_python_are_recorded_without_a_stack(self):
        capture = self.exchange("exchange_in_native_threads", 500_000)
        amounts = [(site.frames, site.leaked, site.total) for site in capture.sites if site.total.count >= 500_000]
        self.assertEqual(amounts, [((), NOTHING, Amount(500_000, 20_000_000))] * THREADS)

    def test_the_event_log_has_the_same_order(self):
        capture = self.exchange("exchange", 50_000, options=())
        self.assert_exchanged(capture, 50_000)
        self.assertEqual(replay(capture.events), (capture.peak, capture.leaked, capture.total))
