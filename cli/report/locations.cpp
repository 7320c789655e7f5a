// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/locations.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace memray::report {
namespace {

using capture::Amount;

struct Place {
    std::uint32_t function;  // strings
    std::uint32_t file;      // strings
    std::uint32_t line;

    friend auto operator<=>(const Place&, const Place&) = default;
};

// Frames of one place are of one location.
class LocationIds {
public:
    LocationIds(const StackView& view, LocationUnit unit) {
        std::map<Place, std::uint32_t> known;
        for (const ViewFrame& frame : view.frames) {
            const Place place{frame.function, frame.file, unit == LocationUnit::kLine ? frame.line : 0};
            const auto [entry, added] = known.try_emplace(place, static_cast<std::uint32_t>(places_.size()));
            if (added) { places_.push_back(place); }
            of_frame_.push_back(entry->second);
        }
    }
    [[nodiscard]] std::uint32_t of_frame(std::uint32_t frame) const { return of_frame_[frame]; }
    [[nodiscard]] const std::vector<Place>& places() const { return places_; }

private:
    std::vector<std::uint32_t> of_frame_;
    std::vector<Place> places_;
};

// The children of stack i are order[begin[i]] .. order[begin[i + 1]].
struct Children {
    std::vector<std::uint32_t> begin;
    std::vector<std::uint32_t> order;
};

Children children_of(const StackView& view) {
    const std::size_t stacks = view.stacks.size();
    Children children{std::vector<std::uint32_t>(stacks + 1), std::vector<std::uint32_t>(stacks - 1)};
    for (std::size_t i = 1; i < stacks; ++i) { ++children.begin[view.stacks[i].parent + 1]; }
    for (std::size_t i = 0; i < stacks; ++i) { children.begin[i + 1] += children.begin[i]; }
    std::vector<std::uint32_t> next(children.begin.begin(), children.begin.end() - 1);
    for (std::uint32_t i = 1; i < stacks; ++i) { children.order[next[view.stacks[i].parent]++] = i; }
    return children;
}

std::vector<Amount> own_amounts(const StackView& view, const Selection& selection) {
    std::vector<Amount> own(view.stacks.size());
    for (std::size_t i = 0; i < selection.size(); ++i) {
        if (view.of_site[i] != kLeftOut) { own[view.of_site[i]] += selection[i]; }
    }
    return own;
}

std::vector<Amount> with_callees(const StackView& view, std::vector<Amount> amounts) {
    for (std::size_t i = amounts.size() - 1; i > 0; --i) { amounts[view.stacks[i].parent] += amounts[i]; }
    return amounts;
}

std::uint32_t location_of(const StackView& view, const LocationIds& ids, std::uint32_t stack) {
    return ids.of_frame(view.stacks[stack].frame);
}

// Walks the tree of stacks from the root and calls `visit(stack, location)` for each stack whose location is on none of
// its callers: there, everything below belongs to the location once. Needs no recursion, however deep the stacks are.
template <typename Visit>
void for_each_outermost(const StackView& view, const LocationIds& ids, Visit visit) {
    const Children children = children_of(view);
    std::vector<std::uint32_t> active(ids.places().size());
    std::vector<std::pair<std::uint32_t, bool>> pending{{capture::kRootStack, false}};  // stack, leaving
    while (!pending.empty()) {
        const auto [stack, leaving] = pending.back();
        pending.pop_back();
        if (leaving) {
            --active[location_of(view, ids, stack)];
            continue;
        }
        if (stack != capture::kRootStack) {
            const std::uint32_t location = location_of(view, ids, stack);
            if (active[location]++ == 0) { visit(stack, location); }
            pending.emplace_back(stack, true);
        }
        for (std::uint32_t i = children.begin[stack]; i < children.begin[stack + 1]; ++i) {
            pending.emplace_back(children.order[i], false);
        }
    }
}

std::vector<LocationRow> named_rows(const StackView& view, const LocationIds& ids) {
    std::vector<LocationRow> rows;
    rows.reserve(ids.places().size() + 1);
    for (const Place& place : ids.places()) {
        rows.push_back({view.strings[place.function], view.strings[place.file], place.line, 0, 0, 0});
    }
    return rows;
}

void sort(std::vector<LocationRow>& rows, LocationOrder order) {
    const auto key = [order](const LocationRow& row) {
        switch (order) {
            case LocationOrder::kTotal:
                break;
            case LocationOrder::kOwn:
                return row.own_bytes;
            case LocationOrder::kCount:
                return row.count;
        }
        return row.total_bytes;
    };
    std::sort(rows.begin(), rows.end(), [&](const LocationRow& a, const LocationRow& b) {
        return std::make_tuple(key(b), b.total_bytes, b.own_bytes, b.count, std::string_view(a.function),
                               std::string_view(a.file), a.line) <
               std::make_tuple(key(a), a.total_bytes, a.own_bytes, a.count, std::string_view(b.function),
                               std::string_view(b.file), b.line);
    });
}

}  // namespace

std::vector<LocationRow> locations(const StackView& view, const Selection& selection, LocationOrder order,
                                   LocationUnit unit) {
    const LocationIds ids(view, unit);
    const std::vector<Amount> own = own_amounts(view, selection);
    const std::vector<Amount> total = with_callees(view, own);
    std::vector<LocationRow> rows = named_rows(view, ids);
    for (std::uint32_t i = 1; i < view.stacks.size(); ++i) {
        rows[location_of(view, ids, i)].own_bytes += own[i].bytes;
    }
    for_each_outermost(view, ids, [&](std::uint32_t stack, std::uint32_t location) {
        rows[location].total_bytes += total[stack].bytes;
        rows[location].count += total[stack].count;
    });
    const Amount& stackless = own[capture::kRootStack];
    const std::string unknown(kUnknownLocation);
    rows.push_back({unknown, unknown, 0, stackless.bytes, stackless.bytes, stackless.count});
    std::erase_if(rows, [](const LocationRow& row) { return row.count == 0; });
    sort(rows, order);
    return rows;
}

}  // namespace memray::report
