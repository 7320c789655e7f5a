// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/my_code.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "cli/report/frame_class.h"
#include "injector/interning/key_index.h"

namespace memray::report {
namespace {

using capture::kRootStack;

// Where the walk is after the frames of a stack.
struct Position {
    std::uint32_t leading{kRootStack};                             // the new stack if own code follows
    std::uint32_t shown{kRootStack};                               // and if it does not
    bool own{false};                                               // some of it is own code
    enum : std::uint8_t { kNo, kUnnamed, kNamed } importing{kNo};  // what `shown` is
};

constexpr std::size_t kMostNamed = 3;

// "numpy, pandas": of what a line imports.
std::string list_of(const std::set<std::string>& names) {
    std::string text;
    std::size_t named = 0;
    for (const std::string& name : names) {
        if (named > 0) { text += ", "; }
        if (named++ == kMostNamed) { return text + "..."; }
        text += name;
    }
    return text;
}

// As a file of own code is imported, without its packages.
std::string module_of(std::string_view file) {
    constexpr std::string_view kPackage = "/__init__.py";
    if (file.ends_with(kPackage)) { file.remove_suffix(kPackage.size()); }
    const std::string_view name = file.substr(file.rfind('/') + 1);
    return std::string(name.substr(0, name.find('.')));
}

class Folding {
public:
    // `stacks`: of the view, or those that it is to have.
    Folding(StackView& view, const std::vector<capture::Stack>& stacks, LibraryCalls calls)
        : view_(view), stacks_(stacks), calls_(calls), roles_(roles_of(view)), frames_(first_equal_frames(view)) {}

    void run() {
        place_sites();
        view_.stacks.resize(children_.size() + 1);
        for (std::uint32_t i = 1; i < view_.stacks.size(); ++i) { view_.stacks[i] = stack(i); }
        for (const auto& [shared, names] : names_) {
            view_.stacks[shared].frame = import_frame("import " + list_of(names), stack(shared).parent);
        }
    }

private:
    void place_sites() {
        std::vector<Position> positions(stacks_.size());
        for (std::size_t i = 1; i < positions.size(); ++i) {
            const capture::Stack& old = stacks_[i];
            positions[i] = after(positions[old.parent], frames_[old.frame]);
        }
        for (std::uint32_t& site : view_.of_site) {
            if (site != kLeftOut) { site = named(positions[site].shown); }
        }
    }

    Position after(const Position& caller, std::uint32_t frame) {
        switch (roles_[frame]) {
            case Role::kMachinery:
                break;
            case Role::kOwn:
                note_own_module(caller, frame);
                return own(child(caller.leading, frame), true);
            case Role::kProcess:
                return own(child(caller.leading, frame), false);
            case Role::kImport:
                return import(caller);
            case Role::kModuleBody:
                return caller.importing == Position::kUnnamed ? import_of(caller, frame) : library(caller, frame);
            case Role::kLibrary:
                return library(caller, frame);
        }
        return caller;
    }

    static Position own(std::uint32_t shown, bool is_code) { return {shown, shown, is_code, Position::kNo}; }

    // What is imported may be heard of later on.
    Position import(const Position& caller) {
        if (caller.importing != Position::kNo) { return caller; }
        const std::uint32_t shown = child(caller.shown, import_frame("import", caller.shown));
        unnamed_.insert(shown);
        return {caller.leading, shown, caller.own, Position::kUnnamed};
    }

    Position import_of(const Position& caller, std::uint32_t frame) {
        const std::uint32_t importer = stack(caller.shown).parent;
        const std::string package(package_of(view_.strings[view_.frames[frame].file]));
        const std::uint32_t shown = child(importer, import_frame("import " + package, importer));
        imported_[importer].insert(shown);
        names_[caller.shown].insert(package);
        return {caller.leading, shown, caller.own, Position::kNamed};
    }

    void note_own_module(const Position& caller, std::uint32_t frame) {
        if (caller.importing != Position::kUnnamed || view_.strings[view_.frames[frame].function] != "<module>") {
            return;
        }
        names_[caller.shown].insert(module_of(view_.strings[view_.frames[frame].file]));
    }

    Position library(const Position& caller, std::uint32_t frame) {
        const bool charged = caller.own && calls_ == LibraryCalls::kCharged;
        if (caller.importing != Position::kNo || charged) { return caller; }
        return {caller.leading, child(caller.shown, frame), caller.own, Position::kNo};
    }

    // At the line of the frame that imports.
    std::uint32_t import_frame(const std::string& function, std::uint32_t importer) {
        ViewFrame frame{text(function), text("")};
        if (importer != kRootStack) {
            const ViewFrame& at = view_.frames[stack(importer).frame];
            frame.file = at.file;
            frame.line = at.line;
        }
        const auto next = static_cast<std::uint32_t>(view_.frames.size());
        const auto [entry, added] = imports_.try_emplace({frame.function, frame.file, frame.line}, next);
        if (added) { view_.frames.push_back(frame); }
        return entry->second;
    }

    // What the import system needed for a line that imports one library is that library's.
    [[nodiscard]] std::uint32_t named(std::uint32_t shown) const {
        if (!unnamed_.contains(shown)) { return shown; }
        const auto imported = imported_.find(stack(shown).parent);
        return imported != imported_.end() && imported->second.size() == 1 ? *imported->second.begin() : shown;
    }

    std::uint32_t child(std::uint32_t parent, std::uint32_t frame) {
        return children_.number((std::uint64_t{parent} << 32U) | frame) + 1;
    }
    // Of the result. Not the root.
    [[nodiscard]] capture::Stack stack(std::uint32_t number) const {
        const std::uint64_t key = children_.key(number - 1);
        return {static_cast<std::uint32_t>(key >> 32U), static_cast<std::uint32_t>(key)};
    }

    std::uint32_t text(const std::string& text) {
        const auto next = static_cast<std::uint32_t>(view_.strings.size());
        const auto [entry, added] = texts_.try_emplace(text, next);
        if (added) { view_.strings.push_back(text); }
        return entry->second;
    }

    StackView& view_;
    const std::vector<capture::Stack>& stacks_;  // until the result is written
    const LibraryCalls calls_;
    const std::vector<Role> roles_;
    const std::vector<std::uint32_t> frames_;  // for each frame the first one that is equal
    interning::KeyIndex children_;             // the result: parent and frame -> stack, less the root
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> imports_;  // text, place -> frame
    std::map<std::string, std::uint32_t> texts_;
    std::set<std::uint32_t> unnamed_;
    std::map<std::uint32_t, std::set<std::string>> names_;       // of what is imported, for each of the unnamed
    std::map<std::uint32_t, std::set<std::uint32_t>> imported_;  // importer -> imports of libraries
};

}  // namespace

void show_my_code(StackView& view, LibraryCalls calls) {
    if (!view.stacks.empty()) { Folding(view, view.stacks, calls).run(); }
}

StackView my_code_of(const StackView& view, LibraryCalls calls) {
    StackView mine{view.strings, view.frames, {}, view.of_site};
    if (!view.stacks.empty()) { Folding(mine, view.stacks, calls).run(); }
    return mine;
}

}  // namespace memray::report
