// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/frame_class.h"

#include <algorithm>
#include <array>

namespace memray::report {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

template <std::size_t n>
bool starts_with_any(std::string_view text, const std::array<std::string_view, n>& starts) {
    return std::any_of(starts.begin(), starts.end(),
                       [text](std::string_view start) { return text.starts_with(start); });
}

// A C source or header in one of the folders of CPython's own sources.
bool is_cpython_source(std::string_view file) {
    constexpr std::array<std::string_view, 4> kFolders{"Include/", "Objects/", "Modules/", "Python/"};
    if (!file.ends_with(".c") && !file.ends_with(".h")) { return false; }
    return std::any_of(kFolders.begin(), kFolders.end(), [file](std::string_view folder) {
        const std::size_t found = file.rfind(folder);
        return found == 0 || (found != std::string_view::npos && file[found - 1] == '/');
    });
}

bool is_calling_machinery(std::string_view function) {
    constexpr std::array<std::string_view, 18> kStarts{
        "_PyEval_",          "Py_RunMain",     "Py_BytesMain",         "pymain_",
        "_PyRun_",           "PyRun_",         "__libc_start_",        "PyEval_",
        "_PyObject_Call",    "PyObject_Call",  "_PyObject_Vectorcall", "PyObject_Vectorcall",
        "_PyFunction_",      "_PyVectorcall_", "PyVectorcall_",        "_TAIL_CALL_",
        "method_vectorcall", "cfunction_"};
    return starts_with_any(function, kStarts);
}

}  // namespace

std::uint8_t frame_class(std::string_view function, std::string_view file) noexcept {
    std::uint8_t mask = 0;
    const bool runpy = file == "<frozen runpy>" || file.ends_with("/runpy.py");
    if (runpy || is_calling_machinery(function) || is_cpython_source(file)) { mask |= kIrrelevant; }
    if (file.starts_with("<frozen importlib") || contains(file, "/importlib/_bootstrap")) { mask |= kImportSystem; }
    if (contains(file, "/site-packages/") || contains(file, "/dist-packages/")) { mask |= kInstalled; }
    return mask;
}

}  // namespace memray::report
