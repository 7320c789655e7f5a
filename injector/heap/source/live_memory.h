// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The memory of a process that runs: what is looked at is what is there at that moment, so that parts that were looked
// at one after the other need not belong together. The process does not grow by it.
#pragma once

#include "injector/heap/memory/memory.h"
#include "injector/heap/source/page_reader.h"

namespace memray::heap {

class LiveMemory : public Memory {
public:
    explicit LiveMemory(PageReader reader) : Memory(ranges_of(reader.maps())), reader_(std::move(reader)) {}

protected:
    bool load(RemoteAddr address, std::byte* destination, std::size_t size) const override {
        return reader_.read(address, destination, size);
    }

private:
    PageReader reader_;
};

}  // namespace memray::heap
