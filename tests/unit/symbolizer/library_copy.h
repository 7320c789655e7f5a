// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The library of the tests in a folder of its own, where it can be taken apart as distributions do.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "symbolizer/build_id.h"
#include "tests/unit/capture/scratch_dir.h"
#include "tests/unit/symbolizer/subject.h"

namespace memray::tests {

class LibraryCopy {
public:
    explicit LibraryCopy(const std::string& of = shapes()) : path(dir.file("shapes.so")) {
        std::filesystem::copy_file(of, path);
        hidden_ = address_of("nm -C", "anonymous namespace.::local");
        exported_ = address_of("nm -D", " shapes_run");
    }

    // Runs a command in its folder.
    void run(const std::string& command) const { run_tool("cd " + dir.file("") + " && " + command); }
    void strip() const { run("strip --strip-all shapes.so"); }
    // The debug information goes into a file of its own, "shapes.debug".
    void split() const { run("objcopy --only-keep-debug shapes.so shapes.debug && strip --strip-all shapes.so"); }
    void move_debug_file(const std::string& to) const {
        run("mkdir -p $(dirname " + to + ") && mv shapes.debug " + to);
    }
    // ".build-id/ab/cdef.debug"
    [[nodiscard]] std::string debug_path() const {
        return symbolizer::build_id_path(module_of(path).build_id) + ".debug";
    }
    // Of a function that is not exported, and of one that is.
    [[nodiscard]] capture::Profile profile() const { return profile_of(module_of(path), {hidden_, exported_}); }

    const ScratchDir dir;
    const std::string path;

private:
    [[nodiscard]] std::uint64_t address_of(const std::string& lister, const std::string& name) const {
        return std::stoull(run_tool(lister + " " + path + " | grep '" + name + "'"), nullptr, 16);
    }

    std::uint64_t hidden_{0};
    std::uint64_t exported_{0};
};

// What there is to say about the two functions of LibraryCopy::profile().
inline void require_lines(const std::vector<symbolizer::Names>& names) {
    const std::string& file = shapes_source();
    CHECK(names == std::vector<symbolizer::Names>{
                       {{"shapes::(anonymous namespace)::local", file, line_with(file, "std::malloc(size)")}},
                       {{"shapes_run", file, line_with(file, "void* shapes_run(")}}});
}
inline void require_functions(const std::vector<symbolizer::Names>& names) {
    CHECK(names == std::vector<symbolizer::Names>{{{"shapes::(anonymous namespace)::local(unsigned long)", "", 0}},
                                                  {{"shapes_run", "", 0}}});
}
inline void require_nothing(const std::vector<symbolizer::Names>& names) {
    CHECK(names == std::vector<symbolizer::Names>(2));
}

}  // namespace memray::tests
