# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Reads captures: written from cli/doc/capture-format.md alone, with the standard library alone.

read_profile() gives the tables of a capture, format_events.read_events() its log.
"""
import datetime
import struct
import zlib

MAGIC, FOOTER_MAGIC = b"\x8bmemray\n", b"endmray\n"
METADATA, AMOUNTS, TOTALS, EVENTS, INDEX, SYMBOLS_KEY = 1, 8, 14, 15, 16, 24
TOTAL_NUMBERS = 2 + 1 + 2 + 2 + 2 * 23 + 2 + 1
FAILURES = {1: "the disk was full", 2: "the file reached the limit on file sizes", 3: "the disk quota was used up"}

# Columns: name, d(elta), p(lain), l(ater), t(ext); with s behind it, signed.
TABLES = {
    2: ("strings", "text:t"),
    3: ("functions", "name:d file:d first_line:d"),
    4: ("frames", "function:d line:d"),
    5: ("stacks", "parent:d frame:d entry:l"),
    6: ("threads", "id:d tid:d name:t"),
    7: ("sites", "stack:d native_stack:d thread:d allocator:p file:l"),
    8: ("amounts", "peak.count:p peak.bytes:p leaked.count:p leaked.bytes:p total.count:p total.bytes:p "
                   "all_peak.count:l all_peak.bytes:l"),
    9: ("lifetimes", "site:d distance:p count:p bytes:p"),
    10: ("intervals", "site:d allocated:d freed:d count:p bytes:p"),
    11: ("time_buckets", "start_ms:ds peak_bytes:d"),
    12: ("snapshots", "time_ms:ds rss:d heap:d"),
    13: ("sizes", "size:d count:p"),
    17: ("modules", "kind:p file_size:p modified_ns:ds path:t build_id:t"),
    18: ("native_frames", "module:d address:d interrupted:p"),
    19: ("native_stacks", "parent:d frame:d"),
    20: ("symbol_strings", "text:t"),
    21: ("symbol_names", "function:d file:d line:d"),
    22: ("symbol_chains", "first:d count:p"),
    23: ("module_symbols", "source:p kept:l"),
    25: ("processes", "pid:ds command_line:t beginning:l start_ms:ls unknown_frees:l"),
    26: ("process_snapshots", "process:d time_ms:ds rss:d heap:d"),
    27: ("kept_symbols", "module:d file:t"),
    28: ("residences", "process:d moment:p time_ms:ds anonymous:p file:p shared:p cgroup.anonymous:p cgroup.file:p "
                       "cgroup.slab:p cgroup.kernel:p"),
    29: ("shared_files", "boot:p device:p inode:p"),
}
COLUMNS = {number: [column.split(":") for column in columns.split()] for number, (_, columns) in TABLES.items()}
METADATA_FIELDS = """command_line:t python_version:t python_executable:t python_allocator:t search_paths:list pid:s
    main_thread:n start_ms:s end_ms:s trace_python_allocators:n native_traces:n aggregated:n ending.kind:n
    ending.code:s losses.events:n losses.bad_stacks:n losses.unpatched:n losses.missing_sequences:n
    losses.unknown_frees:n losses.reused_addresses:n incomplete:t losses.cut_native_stacks:n
    ending.out_of_memory:n run:n large_requests:n chained:n beginning:n process_start_ms:s"""


class Corrupt(Exception):
    pass


def check(good, what):
    if not good:
        raise Corrupt(what)


def lz4_block(block, size):
    out, at = bytearray(), 0

    def length(total):
        nonlocal at
        more = total == 15
        while more:
            total, more, at = total + block[at], block[at] == 255, at + 1
        return total

    while True:
        token, at = block[at], at + 1
        literals = length(token >> 4)
        out += block[at:at + literals]
        at += literals
        if at >= len(block):
            break
        distance, at = int.from_bytes(block[at:at + 2], "little"), at + 2
        check(0 < distance <= len(out), "a distance")
        for _ in range(length(token & 15) + 4):
            out.append(out[-distance])
    check(len(out) == size, "a section does not decompress")
    return bytes(out)


def signed(value):
    return value - (1 << 64) if value >> 63 else value


class Payload:
    def __init__(self, data):
        self.data, self.at = data, 0

    def done(self):
        return self.at == len(self.data)

    def number(self):
        value, shift = 0, 0
        while True:
            check(self.at < len(self.data) and shift < 70, "a number")
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value & (1 << 64) - 1

    def step(self):
        value = self.number()
        return value >> 1 ^ -(value & 1)

    def raw(self, length):
        check(self.at + length <= len(self.data), "a text")
        self.at += length
        return self.data[self.at - length:self.at]

    def text(self):
        return self.raw(self.number())


def read_table(payload, rows, columns, amounts=False):
    first, count = payload.number(), payload.number()
    check(first <= len(rows) and count <= len(payload.data), "rows are missing")
    if not amounts:
        del rows[first:]
        rows.extend({} for _ in range(count))
    check(len(rows) >= first + count, "amounts of unknown sites")
    rows = rows[first:first + count]
    for name, coding in columns:
        if coding == "t":
            lengths = [payload.number() for _ in rows]
            for row, length in zip(rows, lengths):
                row[name] = payload.raw(length)
            continue
        missing = coding[0] == "l" and payload.done()
        value = 0
        for row in rows:
            if not missing:
                value = (value + payload.step()) % (1 << 64) if coding[0] == "d" else payload.number()
            row[name] = signed(value) if coding.endswith("s") else value


def read_metadata(payload):
    readers = {"t": (payload.text, b""), "n": (payload.number, 0), "s": (lambda: signed(payload.number()), 0),
               "list": (lambda: [payload.text() for _ in range(payload.number())], [])}
    metadata = {}
    for field in METADATA_FIELDS.split():
        name, coding = field.split(":")
        read, missing = readers[coding]
        metadata[name] = missing if payload.done() else read()
    if metadata["beginning"] > 2:
        metadata["beginning"] = 0
    if metadata["ending.kind"] > 5:
        metadata.update({"ending.kind": 0, "ending.code": 0, "ending.out_of_memory": 0})
    return metadata


class File:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        check(self.data[:8] == MAGIC and len(self.data) >= 16, "no capture")
        version, self.failure = struct.unpack_from("<II", self.data, 8)
        check(version in (1, 2), "another version")

    def header(self, at):
        """(type, flags, raw length, stored length, checksum) of a valid header, or None."""
        if at + 32 > len(self.data):
            return None
        kind, flags, _, raw, stored, checksum, own = struct.unpack_from("<HHIQQII", self.data, at)
        good = raw <= 2113929216 and raw // 255 <= stored if flags & 1 else raw == stored
        good = good and own == zlib.crc32(self.data[at:at + 28]) and at + 32 + stored <= len(self.data)
        return (kind, flags, raw, stored, checksum) if good else None

    def payload(self, at):
        """Of the section there, or None if it is damaged."""
        _, flags, raw, stored, checksum = self.header(at)
        data = self.data[at + 32:at + 32 + stored]
        if zlib.crc32(data) != checksum:
            return None
        return Payload(lz4_block(data, raw) if flags & 1 else data)

    def index(self, at):
        """(finished, [(type, offset)]) or None."""
        header = self.header(at)
        payload = self.payload(at) if header and header[0] == INDEX else None
        if payload is None:
            return None
        finished, entries, offset = payload.number() != 0, [], 0
        for _ in range(payload.number()):
            kind, step = payload.number(), payload.number()
            check(step > 0, "an index that goes backwards")
            offset += step
            entries.append((kind, offset))
        return finished, entries

    def by_index(self):
        """(finished, cut, [(type, offset)]) or None."""
        offset, magic = struct.unpack_from("<Q8s", self.data, len(self.data) - 16)
        index = self.index(offset) if len(self.data) >= 32 and magic == FOOTER_MAGIC else None
        good = index and all((self.header(at) or [None])[0] == kind for kind, at in index[1])
        return (index[0], False, index[1]) if good else None

    def by_scan(self):
        finished, sections, at = False, [], 16
        while header := self.header(at):
            if header[0] == INDEX:
                index = self.index(at)
                finished = index is not None and index[0]
            sections.append((header[0], at))
            at += 32 + header[3]
        return finished, at < len(self.data) and not finished, sections


def fill_all_peak(profile):
    """Of version 1, which had one sum for everything."""
    totals = profile["totals"]
    if totals[-3]:
        return
    totals[-3:] = totals[:3]
    for row in profile["sites"]:
        row["all_peak.count"], row["all_peak.bytes"] = row["peak.count"], row["peak.bytes"]


def load(file, found):
    finished, cut, sections = found
    profile = {name: [] for name, _ in TABLES.values()}
    profile.update(metadata=read_metadata(Payload(b"")), totals=None, symbols_key=None)
    for kind, at in sections:
        payload = file.payload(at) if kind != EVENTS else Payload(b"")
        if payload is None:
            cut = True
            break
        if kind == METADATA:
            profile["metadata"] = read_metadata(payload)
        elif kind == TOTALS:
            profile["totals"] = [0 if payload.done() else payload.number() for _ in range(TOTAL_NUMBERS)]
            fill_all_peak(profile)
        elif kind == SYMBOLS_KEY:
            profile["symbols_key"] = payload.number()
        elif kind in TABLES:
            is_amounts = kind == AMOUNTS
            read_table(payload, profile["sites" if is_amounts else TABLES[kind][0]], COLUMNS[kind], is_amounts)
    return profile, finished, cut


def note_missing(metadata, file, snapshots, cut):
    if snapshots:
        metadata["end_ms"] = max(metadata["end_ms"], snapshots[-1]["time_ms"])
    reason = FAILURES.get(file.failure, "the file could not be written") if file.failure else (
        "the file is cut off or damaged" if cut else "the recorder was killed or still runs")
    last = max(metadata["start_ms"], metadata["end_ms"])
    when = datetime.datetime.fromtimestamp(last // 1000)
    what = f"everything after {when:%Y-%m-%d %H:%M:%S} is missing" if last else "all of its data is missing"
    metadata["incomplete"] += (b"; " if metadata["incomplete"] else b"") + f"{reason}: {what}".encode()


def tables(file):
    """(profile, finished, cut)."""
    found = file.by_index()
    profile, finished, cut = load(file, found) if found else (None, False, True)
    if cut:
        profile, finished, cut = load(file, file.by_scan())
        finished = finished and profile["totals"] is not None
    return profile, finished, cut


def read_profile(path, replay):
    """Name of each table -> its rows, each a dictionary; also "metadata", "totals" and "symbols_key".

    replay(profile, file) is to compute the tables of a capture whose recorder was killed.
    """
    file = File(path)
    profile, finished, cut = tables(file)
    if profile["totals"] is None and not profile["metadata"]["aggregated"]:
        replay(profile, file)
        cut = cut or any(file.payload(at) is None for kind, at in file.by_scan()[2] if kind == EVENTS)
    if not finished:
        note_missing(profile["metadata"], file, profile["snapshots"], cut)
    return profile
