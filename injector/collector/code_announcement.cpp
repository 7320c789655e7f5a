// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/code_announcement.h"

#include <array>
#include <string_view>

#include "injector/base/wide_text.h"
#include "payload/wire/record.h"

namespace memray::collector {
namespace {

constexpr std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
constexpr std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32U); }

// Follows the blobs of one ring after another.
class Search {
public:
    Search(const OrderedMerge& merge, const std::vector<ThreadState>& states, std::uint32_t id)
        : merge_(merge), states_(states), id_(id) {}

    std::optional<Code> run() {
        merge_.for_each_pending([this](std::uint32_t ring, std::uint64_t header, const wire::RingReader& reader) {
            if (!found_) { look_at(ring, header, reader); }
        });
        return std::move(found_);
    }

private:
    void look_at(std::uint32_t ring, std::uint64_t header, const wire::RingReader& reader) {
        if (ring != ring_) {
            ring_ = ring;
            blob_ = merge_.is_open(ring) ? states_[ring].blob : std::string();
        }
        const std::uint64_t value = wire::value_of(header);
        switch (wire::kind_of(header)) {
            case wire::RecordKind::kBytes:
                append_bytes(blob_, value, reader);
                break;
            case wire::RecordKind::kCode:
                if (value == id_) { found_ = announced_code(blob_, reader); }
                [[fallthrough]];
            case wire::RecordKind::kThreadName:
                blob_.clear();
                break;
            default:
                break;
        }
    }

    const OrderedMerge& merge_;
    const std::vector<ThreadState>& states_;
    std::uint32_t id_;
    std::uint32_t ring_{0xffffffff};
    std::string blob_;
    std::optional<Code> found_;
};

}  // namespace

bool append_bytes(std::string& blob, std::uint64_t size, const wire::RingReader& reader) {
    if (blob.size() + size > ThreadState::kMaxBlob) { return false; }
    std::array<std::uint64_t, wire::kMaxRecordWords> words{};
    for (std::size_t i = 0; i * 8 < size; ++i) { words[i] = reader.word(1 + i); }
    blob.append(reinterpret_cast<const char*>(words.data()), size);
    return true;
}

std::optional<Code> announced_code(const std::string& blob, const wire::RingReader& reader) {
    const std::uint64_t file = reader.word(1);
    const std::uint64_t rest = reader.word(2);
    const std::uint64_t widths = reader.word(3);
    const std::uint64_t file_bytes = high(file);
    const std::uint64_t name_bytes = low(rest);
    const std::uint64_t table_bytes = high(rest);
    if (file_bytes + name_bytes + table_bytes != blob.size()) { return {}; }
    const std::string_view text = blob;
    Code code;
    code.file = base::to_utf8(text.substr(0, file_bytes), widths & 0xffU);
    code.name = base::to_utf8(text.substr(file_bytes, name_bytes), widths >> 8U & 0xffU);
    code.first_line = low(file);
    code.line_table = text.substr(file_bytes + name_bytes);
    return code;
}

std::optional<Code> find_announcement(const OrderedMerge& merge, const std::vector<ThreadState>& states,
                                      std::uint32_t id) {
    return Search(merge, states, id).run();
}

}  // namespace memray::collector
