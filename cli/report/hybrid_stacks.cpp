// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/hybrid_stacks.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <unordered_map>

namespace memray::report {
namespace {

using capture::kRootStack;
using capture::Profile;

enum class Evaluation : std::uint8_t {
    kNone,
    kFunction,  // evaluates Python code
    kPart,      // does so as well, for its caller: instructions are functions in the tail-call interpreter of 3.14
};

Evaluation evaluation_of(std::string_view function) {
    if (function.starts_with("_PyEval_EvalFrameDefault")) { return Evaluation::kFunction; }
    return function.starts_with("_TAIL_CALL_") ? Evaluation::kPart : Evaluation::kNone;
}

// The view's frames for each native frame of the profile, from the outermost function.
class NativeFrames {
public:
    NativeFrames(const Profile& profile, StackView& view)
        : profile_(profile), view_(view), first_string_(static_cast<std::uint32_t>(view.strings.size())) {
        view.strings.insert(view.strings.end(), profile.symbols.strings.begin(), profile.symbols.strings.end());
        for (const capture::Module& module : profile.modules) { modules_.push_back(add_string(module.path)); }
        no_file_ = add_string("");
        for (std::uint32_t i = 0; i < profile.native_frames.size(); ++i) { add_frames(i); }
        first_.push_back(static_cast<std::uint32_t>(view.frames.size()));
    }

    [[nodiscard]] std::uint32_t begin(std::uint32_t native_frame) const { return first_[native_frame]; }
    [[nodiscard]] std::uint32_t end(std::uint32_t native_frame) const { return first_[native_frame + 1]; }
    [[nodiscard]] Evaluation evaluation(std::uint32_t native_frame) const { return evaluations_[native_frame]; }

private:
    void add_frames(std::uint32_t number) {
        const capture::NativeFrame& frame = profile_.native_frames[number];
        const auto symbols = profile_.symbols.of(number);
        const std::uint32_t module = frame.module == capture::kNoModule ? no_file_ : modules_[frame.module];
        first_.push_back(static_cast<std::uint32_t>(view_.frames.size()));
        evaluations_.push_back(symbols.empty() ? Evaluation::kNone
                                               : evaluation_of(profile_.symbols.strings[symbols[0].function]));
        if (symbols.empty()) {
            view_.frames.push_back({add_string(address_text(frame)), module, 0, FrameKind::kNative});
        }
        for (const capture::Symbol& symbol : symbols) {
            const bool located = !profile_.symbols.strings[symbol.file].empty();
            view_.frames.push_back({first_string_ + symbol.function, located ? first_string_ + symbol.file : module,
                                    located ? symbol.line : 0, FrameKind::kNative});
        }
    }

    [[nodiscard]] std::string address_text(const capture::NativeFrame& frame) const {
        if (frame.module == capture::kNoModule) { return fmt::format("{:#x}", frame.address); }
        const std::filesystem::path path(profile_.modules[frame.module].path);
        return fmt::format("{}+{:#x}", path.filename().string(), frame.address);
    }

    std::uint32_t add_string(const std::string& text) {
        view_.strings.push_back(text);
        return static_cast<std::uint32_t>(view_.strings.size() - 1);
    }

    const Profile& profile_;
    StackView& view_;
    std::uint32_t first_string_;
    std::uint32_t no_file_{0};
    std::vector<std::uint32_t> modules_;  // strings, for each module
    std::vector<std::uint32_t> first_;    // view frames, for each native frame and the end
    std::vector<Evaluation> evaluations_;
};

// Stacks share what they have in common from the root, so each pair of a native stack and the Python frames that are
// left for it is worked out once.
class HybridStacks {
public:
    HybridStacks(const Profile& profile, StackView& view) : profile_(profile), view_(view), frames_(profile, view) {}

