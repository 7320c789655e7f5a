// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/merge/merged_tables.h"

#include <algorithm>

namespace memray::merge {
using capture::Profile;

MergedTables::Places MergedTables::add(const Profile& from, const std::string& root, const std::string& root_file) {
    std::uint32_t stack = capture::kRootStack;
    if (!root.empty()) {
        const std::uint32_t frame = tables_.frame(tables_.function(root, root_file, 0), 0);
        stack = tables_.stack({capture::kRootStack, frame});
    }
    return {add_stacks(from, stack), add_native_stacks(from)};
}

std::vector<std::uint32_t> MergedTables::add_stacks(const Profile& from, std::uint32_t root) {
    std::vector<std::uint32_t> frames;
    for (const capture::Frame& frame : from.frames) {
        const capture::Function& function = from.functions[frame.function];
        const std::uint32_t number =
            tables_.function(from.strings[function.name], from.strings[function.file], function.first_line);
        frames.push_back(tables_.frame(number, frame.line));
    }
    std::vector<std::uint32_t> places{root};
    for (std::size_t i = 1; i < from.stacks.size(); ++i) {
        const capture::Stack& stack = from.stacks[i];
        // The outermost is called by native code in any case: so the process stays above the native frames.
        const bool entry = stack.entry || (stack.parent == capture::kRootStack && root != capture::kRootStack);
        places.push_back(tables_.stack({places[stack.parent], frames[stack.frame], entry}));
    }
    return places;
}

std::vector<std::uint32_t> MergedTables::add_modules(const Profile& from) {
    std::vector<std::uint32_t> places;
    for (std::size_t i = 0; i < from.modules.size(); ++i) {
        places.push_back(tables_.module(from.modules[i]));
        to_.symbols.modules.resize(to_.modules.size());
        if (i >= from.symbols.modules.size()) { continue; }
        capture::ModuleSymbols& known = to_.symbols.modules[places.back()];
        if (known.source < from.symbols.modules[i].source) { known = from.symbols.modules[i]; }
    }
    for (const capture::KeptSymbols& kept : from.kept_symbols) {
        const std::uint32_t module = places[kept.module];
        const bool known = std::any_of(to_.kept_symbols.begin(), to_.kept_symbols.end(),
                                       [module](const auto& row) { return row.module == module; });
        if (!known) { to_.kept_symbols.push_back({module, kept.file}); }
    }
    return places;
}

std::vector<std::uint32_t> MergedTables::add_native_stacks(const Profile& from) {
    const std::vector<std::uint32_t> modules = add_modules(from);
    std::vector<std::uint32_t> frames;
    for (std::uint32_t i = 0; i < from.native_frames.size(); ++i) {
        const std::uint32_t module = from.native_frames[i].module;
        frames.push_back(native_frame_of(from, i, module == capture::kNoModule ? module : modules[module]));
    }
    std::vector<std::uint32_t> places{capture::kRootStack};
    for (std::size_t i = 1; i < from.native_stacks.size(); ++i) {
        const capture::NativeStack& stack = from.native_stacks[i];
        places.push_back(tables_.native_stack({places[stack.parent], frames[stack.frame]}));
    }
    return places;
}

std::uint32_t MergedTables::native_frame_of(const Profile& from, std::uint32_t number, std::uint32_t module) {
    const capture::NativeFrame row{module, from.native_frames[number].address, from.native_frames[number].interrupted};
    const std::uint32_t frame = tables_.native_frame(row);
    to_.symbols.chains.resize(to_.native_frames.size());
    if (from.symbols.present()) { name(from, number, frame); }
    return frame;
}

// The first capture that knows names gives them.
void MergedTables::name(const Profile& from, std::uint32_t number, std::uint32_t frame) {
    named_ = true;
    capture::SymbolChain& chain = to_.symbols.chains[frame];
    if (chain.count > 0) { return; }
    chain.first = static_cast<std::uint32_t>(to_.symbols.names.size());
    for (const capture::Symbol& symbol : from.symbols.of(number)) {
        const std::uint32_t function = symbol_strings_.number(from.symbols.strings[symbol.function]);
        const std::uint32_t file = symbol_strings_.number(from.symbols.strings[symbol.file]);
        to_.symbols.names.push_back({function, file, symbol.line});
        ++chain.count;
    }
}

void MergedTables::finish() {
    if (!named_) { to_.symbols = {}; }
}

}  // namespace memray::merge
