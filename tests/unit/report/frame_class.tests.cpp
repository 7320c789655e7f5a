// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/frame_class.h"

#include <catch2/catch.hpp>

using namespace memray::report;

TEST_CASE("Frames of programs have no class") {
    CHECK(frame_class("main", "/home/user/app.py") == 0);
    CHECK(frame_class("run", "/src/myrunpy.py") == 0);
    CHECK(frame_class("f", "/src/MyObjects/dict.c") == 0);
    CHECK(frame_class("", "") == 0);
}

TEST_CASE("How CPython calls and evaluates is irrelevant") {
    CHECK(frame_class("_PyEval_EvalFrameDefault", "") == kIrrelevant);
    CHECK(frame_class("PyObject_Call", "Objects/call.c") == kIrrelevant);
    CHECK(frame_class("list_resize", "/build/python3.11/Objects/listobject.c") == kIrrelevant);
    CHECK(frame_class("_run_code", "<frozen runpy>") == (kIrrelevant | kStandard));
    CHECK(frame_class("_run_code", "/usr/lib/python3.8/runpy.py") == (kIrrelevant | kStandard));
}

TEST_CASE("The import system and installed packages are told apart") {
    CHECK(frame_class("_find_and_load", "<frozen importlib._bootstrap>") == (kImportSystem | kStandard));
    CHECK(frame_class("_find_and_load", "/lib/python3.8/importlib/_bootstrap_external.py") ==
          (kImportSystem | kStandard));
    CHECK(frame_class("read_csv", "/v/lib/python3.12/site-packages/pandas/io.py") == kInstalled);
    CHECK(frame_class("array", "/usr/lib/python3/dist-packages/numpy/core.py") == kInstalled);
}

TEST_CASE("The standard library is known by its folder, archive or frozen modules") {
    CHECK(frame_class("f", "/usr/lib/python3.11/json/decoder.py") == kStandard);
    CHECK(frame_class("f", "/home/me/.pyenv/versions/3.13.0/lib/python3.13t/enum.py") == kStandard);
    CHECK(frame_class("f", "/opt/python/python311.zip/json/decoder.py") == kStandard);
    CHECK(frame_class("f", "<frozen os>") == kStandard);
    CHECK(frame_class("f", "/home/me/lib/pythonic/x.py") == 0);
    CHECK(frame_class("f", "<string>") == 0);
}

TEST_CASE("Native code of interpreter, C library and allocators is told apart from that of extensions") {
    const auto native = [](std::string_view function, std::string_view file) {
        return frame_class(function, file, FrameKind::kNative);
    };
    CHECK((native("_start", "/usr/bin/python3.11") & kRuntime) != 0);
    CHECK((native("PyList_New", "/usr/lib/x86_64-linux-gnu/libpython3.13.so.1.0") & kRuntime) != 0);
    CHECK((native("malloc", "/usr/lib/x86_64-linux-gnu/libc.so.6") & kRuntime) != 0);
    CHECK((native("__libc_start_call_main", "sysdeps/nptl/libc_start_call_main.h") & kRuntime) != 0);
    CHECK((native("operator new(unsigned long)", "/build/gcc/new_op.cc") & kRuntime) != 0);
    CHECK((native("_PyMem_RawMalloc", "Objects/obmalloc.c") & kIrrelevant) != 0);
    CHECK(native("parse", "/home/me/ext/parse.c") == 0);
    CHECK(frame_class("malloc", "/home/me/app.py") == 0);
}

TEST_CASE("Packages are named as they are imported") {
    CHECK(package_of("/v/lib/python3.12/site-packages/pandas/core/api.py") == "pandas");
    CHECK(package_of("/v/lib/python3.12/site-packages/six.py") == "six");
    CHECK(package_of("/v/lib/python3.12/site-packages/old-1.0-py3.12.egg/old/x.py") == "old");
    CHECK(package_of("/usr/lib/python3/dist-packages/numpy/core.py") == "numpy");
    CHECK(package_of("/usr/lib/python3.11/json/decoder.py") == "json");
    CHECK(package_of("<frozen os>") == "os");
    CHECK(package_of("/home/me/app.py").empty());
}

TEST_CASE("Whose frames are: commands in the bin of an installation are a library's") {
    StackView view;
    view.strings = {"f",
                    "/venv/lib/python3.12/site-packages/gunicorn/app.py",
                    "/venv/bin/gunicorn",
                    "/home/me/bin/job",
                    "/venv/bin/app.py",
                    "<module>",
                    "",
                    "<frozen importlib._bootstrap>",
                    "libx.so",
                    "process 12",
                    "/venv/bin/python /venv/lib/python3.12/site-packages/gunicorn/app.py"};
    view.frames = {{0, 1, 1}, {5, 2, 1}, {5, 3, 1}, {5, 4, 1},
                   {5, 1, 1}, {0, 6, 0}, {0, 7, 1}, {0, 8, 0, FrameKind::kNative},
                   {9, 10, 0}};
    CHECK(roles_of(view) == std::vector<Role>{Role::kLibrary, Role::kLibrary, Role::kOwn, Role::kOwn, Role::kModuleBody,
                                              Role::kProcess, Role::kImport, Role::kLibrary, Role::kProcess});
}
