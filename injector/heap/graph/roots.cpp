// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/graph/roots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "injector/heap/python/dict_items.h"
#include "injector/heap/python/object_fields.h"
#include "injector/heap/python/strings.h"

namespace memray::heap {
namespace {

// Larger ones without a single block in them are the data of some library.
constexpr std::uint64_t kLargestScanned = std::uint64_t{4} << 20U;

std::string_view file_name(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

class RootFinder {
public:
    RootFinder(const Memory& memory, const Runtime& runtime, const TypeTable& types, ObjectGraph& graph)
        : memory_(memory), runtime_(runtime), types_(types), graph_(graph) {}

    // The main interpreter comes last in the list.
    void modules() {
        for (std::size_t number = 0; number < runtime_.interpreters.size(); ++number) {
            const RemoteAddr interpreter = runtime_.interpreters[runtime_.interpreters.size() - 1 - number];
            const std::string prefix = number == 0 ? "" : fmt::format("subinterpreter {}: ", number);
            modules_of(interpreter, prefix);
        }
        reach();
    }

    void frames() {
        for (const PythonThread& thread : find_threads(memory_, runtime_)) {
            for (const PythonFrame& frame : thread.frames) { add_frame(frame); }
        }
        reach();
    }

    void static_types() {
        for (NodeId node = graph_.nodes().blocks(); node < graph_.nodes().size(); ++node) {
            const Type& type = types_[graph_.nodes()[node].type()];
            if (type.kind != Kind::kType) { continue; }
            const auto name = memory_.text(RemoteAddr(memory_.word(graph_.nodes()[node].object() + 24)), kLongestName);
            add(node, RootKind::kType, fmt::format("type {}", name.value_or("?")));
        }
        reach();
    }

    void static_data() {
        for (const StaticRange& range : runtime_.statics.ranges()) {
            scan(range.begin, range.end, RootKind::kStaticData, std::string(file_name(range.file->path)));
        }
        reach();
    }

    void stacks(std::span<const StackPart> stacks) {
        for (const StackPart& stack : stacks) {
            // Where the kernel has put other mappings right behind it, they are one range.
            const RemoteAddr end = std::min(stack.end, next_block(stack.begin));
            scan(stack.begin, end, RootKind::kStack, fmt::format("the C stack of {}", stack.thread));
        }
        reach();
    }

    // Where no block lies, and no stack.
    void other_memory(std::span<const StackPart> stacks) {
        for (const Range& range : memory_.ranges()) {
            const auto holds = [&range](const StackPart& stack) { return range.contains(stack.begin); };
            const bool is_stack = range.path == "[stack]" || std::any_of(stacks.begin(), stacks.end(), holds);
            if (!range.is_anonymous() || !range.writable || range.size() > kLargestScanned || is_stack) { continue; }
            if (runtime_.statics.at(range.begin) != nullptr || has_blocks(range)) { continue; }
            scan(range.begin, range.end, RootKind::kMemory, "memory of the interpreter");
        }
        reach();
    }

    void held_by_c() {
        for (const NodeId node : graph_.held_from_outside()) {
            if (!roots_.paths.is_reached(node)) { add(node, RootKind::kHeldByC, "references held in C"); }
        }
        reach();
    }

    void heap_data() {
        const Nodes& nodes = graph_.nodes();
        for (NodeId node = 0; node < nodes.blocks(); ++node) {
            const bool is_data = !nodes[node].is_object() && !nodes[node].is_free();
            if (is_data && !roots_.paths.is_reached(node)) { add(node, RootKind::kHeapData, "memory of C libraries"); }
        }
        reach();
    }

    [[nodiscard]] Roots take() { return std::move(roots_); }

private:
    void modules_of(RemoteAddr interpreter, const std::string& prefix) {
        const RemoteAddr modules = find_modules(interpreter);
        if (modules.is_null()) { return; }
        for_each_dict_item(memory_, *runtime_.layout, modules, [&](RemoteAddr name, RemoteAddr module) {
            const std::string text = string_text(memory_, *runtime_.layout, name, kLongestName);
            add(module, RootKind::kModule, fmt::format("{}sys.modules['{}']", prefix, text));
            return true;
        });
        add(modules, RootKind::kModule, prefix + "sys.modules");
    }

    // The dictionary that PyInterpreterState points to and that has "sys" and "builtins".
    [[nodiscard]] RemoteAddr find_modules(RemoteAddr interpreter) {
        for (std::uint64_t at = 0; at < runtime_.layout->interpreter_size; at += kPointer) {
            const RemoteAddr value(memory_.word(interpreter + at));
            if (kind_at(value) != Kind::kDict || !looked_at_.insert(value.value()).second) { continue; }
            if (is_module_in(value, "sys") && is_module_in(value, "builtins")) { return value; }
        }
        return {};
    }
    [[nodiscard]] Kind kind_at(RemoteAddr address) const {
        const NodeId node = graph_.nodes().at(address);
        if (node == kNoNode || !graph_.nodes()[node].is_object()) { return Kind::kOther; }
        return types_[graph_.nodes()[node].type()].kind;
    }
    [[nodiscard]] bool is_module_in(RemoteAddr dict, std::string_view name) const {
        return kind_at(dict_value(memory_, *runtime_.layout, dict, name)) == Kind::kModule;
    }

    void add_frame(const PythonFrame& frame) {
        const std::string place = fmt::format("{}() ({}:{})", frame.function, file_name(frame.file), frame.first_line);
        for_each_slot(memory_, runtime_, frame, [&](const std::string& name, RemoteAddr value) {
            // Above its height, which only the interpreter knows, the value stack has what was there before.
            const NodeId node = graph_.resolve(value);
            if (node == kNoNode || (name.empty() && !graph_.may_be_held(node))) { return; }
            add(graph_.module_of(node), RootKind::kFrame,
                name.empty() ? place : fmt::format("{}, local {}", place, name));
        });
        add(frame.code, RootKind::kFrame, place);
    }

    // Of the first block from there on; the highest address if there is none.
    [[nodiscard]] RemoteAddr next_block(RemoteAddr address) const {
        const NodeId node = graph_.nodes().first_from(address);
        return node == kNoNode ? RemoteAddr(~std::uint64_t{0}) : graph_.nodes()[node].address();
    }
    [[nodiscard]] bool has_blocks(const Range& range) const { return next_block(range.begin) < range.end; }

    // Free lists and caches in C are full of addresses of objects that they do not hold.
    void scan(RemoteAddr begin, RemoteAddr end, RootKind kind, const std::string& label) {
        const std::byte* words = memory_.view(begin, end - begin);
        if (words == nullptr) { return; }
        for (std::uint64_t at = 0; at + kPointer <= end - begin; at += kPointer) {
            std::uint64_t word = 0;
            std::memcpy(&word, words + at, sizeof word);
            const NodeId node = word == 0 ? kNoNode : graph_.resolve(RemoteAddr(word));
            if (node != kNoNode && graph_.may_be_held(node)) { add(graph_.module_of(node), kind, label); }
        }
    }

    void add(RemoteAddr address, RootKind kind, const std::string& label) {
        if (const NodeId node = graph_.resolve(address); node != kNoNode) { add(graph_.module_of(node), kind, label); }
    }
    void add(NodeId node, RootKind kind, const std::string& label) {
        if (is_root_.size() <= node) { is_root_.resize(graph_.nodes().size()); }
        if (is_root_[node]) { return; }
        is_root_[node] = true;
        if (roots_.labels.empty() || roots_.labels.back() != label) { roots_.labels.push_back(label); }
        roots_.all.push_back({node, kind, static_cast<std::uint32_t>(roots_.labels.size() - 1)});
        starts_.push_back(node);
    }
    void reach() {
        graph_.add_new_nodes();
        roots_.paths.reach(graph_.edges(), starts_);
        starts_.clear();
    }

    const Memory& memory_;
    const Runtime& runtime_;
    const TypeTable& types_;
    ObjectGraph& graph_;
    Roots roots_;
    std::vector<NodeId> starts_;
    std::vector<bool> is_root_;
    std::unordered_set<std::uint64_t> looked_at_;  // dictionaries that an interpreter points to
};

}  // namespace

Roots find_roots(const Memory& memory, const Runtime& runtime, const TypeTable& types,
                 std::span<const StackPart> stacks, ObjectGraph& graph) {
    RootFinder finder(memory, runtime, types, graph);
    finder.modules();
    finder.frames();
    finder.static_types();
    finder.static_data();
    finder.stacks(stacks);
    finder.other_memory(stacks);
    finder.held_by_c();
    finder.heap_data();
    return finder.take();
}

}  // namespace memray::heap
