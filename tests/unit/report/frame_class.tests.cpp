// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/frame_class.h"

#include <catch2/catch.hpp>

using namespace memray::report;

TEST_CASE("Frames of programs have no class") {
    CHECK(frame_class("main", "/home/user/app.py") == 0);
    CHECK(frame_class("f", "/usr/lib/python3.11/json/decoder.py") == 0);
    CHECK(frame_class("run", "/src/myrunpy.py") == 0);
    CHECK(frame_class("f", "/src/MyObjects/dict.c") == 0);
    CHECK(frame_class("", "") == 0);
}

TEST_CASE("How CPython calls and evaluates is irrelevant") {
    CHECK(frame_class("_PyEval_EvalFrameDefault", "") == kIrrelevant);
    CHECK(frame_class("PyObject_Call", "Objects/call.c") == kIrrelevant);
    CHECK(frame_class("list_resize", "/build/python3.11/Objects/listobject.c") == kIrrelevant);
    CHECK(frame_class("_run_code", "<frozen runpy>") == kIrrelevant);
    CHECK(frame_class("_run_code", "/usr/lib/python3.8/runpy.py") == kIrrelevant);
}

TEST_CASE("The import system and installed packages are told apart") {
    CHECK(frame_class("_find_and_load", "<frozen importlib._bootstrap>") == kImportSystem);
    CHECK(frame_class("_find_and_load", "/lib/python3.8/importlib/_bootstrap_external.py") == kImportSystem);
    CHECK(frame_class("read_csv", "/v/lib/python3.12/site-packages/pandas/io.py") == kInstalled);
    CHECK(frame_class("array", "/usr/lib/python3/dist-packages/numpy/core.py") == kInstalled);
}
