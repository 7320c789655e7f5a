// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What is in the heap of a process, and who keeps it there: as text, and as JSON (cli/doc/json.md).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "injector/heap/graph/heap.h"
#include "injector/heap/graph/path_text.h"
#include "injector/heap/graph/type_census.h"
#include "injector/heap/source/snapshot.h"

namespace memray::heap_report {

// Something and what is only there because of it.
struct Holder {
    std::string path;           // the whole expression; of what is not a single object, what it is
    std::string step;           // behind the path of the holder above, or the whole path
    std::string title;          // "list of 1000 items"
    std::uint64_t address{0};   // 0: not a single object
    std::uint64_t retained{0};  // bytes
    std::vector<Holder> below;  // largest first
};

struct TypeRow {
    heap::TypeCount count;
    std::string biggest;  // the path to the biggest
};

// The way to one object.
struct Explained {
    std::uint64_t address{0};
    std::string path;  // empty: nothing leads to it
    std::string title;
    std::uint64_t size{0};  // as sys.getsizeof() counts it
    std::uint64_t retained{0};
};

struct HeapReport {
    pid_t pid{0};
    std::string command_line;  // as it is, not made printable
    std::string version;       // of CPython
    heap::SnapshotKind kind{heap::SnapshotKind::kLive};
    std::uint64_t pause_us{0};
    std::vector<std::string> notes;
    std::uint64_t objects{0};
    std::uint64_t object_bytes{0};  // of the blocks that they are in
    std::uint64_t other_blocks{0};  // in use, but no objects
    std::uint64_t other_bytes{0};
    std::uint64_t garbage_objects{0};  // that nothing leads to
    std::uint64_t garbage_bytes{0};
    std::uint64_t broken_pools{0};
    heap::ReferenceCheck references;
    heap::StringCount strings;
    std::vector<Holder> holders;
    std::vector<TypeRow> types;  // all of them
};

// Everything but who made it: the caller sets pid and what is of the snapshot.
[[nodiscard]] HeapReport make_heap_report(heap::Heap& heap, heap::Contents contents);

// The objects that are asked for: an address ("0x7f..."), or the `count` biggest of the types of that name (with or
// without their module; "": of all). Throws base::Error if there is no such object.
[[nodiscard]] std::vector<Explained> explain(heap::Heap& heap, heap::Contents contents, const std::string& what,
                                             std::size_t count);

// `rows` types.
[[nodiscard]] std::string heap_text(const HeapReport& report, std::size_t rows, bool colour);
[[nodiscard]] std::string heap_json(const HeapReport& report);
[[nodiscard]] std::string explained_text(const std::vector<Explained>& explained);
[[nodiscard]] std::string explained_json(const std::vector<Explained>& explained);

}  // namespace memray::heap_report
