// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/edges.h"

#include <limits>

#include "injector/base/error.h"

namespace memray::heap {

void Edges::begin(NodeId from) {
    extend(from + 1);
    from_ = from;
    begins_[from] = ends_[from] = static_cast<std::uint32_t>(targets_.size());
}

void Edges::add(NodeId to) {
    if (targets_.size() == std::numeric_limits<std::uint32_t>::max()) {
        throw base::Error("This heap has more references than memray can number");
    }
    targets_.push_back(to);
    ends_[from_] = static_cast<std::uint32_t>(targets_.size());
}

void Edges::extend(NodeId size) {
    if (size <= begins_.size()) { return; }
    begins_.resize(size);
    ends_.resize(size);
}

}  // namespace memray::heap
