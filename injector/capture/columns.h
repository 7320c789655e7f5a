// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Which columns a table has, in the order of the format, and how one column is written and read. A column is plain, or
// the differences from row to row where neighbours are alike, or later: plain, and missing in captures of writers that
// did not know it yet; or text: all lengths, then all characters.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "injector/capture/byte_reader.h"
#include "injector/capture/byte_writer.h"
#include "injector/capture/profile.h"

namespace memray::capture {

template <typename Row>
class ColumnWriter {
public:
    ColumnWriter(ByteWriter& out, std::span<const Row> rows) : out_(out), rows_(rows) {}

    template <typename Field>
    void plain(Field field) {
        for (const Row& row : rows_) { out_.varint(static_cast<std::uint64_t>(field(row))); }
    }
    template <typename Field>
    void delta(Field field) {
        std::uint64_t last = 0;
        for (const Row& row : rows_) {
            const auto value = static_cast<std::uint64_t>(field(row));
            out_.varint(zigzag(static_cast<std::int64_t>(value - last)));
            last = value;
        }
    }
    template <typename Field>
    void later(Field field) {
        plain(field);
    }
    template <typename Field>
    void text(Field field) {
        for (const Row& row : rows_) { out_.varint(field(row).size()); }
        for (const Row& row : rows_) { out_.raw(field(row)); }
    }

private:
    ByteWriter& out_;
    std::span<const Row> rows_;
};

template <typename Row>
class ColumnReader {
public:
    ColumnReader(ByteReader& in, std::span<Row> rows) : in_(in), rows_(rows) {}

    template <typename Field>
    void plain(Field field) {
        for (Row& row : rows_) { store(field(row), in_.varint()); }
    }
    template <typename Field>
    void delta(Field field) {
        std::uint64_t value = 0;
        for (Row& row : rows_) {
            value += static_cast<std::uint64_t>(unzigzag(in_.varint()));
            store(field(row), value);
        }
    }
    template <typename Field>
    void later(Field field) {
        if (!in_.done()) { plain(field); }
    }
    template <typename Field>
    void text(Field field) {
        std::vector<std::size_t> lengths(rows_.size());
        for (std::size_t& length : lengths) { length = in_.count(1); }
        for (std::size_t i = 0; i < rows_.size(); ++i) { field(rows_[i]) = in_.raw(lengths[i]); }
    }

private:
    template <typename T>
    static void store(T& field, std::uint64_t value) {
        field = static_cast<T>(value);
        if (static_cast<std::uint64_t>(field) != value) { throw Corrupt("a number is out of range"); }
    }

