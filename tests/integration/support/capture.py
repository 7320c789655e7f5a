# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""What `memray parse` prints, as numbers that tests can compare."""
import collections
import re

Frame = collections.namedtuple("Frame", "function file line")
Site = collections.namedtuple("Site", "frames thread allocator peak leaked total")
FIELD = re.compile(r"(\w+)=(.*?)(?= \w+=|$)")


class Amount(collections.namedtuple("Amount", "count bytes")):
    def __add__(self, other):
        return Amount(self.count + other.count, self.bytes + other.bytes)

    def __sub__(self, other):
        return Amount(self.count - other.count, self.bytes - other.bytes)


NOTHING = Amount(0, 0)


def amount(record, name):
    return Amount(int(record[name + "_count"]), int(record[name + "_bytes"]))


class Capture:
    """The tables of one capture. Frames of a site are innermost first."""

    def __init__(self, dump):
        records = collections.defaultdict(list)
        self.events = []
        for line in dump.splitlines():
            kind, _, rest = line.partition(" ")
            fields = dict(FIELD.findall(rest))
            if kind in ("ALLOCATION", "DEALLOCATION", "RESTORE"):
                self.events.append((kind, {name: int(value) for name, value in fields.items()}))
            else:
                records[kind].append(fields)
        self.header = records["HEADER"][0]
        losses = records["LOSSES"][0]
        self.incomplete = losses.pop("incomplete")
        self.losses = {name: int(value) for name, value in losses.items()}
        self.threads = records["THREAD"]
        self.allocators = {entry["name"]: amount({"_count": entry["count"], "_bytes": entry["bytes"]}, "")
                           for entry in records["ALLOCATOR"]}
        trailer = records["TRAILER"][0]
        self.peak, self.leaked, self.total = (amount(trailer, name) for name in ("peak", "leaked", "total"))
        self.sites = self._sites(records)

    def _sites(self, records):
        functions = [(entry["name"], entry["file"]) for entry in records["FUNCTION"]]
        frames = [Frame(*functions[int(entry["function"])], int(entry["line"])) for entry in records["FRAME"]]
        stacks = [(0, 0), *((int(entry["parent"]), int(entry["frame"])) for entry in records["STACK"])]

        def call_chain(stack):
            chain = []
            while stack:
                stack, frame = stacks[stack]
                chain.append(frames[frame])
            return tuple(chain)

        return [Site(call_chain(int(entry["stack"])), int(entry["thread"]), entry["allocator"],
                     amount(entry, "peak"), amount(entry, "leaked"), amount(entry, "total"))
                for entry in records["SITE"]]

    def at(self, file, line, allocator=None):
        """(peak, leaked, total) of what this line itself allocated, with this allocator or with any."""
        sums = [NOTHING, NOTHING, NOTHING]
        for site in self.sites:
            here = site.frames and (site.frames[0].file, site.frames[0].line) == (str(file), line)
            if here and allocator in (None, site.allocator):
                sums = [total + part for total, part in zip(sums, site[3:])]
        return tuple(sums)

    def allocators_at(self, file, line):
        return {site.allocator for site in self.sites
                if site.frames and (site.frames[0].file, site.frames[0].line) == (str(file), line)}

    def functions(self):
        return {frame.function for site in self.sites for frame in site.frames}


def replay(events):
    """(peak, leaked, total) of an event log, worked out the slow way."""
    live, heap, peak, total = {}, NOTHING, NOTHING, NOTHING
    for kind, event in events:
        slot = event["slot"]
        if kind == "DEALLOCATION":
            heap -= live.pop(slot)
            continue
        assert slot not in live, "an allocation over a live slot"
        live[slot] = Amount(1, event["size"])
        heap += live[slot]
        if kind == "ALLOCATION":
            total += live[slot]
        if heap.bytes > peak.bytes:
            peak = heap
    return peak, heap, total
