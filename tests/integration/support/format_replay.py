# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The tables of a capture from its event log, as cli/doc/capture-format.md says ("The tables from the log")."""
from collections import Counter, defaultdict

from format_events import DEALLOCATION, RESTORE, TIME, log

NEVER = 0xFFFFFFFF
DISTANCES = [*range(17), *(1 << power for power in range(5, 32)), 0xFFFFFFFF]
PYMALLOC_FREE, FREE, MMAP, MUNMAP = 1, 5, 14, 15
BESIDE = 16, 17, 19, 20  # mappings that are no memory


def deallocator(allocator):
    return PYMALLOC_FREE if 2 <= allocator <= 4 else MUNMAP if allocator == MMAP or allocator > MUNMAP else FREE


class Amounts:
    """Counts and bytes by key."""

    def __init__(self):
        self.counts, self.bytes = Counter(), Counter()

    def add(self, key, size, sign=1):
        self.counts[key] += sign
        self.bytes[key] += sign * size

    def rows(self, names):
        for key in sorted(self.counts):
            yield {**dict(zip(names, key)), "count": self.counts[key], "bytes": self.bytes[key]}


class Timeline:
    def __init__(self, start):
        self.start, self.now, self.width, self.peaks = start, start, 10, [0]
        self.intervals = Amounts()

    def current(self):
        return len(self.peaks) - 1

    def advance(self, now, heap, births):
        if now <= self.now:
            return
        self.now = now
        while (now - self.start) // self.width >= 128:
            self.fold(births)
        while self.current() < (now - self.start) // self.width:
            self.peaks.append(heap)

    def fold(self, births):
        self.width *= 2
        peaks = [*self.peaks, 0]
        self.peaks = [max(peaks[i:i + 2]) for i in range(0, len(self.peaks), 2)]
        old, self.intervals = self.intervals, Amounts()
        for (site, allocated, freed), count in old.counts.items():
            if allocated // 2 != freed // 2:
                key = site, allocated // 2, freed // 2
                self.intervals.counts[key] += count
                self.intervals.bytes[key] += old.bytes[site, allocated, freed]
        for slot, (birth, bucket) in births.items():
            births[slot] = birth, bucket // 2


class Replay:
    def __init__(self, profile):
        self.sites = profile["sites"]
        self.timeline = Timeline(profile["metadata"]["start_ms"])
        self.live, self.total, self.lifetimes = Amounts(), Amounts(), Amounts()
        self.heap, self.peak, self.peak_ms = [0, 0], [0, 0], self.timeline.now
        self.all, self.all_peak, self.all_peak_ms = [0, 0], [0, 0], self.timeline.now
        self.site_peaks, self.site_all_peaks = {}, {}
        self.sizes, self.frees, self.made = Counter(), Counter(), Counter()
        self.births, self.slots = {}, {}

    def event(self, kind, slot, site, size, other_thread, time):
        if kind == TIME:
            self.timeline.advance(time, self.heap[1], self.births)
        elif kind == DEALLOCATION:
            self.free(slot, site, size, other_thread)
        else:
            self.take(slot, site, size, kind == RESTORE)

    def change(self, site, size, sign):
        self.live.add(site, size, sign)
        self.all = [self.all[0] + sign, self.all[1] + sign * size]
        if self.is_memory(site):
            self.heap = [self.heap[0] + sign, self.heap[1] + sign * size]

    def is_memory(self, site):
        return self.sites[site]["allocator"] not in BESIDE

    def live_now(self):
        return {i: (self.live.counts[i], self.live.bytes[i]) for i in self.live.counts}

    def take(self, slot, site, size, again):
        thread = self.sites[site]["thread"]
        self.change(site, size, 1)
        if not again:
            self.total.add(site, size)
            self.sizes[size] += self.is_memory(site)
            self.made[thread] += 1
        self.births[slot] = self.made[thread], self.timeline.current()
        self.slots[slot] = site, size
        self.timeline.peaks[-1] = max(self.timeline.peaks[-1], self.heap[1])
        if self.heap[1] > self.peak[1]:
            self.peak, self.peak_ms = self.heap, self.timeline.now
            self.site_peaks = self.live_now()
        if self.all[1] > self.all_peak[1]:
            self.all_peak, self.all_peak_ms = self.all, self.timeline.now
            self.site_all_peaks = self.live_now()

    def free(self, slot, site, size, other_thread):
        self.change(site, size, -1)
        self.frees[deallocator(self.sites[site]["allocator"])] += 1
        birth, bucket = self.births.pop(slot)
        del self.slots[slot]
        if bucket != self.timeline.current():
            self.timeline.intervals.add((site, bucket, self.timeline.current()), size)
        if not other_thread:
            age = self.made[self.sites[site]["thread"]] - birth
            self.lifetimes.add((site, next(distance for distance in DISTANCES if distance >= age)), size)

    def finish(self, profile):
        allocators = defaultdict(lambda: [0, 0])
        for i, site in enumerate(self.sites):
            amounts = {"peak": self.site_peaks.get(i, (0, 0)), "leaked": (self.live.counts[i], self.live.bytes[i]),
                       "total": (self.total.counts[i], self.total.bytes[i]),
                       "all_peak": self.site_all_peaks.get(i, (0, 0))}
            for name, amount in amounts.items():
                site[name + ".count"], site[name + ".bytes"] = amount
            allocators[site["allocator"]][0] += self.total.counts[i]
            allocators[site["allocator"]][1] += self.total.bytes[i]
        for allocator, count in self.frees.items():
            allocators[allocator][0] += count
        for slot, (site, size) in self.slots.items():
            self.timeline.intervals.add((site, self.births[slot][1], NEVER), size)
        total = [sum(amounts[i] for i in amounts if self.is_memory(i))
                 for amounts in (self.total.counts, self.total.bytes)]
        profile["totals"] = [*self.peak, self.peak_ms, *total, *self.heap,
                             *(number for i in range(23) for number in allocators[i]),
                             *self.all_peak, self.all_peak_ms]
        profile["lifetimes"] = list(self.lifetimes.rows(("site", "distance")))
        profile["intervals"] = list(self.timeline.intervals.rows(("site", "allocated", "freed")))
        profile["time_buckets"] = [{"start_ms": self.timeline.start + i * self.timeline.width, "peak_bytes": peak}
                                   for i, peak in enumerate(self.timeline.peaks)]
        profile["sizes"] = [{"size": size, "count": self.sizes[size]} for size in sorted(self.sizes) if self.sizes[size]]
        profile["metadata"]["end_ms"] = max(profile["metadata"]["end_ms"], self.timeline.now)


def replay(profile, file):
    """Fills in what a recorder would have written at its end."""
    state = Replay(profile)
    for event in log(file, len(profile["sites"])):
        state.event(*event)
    state.finish(profile)