    ByteReader& in_;
    std::span<Row> rows_;
};

// Only how many columns there are: a row takes at least as many bytes.
struct ColumnCounter {
    std::size_t columns{0};
    template <typename Field>
    void plain(Field) {
        ++columns;
    }
    template <typename Field>
    void delta(Field) {
        ++columns;
    }
    template <typename Field>
    void later(Field) {}
    template <typename Field>
    void text(Field) {
        ++columns;
    }
};

template <typename Row>
struct Columns;

template <>
struct Columns<std::string> {
    static void visit(auto&& column) {
        column.text([](auto& row) -> auto& { return row; });
    }
};
template <>
struct Columns<Function> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.name; });
        column.delta([](auto& row) -> auto& { return row.file; });
        column.delta([](auto& row) -> auto& { return row.first_line; });
    }
};
template <>
struct Columns<Frame> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.function; });
        column.delta([](auto& row) -> auto& { return row.line; });
    }
};
template <>
struct Columns<Stack> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.parent; });
        column.delta([](auto& row) -> auto& { return row.frame; });
        column.later([](auto& row) -> auto& { return row.entry; });
    }
};
template <>
struct Columns<Thread> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.id; });
        column.delta([](auto& row) -> auto& { return row.tid; });
        column.text([](auto& row) -> auto& { return row.name; });
    }
};
template <>
struct Columns<Module> {
    static void visit(auto&& column) {
        column.plain([](auto& row) -> auto& { return row.kind; });
        column.plain([](auto& row) -> auto& { return row.file_size; });
        column.delta([](auto& row) -> auto& { return row.modified_ns; });
        column.text([](auto& row) -> auto& { return row.path; });
        column.text([](auto& row) -> auto& { return row.build_id; });
    }
};
template <>
struct Columns<NativeFrame> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.module; });
        column.delta([](auto& row) -> auto& { return row.address; });
        column.plain([](auto& row) -> auto& { return row.interrupted; });
    }
};
template <>
struct Columns<NativeStack> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.parent; });
        column.delta([](auto& row) -> auto& { return row.frame; });
    }
};
template <>
struct Columns<Symbol> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.function; });
        column.delta([](auto& row) -> auto& { return row.file; });
        column.delta([](auto& row) -> auto& { return row.line; });
    }
};
template <>
struct Columns<SymbolChain> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.first; });
        column.plain([](auto& row) -> auto& { return row.count; });
    }
};
template <>
struct Columns<ModuleSymbols> {
    static void visit(auto&& column) {
        column.plain([](auto& row) -> auto& { return row.source; });
        column.later([](auto& row) -> auto& { return row.kept; });
    }
};
template <>
struct Columns<Site> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.stack; });
        column.delta([](auto& row) -> auto& { return row.native_stack; });
        column.delta([](auto& row) -> auto& { return row.thread; });
        column.plain([](auto& row) -> auto& { return row.allocator; });
        column.later([](auto& row) -> auto& { return row.file; });
    }
};
template <>
struct Columns<SharedFile> {
    static void visit(auto&& column) {
        column.plain([](auto& row) -> auto& { return row.boot; });
        column.plain([](auto& row) -> auto& { return row.device; });
        column.plain([](auto& row) -> auto& { return row.inode; });
    }
};
template <>
struct Columns<Lifetime> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.site; });
        column.plain([](auto& row) -> auto& { return row.distance; });
        column.plain([](auto& row) -> auto& { return row.amount.count; });
        column.plain([](auto& row) -> auto& { return row.amount.bytes; });
    }
};
template <>
struct Columns<Interval> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.site; });
        column.delta([](auto& row) -> auto& { return row.allocated; });
        column.delta([](auto& row) -> auto& { return row.freed; });
        column.plain([](auto& row) -> auto& { return row.amount.count; });
        column.plain([](auto& row) -> auto& { return row.amount.bytes; });
    }
};
template <>
struct Columns<TimeBucket> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.start_ms; });
        column.delta([](auto& row) -> auto& { return row.peak_bytes; });
    }
};
template <>
struct Columns<Snapshot> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.time_ms; });
        column.delta([](auto& row) -> auto& { return row.rss; });
        column.delta([](auto& row) -> auto& { return row.heap; });
    }
};
template <>
struct Columns<SizeCount> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.size; });
        column.plain([](auto& row) -> auto& { return row.count; });
    }
};
template <>
struct Columns<Residence> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.process; });
        column.plain([](auto& row) -> auto& { return row.moment; });
        column.delta([](auto& row) -> auto& { return row.time_ms; });
        column.plain([](auto& row) -> auto& { return row.anonymous; });
        column.plain([](auto& row) -> auto& { return row.file; });
        column.plain([](auto& row) -> auto& { return row.shared; });
        column.plain([](auto& row) -> auto& { return row.cgroup.anonymous; });
        column.plain([](auto& row) -> auto& { return row.cgroup.file; });
        column.plain([](auto& row) -> auto& { return row.cgroup.slab; });
        column.plain([](auto& row) -> auto& { return row.cgroup.kernel; });
    }
};
template <>
struct Columns<Process> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.pid; });
        column.text([](auto& row) -> auto& { return row.command_line; });
        column.later([](auto& row) -> auto& { return row.beginning; });
        column.later([](auto& row) -> auto& { return row.start_ms; });
        column.later([](auto& row) -> auto& { return row.unknown_frees; });
    }
};
template <>
struct Columns<ProcessSnapshot> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.process; });
        column.delta([](auto& row) -> auto& { return row.snapshot.time_ms; });
        column.delta([](auto& row) -> auto& { return row.snapshot.rss; });
        column.delta([](auto& row) -> auto& { return row.snapshot.heap; });
    }
};

template <>
struct Columns<KeptSymbols> {
    static void visit(auto&& column) {
        column.delta([](auto& row) -> auto& { return row.module; });
        column.text([](auto& row) -> auto& { return row.file; });
    }
};

// The amounts of sites are a section of their own.
struct AmountColumns {
    static void visit(auto&& column) {
        column.plain([](auto& row) -> auto& { return row.peak.count; });
        column.plain([](auto& row) -> auto& { return row.peak.bytes; });
        column.plain([](auto& row) -> auto& { return row.leaked.count; });
        column.plain([](auto& row) -> auto& { return row.leaked.bytes; });
        column.plain([](auto& row) -> auto& { return row.total.count; });
        column.plain([](auto& row) -> auto& { return row.total.bytes; });
        column.later([](auto& row) -> auto& { return row.all_peak.count; });
        column.later([](auto& row) -> auto& { return row.all_peak.bytes; });
    }
};

}  // namespace memray::capture
