// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What is known of the code objects of the target that are alive, by id, and the frames of the Profile that their words
// (wire::frame_word) stand for. A dead one is forgotten: what was recorded of it are rows of the Profile, which it
// shares with every code object that looks the same.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "injector/collector/tables/frame_cache.h"
#include "injector/interning/profile_tables.h"
#include "payload/wire/record.h"

namespace memray::collector {

struct Code {
    std::string name;  // UTF-8
    std::string file;
    std::uint32_t first_line{0};
    std::string line_table;  // as in the target
};

class CodeTable {
public:
    // `tables` must outlive this.
    CodeTable(std::uint32_t hex_version, interning::ProfileTables& tables)
        : hex_version_(hex_version), tables_(tables) {}

    // `id` means this code object from now on. `ring`: whose record says so, which matters for private ids
    // (wire::kPrivateCode).
    void add(std::uint32_t ring, std::uint32_t id, const Code& code);
    void remove(std::uint32_t id) { known_.erase(id); }
    [[nodiscard]] bool knows(std::uint32_t ring, std::uint32_t id) const { return known_.contains(key_of(ring, id)); }
    [[nodiscard]] std::size_t size() const noexcept { return known_.size(); }

    // The frame of a word that was asked for before; FrameCache::kNone if it was not, and for private ids.
    [[nodiscard]] std::uint32_t find(std::uint64_t word) const noexcept { return cache_.find(word); }
    // The frame of a word. Of a code object that is not known, it is a function "???".
    [[nodiscard]] std::uint32_t frame_of(std::uint32_t ring, std::uint64_t word);

private:
    struct Known {
        std::uint32_t function{0};
        std::uint32_t first_line{0};
        std::string line_table;
    };

    // Private ids of different rings are different code objects.
    static std::uint64_t key_of(std::uint32_t ring, std::uint32_t id) noexcept {
        return (id & wire::kPrivateCode) != 0 ? (std::uint64_t{ring} << 32U | id) : id;
    }
    std::uint32_t resolve(std::uint32_t ring, std::uint64_t word);

    std::uint32_t hex_version_;
    interning::ProfileTables& tables_;
    std::unordered_map<std::uint64_t, Known> known_;
    FrameCache cache_;
};

}  // namespace memray::collector
