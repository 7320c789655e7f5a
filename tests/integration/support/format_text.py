# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A capture as the text beside the golden captures: tests/unit/capture/profile_text.cpp and golden.tests.cpp."""
from format_events import read_events
from format_reader import TOTAL_NUMBERS, read_profile
from format_replay import replay

ALLOCATORS = ("UNKNOWN PYMALLOC_FREE PYMALLOC_MALLOC PYMALLOC_CALLOC PYMALLOC_REALLOC FREE MALLOC REALLOC CALLOC "
              "POSIX_MEMALIGN ALIGNED_ALLOC MEMALIGN VALLOC PVALLOC MMAP MUNMAP PRIVATE_FILE SHARED_FILE "
              "SHARED_MEMORY SHARED_MEMORY_AGAIN RESERVATION STACK PYTHON_ARENA").split()


class Text:
    def __init__(self):
        self.bytes = b""

    def line(self, *values):
        words = (value if isinstance(value, bytes) else str(value).encode() for value in values)
        self.bytes += b" ".join(words) + b"\n"

    def metadata(self, data):
        self.line("command", data["command_line"])
        self.line("python", data["python_version"], data["python_executable"], data["python_allocator"])
        for path in data["search_paths"]:
            self.line("path", path)
        self.line("process", data["pid"], data["main_thread"], data["start_ms"], data["end_ms"])
        if data["run"]:
            self.line("run", data["run"])
        self.line("options", data["trace_python_allocators"], data["native_traces"], data["aggregated"])
        if data["large_requests"] or data["chained"]:
            self.line("hooks", data["large_requests"], data["chained"])
        if data["beginning"] or data["process_start_ms"]:
            self.line("began", data["beginning"], data["process_start_ms"])
        self.line("ending", data["ending.kind"], data["ending.code"])
        names = "events bad_stacks unpatched missing_sequences unknown_frees reused_addresses"
        self.line("losses", *(data["losses." + name] for name in names.split()))
        self.line("incomplete", data["incomplete"])

    def rows(self, name, rows, *columns):
        for row in rows:
            self.line(name, *(row[column] for column in columns))

    def definitions(self, profile):
        self.rows("string", profile["strings"], "text")
        self.rows("function", profile["functions"], "name", "file", "first_line")
        self.rows("frame", profile["frames"], "function", "line")
        for row in profile["stacks"]:
            self.line("entry stack" if row["entry"] else "stack", row["parent"], row["frame"])
        self.rows("thread", profile["threads"], "id", "tid", "name")
        for row in profile["sites"]:
            self.line("site", row["stack"], row["native_stack"], row["thread"], ALLOCATORS[row["allocator"]])
        self.rows("shared", profile["shared_files"], "boot", "device", "inode")
        for i, row in enumerate(profile["sites"]):
            if row["file"]:
                self.line("site", i, "of", row["file"])
        self.rows("snapshot", profile["snapshots"], "time_ms", "rss", "heap")

    def native(self, profile):
        self.rows("module", profile["modules"], "path", "build_id", "kind", "file_size", "modified_ns")
        self.rows("kept", profile["kept_symbols"], "module", "file")
        self.rows("native frame", profile["native_frames"], "module", "address", "interrupted")
        self.rows("native stack", profile["native_stacks"][1:], "parent", "frame")
        if profile["metadata"]["losses.cut_native_stacks"]:
            self.line("cut", profile["metadata"]["losses.cut_native_stacks"])
        self.rows("symbol string", profile["symbol_strings"], "text")
        self.rows("symbol", profile["symbol_names"], "function", "file", "line")
        self.rows("symbol chain", profile["symbol_chains"], "first", "count")
        for row in profile["module_symbols"]:
            self.line("source, kept" if row["kept"] else "source", row["source"])

    def amounts(self, profile):
        for row in profile["sites"]:
            pairs = (f"{row[name + '.count']}/{row[name + '.bytes']}" for name in ("peak", "leaked", "total"))
            self.line("amounts", *pairs)
        for row in profile["lifetimes"]:
            self.line("lifetime", row["site"], row["distance"], f"{row['count']}/{row['bytes']}")
        for row in profile["intervals"]:
            self.line("interval", row["site"], row["allocated"], row["freed"], f"{row['count']}/{row['bytes']}")
        self.rows("bucket", profile["time_buckets"], "start_ms", "peak_bytes")
        for row in profile["processes"]:
            self.line("process", row["pid"], row["command_line"])
            if row["beginning"] or row["start_ms"] or row["unknown_frees"]:
                self.line("process began", row["beginning"], row["start_ms"], row["unknown_frees"])
        self.rows("process snapshot", profile["process_snapshots"], "process", "time_ms", "rss", "heap")
        self.rows("residence", profile["residences"], "process", "moment", "time_ms", "anonymous", "file", "shared",
                  *("cgroup." + name for name in ("anonymous", "file", "slab", "kernel")))
        self.rows("size", profile["sizes"], "size", "count")
        (peak, peak_bytes, peak_ms, total, total_bytes, leaked, leaked_bytes, *allocators,
         all_peak, all_peak_bytes, all_peak_ms) = profile["totals"]
        for i, (count, size) in enumerate(zip(allocators[::2], allocators[1::2])):
            if i < 16 or count:
                self.line("allocator", f"{count}/{size}")
        self.line("peak", f"{peak}/{peak_bytes}", peak_ms, "total", f"{total}/{total_bytes}", "leaked",
                  f"{leaked}/{leaked_bytes}")
        if all_peak_bytes != peak_bytes:
            for row in profile["sites"]:
                self.line("all", f"{row['all_peak.count']}/{row['all_peak.bytes']}")
            self.line("all", f"{all_peak}/{all_peak_bytes}", all_peak_ms)

    def events(self, events):
        for kind, slot, site, size, other_thread, at in events:
            self.line(f"event {kind} slot {slot} site {site} size {size}{' other thread' * other_thread} at {at}")


def text_of(path):
    profile = read_profile(path, replay)
    profile["totals"] = profile["totals"] or [0] * TOTAL_NUMBERS
    profile["stacks"] = profile["stacks"] or [{"parent": 0, "frame": 0, "entry": 0}]
    for site in profile["sites"]:
        for name in ("peak", "leaked", "total", "all_peak"):
            site.setdefault(name + ".count", 0)
            site.setdefault(name + ".bytes", 0)
    text = Text()
    text.metadata(profile["metadata"])
    text.definitions(profile)
    text.native(profile)
    text.amounts(profile)
    text.events(read_events(path))
    return text.bytes
