// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/collector/profile_tables.h"

#include "payload/wire/record.h"

namespace memray::collector {
namespace {

constexpr std::uint32_t kUnresolved = 0xffffffff;
constexpr std::uint32_t kEntry = 0x80000000;  // there are fewer frames

std::uint64_t pair(std::uint32_t first, std::uint32_t second) { return std::uint64_t{first} << 32U | second; }

}  // namespace

ProfileTables::ProfileTables(capture::Profile& profile, const StackTree& stacks, const CodeTable& codes,
                             NativeTables* native)
    : profile_(profile), stacks_(stacks), codes_(codes), native_(native), stack_by_node_{capture::kRootStack} {}

bool ProfileTables::update(const SiteTable& sites, bool final) {
    stack_by_node_.resize(stacks_.size(), kUnresolved);
    while (profile_.sites.size() < sites.size()) {
        const SiteKey key = sites.key(static_cast<std::uint32_t>(profile_.sites.size()));
        if (!final && !known(key.node)) { return false; }
        const std::uint32_t native = native_ == nullptr ? capture::kRootStack : native_->stack_of(key.native_node);
        profile_.sites.push_back({stack_of(key.node), native, key.thread, key.allocator, {}, {}, {}});
    }
    return true;
}

void ProfileTables::add_without_stacks(const SiteTable& sites, capture::Profile& copy) {
    while (copy.sites.size() < sites.size()) {
        const SiteKey key = sites.key(static_cast<std::uint32_t>(copy.sites.size()));
        copy.sites.push_back({capture::kRootStack, 0, key.thread, key.allocator, {}, {}, {}});
    }
}

bool ProfileTables::known(std::uint32_t node) const {
    for (; stack_by_node_[node] == kUnresolved; node = stacks_.parent(node)) {
        if (codes_.find(wire::code_of(stacks_.frame(node))) == nullptr) { return false; }
    }
    return true;
}

std::uint32_t ProfileTables::stack_of(std::uint32_t node) {
    std::vector<std::uint32_t> path;
    for (; stack_by_node_[node] == kUnresolved; node = stacks_.parent(node)) { path.push_back(node); }
    std::uint32_t stack = stack_by_node_[node];
    for (auto at = path.rbegin(); at != path.rend(); ++at) {
        const std::uint32_t frame = frame_of(stacks_.frame(*at));
        const bool entry = wire::is_entry(stacks_.frame(*at));
        // Number 0 of the index is stack 1: stack 0 is the root.
        const std::uint32_t number = stack_index_.number(pair(stack, frame | (entry ? kEntry : 0U))) + 1;
        if (number == profile_.stacks.size()) { profile_.stacks.push_back({stack, frame, entry}); }
        stack = number;
        stack_by_node_[*at] = stack;
    }
    return stack;
}

std::uint32_t ProfileTables::frame_of(std::uint64_t frame_word) {
    const auto found = frame_by_word_.find(frame_word);
    if (found != frame_by_word_.end()) { return found->second; }
    const Code* code = codes_.find(wire::code_of(frame_word));
    const std::uint32_t line = code == nullptr ? 0 : codes_.line(*code, wire::instruction_of(frame_word));
    const std::uint32_t function = function_of(code == nullptr ? unknown_ : *code);
    const std::uint32_t frame = frames_.number(pair(function, line));
    if (frame == profile_.frames.size()) { profile_.frames.push_back({function, line}); }
    frame_by_word_.emplace(frame_word, frame);
    return frame;
}

std::uint32_t ProfileTables::function_of(const Code& code) {
    const std::uint32_t name = string_of(code.name);
    const std::uint32_t file = string_of(code.file);
    const auto next = static_cast<std::uint32_t>(profile_.functions.size());
    const auto [at, added] = functions_.try_emplace({name, file, code.first_line}, next);
    if (added) { profile_.functions.push_back({name, file, code.first_line}); }
    return at->second;
}

std::uint32_t ProfileTables::string_of(const std::string& text) {
    const auto [at, added] = strings_.try_emplace(text, static_cast<std::uint32_t>(profile_.strings.size()));
    if (added) { profile_.strings.push_back(text); }
    return at->second;
}

}  // namespace memray::collector
