// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/edges.h"

#include <algorithm>

#include "injector/base/error.h"

namespace memray::heap {

void Edges::reserve(std::size_t edges, std::size_t limit) {
    targets_.reserve(edges);
    limit_ = std::min(limit, limit_);
}

void Edges::begin(NodeId from) {
    extend(from + 1);
    from_ = from;
    begins_[from] = ends_[from] = static_cast<std::uint32_t>(targets_.size());
}

void Edges::add(NodeId to) {
    if (targets_.size() >= limit_) { throw base::Error("This heap has more references than there can be in it"); }
    targets_.push_back(to);
    ends_[from_] = static_cast<std::uint32_t>(targets_.size());
}

void Edges::extend(NodeId size) {
    if (size <= begins_.size()) { return; }
    begins_.resize(size);
    ends_.resize(size);
}

}  // namespace memray::heap
