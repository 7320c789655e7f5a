// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/diff/matching_files.h"

#include <catch2/catch.hpp>

using namespace memray::report;
using Names = std::map<std::string, std::string>;

TEST_CASE("Packages and the standard library match across environments, roots and versions of Python") {
    const FilesOfCapture before{
        {"/venv/lib/python3.10/site-packages/pandas/core/frame.py", "/usr/lib/python3.10/os.py",
         "/usr/lib/python3.10/json/decoder.py", "/usr/lib/python3.10/importlib/_bootstrap.py",
         "/usr/lib/python3.10/lib-dynload/_json.cpython-310-x86_64-linux-gnu.so", "/usr/bin/python3.10"},
        {}};
    const FilesOfCapture after{
        {"/usr/lib/python3/dist-packages/pandas/core/frame.py", "<frozen os>", "/opt/lib/python312.zip/json/decoder.py",
         "<frozen importlib._bootstrap>", "/opt/lib/python3.12/lib-dynload/_json.cpython-312-x86_64-linux-gnu.so",
         "/opt/lib/libpython3.12.so.1.0"},
        {}};
    CHECK(matching_files(before, after, {}) ==
          Names{{"/venv/lib/python3.10/site-packages/pandas/core/frame.py",
                 "/usr/lib/python3/dist-packages/pandas/core/frame.py"},
                {"/usr/lib/python3.10/os.py", "<frozen os>"},
                {"/usr/lib/python3.10/json/decoder.py", "/opt/lib/python312.zip/json/decoder.py"},
                {"/usr/lib/python3.10/importlib/_bootstrap.py", "<frozen importlib._bootstrap>"},
                {"/usr/lib/python3.10/lib-dynload/_json.cpython-310-x86_64-linux-gnu.so",
                 "/opt/lib/python3.12/lib-dynload/_json.cpython-312-x86_64-linux-gnu.so"},
                {"/usr/bin/python3.10", "/opt/lib/libpython3.12.so.1.0"}});
}

TEST_CASE("Own files match by their path below the longest search path") {
    const FilesOfCapture before{{"/old/app.py", "/old/app/models.py", "/lib/a/util.py"}, {"/old", "/lib", "/lib/a"}};
    const FilesOfCapture after{{"/new/app.py", "/new/app/models.py", "/new/other/models.py", "/x/util.py"},
                               {"/new", "/x"}};
    CHECK(matching_files(before, after, {}) == Names{{"/old/app.py", "/new/app.py"},
                                                     {"/old/app/models.py", "/new/app/models.py"},
                                                     {"/lib/a/util.py", "/x/util.py"}});
}

TEST_CASE("A script that Python 3.8 calls by a relative name is one of the folder that it was in") {
    CHECK(matching_files({{"app.py"}, {"/old"}}, {{"/new/app.py", "/new/x/app.py"}, {"/new"}}, {}) ==
          Names{{"app.py", "/new/app.py"}});
    CHECK(matching_files({{"src/app.py"}, {"/old/src"}}, {{"/new/src/app.py", "/new/app.py"}, {"/new/src"}}, {}) ==
          Names{{"src/app.py", "/new/src/app.py"}});
}

TEST_CASE("Where nothing is known of search paths, files match by the longest common end") {
    const FilesOfCapture before{{"/w1/src/a/models.py", "/w1/src/b/models.py", "/w1/src/a/__init__.py", "/w1/main.py"},
                                {}};
    const FilesOfCapture after{
        {"/w2/src/a/models.py", "/w2/src/b/models.py", "/w2/src/a/__init__.py", "/w2/c/__init__.py", "/srv/main.py"},
        {}};
    CHECK(matching_files(before, after, {}) == Names{{"/w1/src/a/models.py", "/w2/src/a/models.py"},
                                                     {"/w1/src/b/models.py", "/w2/src/b/models.py"},
                                                     {"/w1/src/a/__init__.py", "/w2/src/a/__init__.py"},
                                                     {"/w1/main.py", "/srv/main.py"}});
    // Which of two it is cannot be known; and another folder of the same tree is another file.
    CHECK(matching_files({{"/w1/util.py"}, {}}, {{"/w2/a/util.py", "/w2/b/util.py"}, {}}, {}).empty());
    CHECK(matching_files({{"/w/main.py", "/w/a/models.py"}, {}}, {{"/w/main.py", "/w/b/models.py"}, {}}, {}).empty());
    CHECK(matching_files({{"/w/a/models.py"}, {"/w"}}, {{"/v/b/models.py"}, {"/v"}}, {}).empty());
    CHECK(matching_files({{"/w/a/__init__.py"}, {}}, {{"/v/b/__init__.py"}, {}}, {}).empty());
}

TEST_CASE("The map comes first, its longest start, and only at the end of a name") {
    const FilesOfCapture before{{"/old/one.py", "/old/deep/two.py", "/older/three.py", "<string>"}, {}};
    const FilesOfCapture after{{"/new/uno/one.py", "/elsewhere/two.py", "/new/three.py", "/new/one.py", "<string>"},
                               {}};
    CHECK(matching_files(before, after, {{"/old", "/new/uno/"}, {"/old/deep/", "/elsewhere"}}) ==
          Names{{"/old/one.py", "/new/uno/one.py"},
                {"/old/deep/two.py", "/elsewhere/two.py"},
                {"/older/three.py", "/new/three.py"}});
    CHECK(matching_files({{"/old/a.py"}, {}}, {{"/new/b.py"}, {}}, {{"/old/a.py", "/new/b.py"}}) ==
          Names{{"/old/a.py", "/new/b.py"}});
}

TEST_CASE("Names that are equal stay, and no file is taken twice") {
    CHECK(matching_files({{"/a.py", "/usr/lib/python3.11/os.py"}, {}}, {{"/a.py", "/usr/lib/python3.11/os.py"}, {}}, {})
              .empty());
    const Names one =
        matching_files({{"/a/site-packages/x.py", "/b/site-packages/x.py"}, {}}, {{"/c/site-packages/x.py"}, {}}, {});
    CHECK(one == Names{{"/a/site-packages/x.py", "/c/site-packages/x.py"}});
}