    std::uint32_t stack_of(std::uint32_t native, std::uint32_t python) {
        pending_.clear();
        std::uint32_t callers = kRootStack;
        for (Pair pair{native, python};; pair = callers_of(pair)) {
            if (pair.native == kRootStack) {
                callers = pair.python;  // what native frames found no place for calls them
                break;
            }
            if (const auto known = known_.find(key(pair)); known != known_.end()) {
                callers = known->second;
                break;
            }
            pending_.push_back(pair);
        }
        for (auto pair = pending_.rbegin(); pair != pending_.rend(); ++pair) {
            callers = with_frames(callers, *pair);
            known_.emplace(key(*pair), callers);
        }
        return callers;
    }

private:
    struct Pair {
        std::uint32_t native;  // native stacks
        std::uint32_t python;  // stacks, those below it are placed already
    };

    static std::uint64_t key(const Pair& pair) { return (std::uint64_t{pair.native} << 32U) | pair.python; }

    [[nodiscard]] bool evaluates(std::uint32_t native) const {
        const capture::NativeStack& stack = profile_.native_stacks[native];
        const Evaluation evaluation = frames_.evaluation(stack.frame);
        if (evaluation != Evaluation::kPart) { return evaluation == Evaluation::kFunction; }
        if (stack.parent == kRootStack) { return true; }
        return frames_.evaluation(profile_.native_stacks[stack.parent].frame) == Evaluation::kNone;
    }

    [[nodiscard]] Pair callers_of(const Pair& pair) const {
        const std::uint32_t parent = profile_.native_stacks[pair.native].parent;
        if (!evaluates(pair.native) || pair.python == kRootStack) { return {parent, pair.python}; }
        std::uint32_t entry = pair.python;
        while (!profile_.stacks[entry].entry && profile_.stacks[entry].parent != kRootStack) {
            entry = profile_.stacks[entry].parent;
        }
        return {parent, profile_.stacks[entry].parent};
    }

    // The callers, and the frames that a pair stands for: of an evaluation, its Python frames and whatever is inlined.
    std::uint32_t with_frames(std::uint32_t stack, const Pair& pair) {
        const std::uint32_t native = profile_.native_stacks[pair.native].frame;
        std::uint32_t first = frames_.begin(native);
        if (frames_.evaluation(native) != Evaluation::kNone) { ++first; }
        if (evaluates(pair.native)) { stack = with_python(stack, pair.python, callers_of(pair).python); }
        for (std::uint32_t frame = first; frame < frames_.end(native); ++frame) { stack = child(stack, frame); }
        return stack;
    }

    std::uint32_t with_python(std::uint32_t stack, std::uint32_t innermost, std::uint32_t callers) {
        std::vector<std::uint32_t> frames;
        for (; innermost != callers; innermost = profile_.stacks[innermost].parent) {
            frames.push_back(profile_.stacks[innermost].frame);
        }
        for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) { stack = child(stack, *frame); }
        return stack;
    }

    std::uint32_t child(std::uint32_t parent, std::uint32_t frame) {
        const auto next = static_cast<std::uint32_t>(view_.stacks.size());
        const auto [entry, added] = children_.try_emplace((std::uint64_t{parent} << 32U) | frame, next);
        if (added) { view_.stacks.push_back({parent, frame}); }
        return entry->second;
    }

    const Profile& profile_;
    StackView& view_;
    const NativeFrames frames_;
    std::unordered_map<std::uint64_t, std::uint32_t> known_;     // Pair -> view stacks
    std::unordered_map<std::uint64_t, std::uint32_t> children_;  // view stack, frame -> view stacks
    std::vector<Pair> pending_;
};

}  // namespace

void add_native_frames(const Profile& profile, StackView& view) {
    HybridStacks stacks(profile, view);
    for (std::size_t i = 0; i < profile.sites.size(); ++i) {
        view.of_site[i] = stacks.stack_of(profile.sites[i].native_stack, profile.sites[i].stack);
    }
}

}  // namespace memray::report
