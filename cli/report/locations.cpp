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
using capture::Profile;

// Functions that differ only in their first line are one location.
class LocationIds {
public:
    explicit LocationIds(const Profile& profile) {
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> known;
        for (const capture::Function& function : profile.functions) {
            const auto next = static_cast<std::uint32_t>(names_.size());
            const auto [entry, added] = known.try_emplace({function.name, function.file}, next);
            if (added) { names_.emplace_back(function.name, function.file); }
            of_function_.push_back(entry->second);
        }
    }
    [[nodiscard]] std::uint32_t of_function(std::uint32_t function) const { return of_function_[function]; }
    [[nodiscard]] const std::vector<std::pair<std::uint32_t, std::uint32_t>>& names() const { return names_; }

private:
    std::vector<std::uint32_t> of_function_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> names_;  // function, file
};

// The children of stack i are order[begin[i]] .. order[begin[i + 1]].
struct Children {
    std::vector<std::uint32_t> begin;
    std::vector<std::uint32_t> order;
};

Children children_of(const Profile& profile) {
    const std::size_t stacks = profile.stacks.size();
    Children children{std::vector<std::uint32_t>(stacks + 1), std::vector<std::uint32_t>(stacks - 1)};
    for (std::size_t i = 1; i < stacks; ++i) { ++children.begin[profile.stacks[i].parent + 1]; }
    for (std::size_t i = 0; i < stacks; ++i) { children.begin[i + 1] += children.begin[i]; }
    std::vector<std::uint32_t> next(children.begin.begin(), children.begin.end() - 1);
    for (std::uint32_t i = 1; i < stacks; ++i) { children.order[next[profile.stacks[i].parent]++] = i; }
    return children;
}

void add(Amount& to, const Amount& amount) {
    to.count += amount.count;
    to.bytes += amount.bytes;
}

std::vector<Amount> own_amounts(const Profile& profile, const Selection& selection) {
    std::vector<Amount> own(profile.stacks.size());
    for (std::size_t i = 0; i < selection.size(); ++i) { add(own[profile.sites[i].stack], selection[i]); }
    return own;
}

std::vector<Amount> with_callees(const Profile& profile, std::vector<Amount> amounts) {
    for (std::size_t i = amounts.size() - 1; i > 0; --i) { add(amounts[profile.stacks[i].parent], amounts[i]); }
    return amounts;
}

std::uint32_t location_of(const Profile& profile, const LocationIds& ids, std::uint32_t stack) {
    return ids.of_function(profile.frames[profile.stacks[stack].frame].function);
}

// Walks the tree of stacks from the root and calls `visit(stack, location)` for each stack whose location is on none of
// its callers: there, everything below belongs to the location once. Needs no recursion, however deep the stacks are.
template <typename Visit>
void for_each_outermost(const Profile& profile, const LocationIds& ids, Visit visit) {
    const Children children = children_of(profile);
    std::vector<std::uint32_t> active(ids.names().size());
    std::vector<std::pair<std::uint32_t, bool>> pending{{capture::kRootStack, false}};  // stack, leaving
    while (!pending.empty()) {
        const auto [stack, leaving] = pending.back();
        pending.pop_back();
        if (leaving) {
            --active[location_of(profile, ids, stack)];
            continue;
        }
        if (stack != capture::kRootStack) {
            const std::uint32_t location = location_of(profile, ids, stack);
            if (active[location]++ == 0) { visit(stack, location); }
            pending.emplace_back(stack, true);
        }
        for (std::uint32_t i = children.begin[stack]; i < children.begin[stack + 1]; ++i) {
            pending.emplace_back(children.order[i], false);
        }
    }
}

std::vector<LocationRow> named_rows(const Profile& profile, const LocationIds& ids) {
    std::vector<LocationRow> rows;
    rows.reserve(ids.names().size() + 1);
    for (const auto& [function, file] : ids.names()) {
        rows.push_back({profile.strings[function], profile.strings[file], 0, 0, 0});
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
                               std::string_view(a.file)) < std::make_tuple(key(a), a.total_bytes, a.own_bytes, a.count,
                                                                           std::string_view(b.function),
                                                                           std::string_view(b.file));
    });
}

}  // namespace

std::vector<LocationRow> locations(const Profile& profile, const Selection& selection, LocationOrder order) {
    const LocationIds ids(profile);
    const std::vector<Amount> own = own_amounts(profile, selection);
    const std::vector<Amount> total = with_callees(profile, own);
    std::vector<LocationRow> rows = named_rows(profile, ids);
    for (std::uint32_t i = 1; i < profile.stacks.size(); ++i) {
        rows[location_of(profile, ids, i)].own_bytes += own[i].bytes;
    }
    for_each_outermost(profile, ids, [&](std::uint32_t stack, std::uint32_t location) {
        rows[location].total_bytes += total[stack].bytes;
        rows[location].count += total[stack].count;
    });
    const Amount& stackless = own[capture::kRootStack];
    const std::string unknown(kUnknownLocation);
    rows.push_back({unknown, unknown, stackless.bytes, stackless.bytes, stackless.count});
    std::erase_if(rows, [](const LocationRow& row) { return row.count == 0; });
    sort(rows, order);
    return rows;
}

}  // namespace memray::report
