// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/transform/formats.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/transform/sample.h"

using namespace memray;
using namespace memray::transform;
using Json = nlohmann::json;

TEST_CASE("CSV has a row per stack and allocator, and names a thread only if there is one") {
    CHECK(written(csv) ==
          "allocator,num_allocations,size,tid,thread_name,stack_trace\r\n"
          "MALLOC,4,400,-1,merged thread,f;a.py;5|main;a.py;1\r\n"
          "MMAP,2,200,2,0x2,f;a.py;5|main;a.py;1\r\n"
          "MALLOC,1,50,2,0x2,\"<lambda;\"\"x\"\">;b,c.py;0|main;a.py;1\"\r\n"
          "MALLOC,1,1000,1,0x1 (main),???;;0\r\n");
}

TEST_CASE("csv has no cell that a spreadsheet would take for a formula, also where semicolons separate cells") {
    report::ProfileBuilder builder;
    builder.site({{"+main", "\t=a.py", 1}, {"=cmd|' /C calc'!A0", "@b.py", 5}, {"-c", "a\x1b\r\n.py", 0}}, {1, 50});
    builder.profile.threads = {{1, 77, "=1"}};
    const report::StackView view = report::make_stack_view(builder.profile);
    CHECK(csv({builder.profile, view, report::at_peak(builder.profile)}) ==
          "allocator,num_allocations,size,tid,thread_name,stack_trace\r\n"
          "MALLOC,1,50,1,0x1 (=1),'-c;a\uFFFD\uFFFD\uFFFD.py;0|'=cmd|' /C calc'!A0;'@b.py;5|'+main;\uFFFD=a.py;1\r\n");
}

TEST_CASE("gprof2dot has functions without lines, and a call chain per record") {
    const Json json = Json::parse(written(gprof2dot));
    CHECK(json["version"] == 0);
    CHECK(json["costs"] == Json::parse(R"([{"description": "Memory", "unit": "bytes"}])"));
    CHECK(json["functions"] == Json::parse(R"([{"name": "f", "module": "a.py"}, {"name": "main", "module": "a.py"},
        {"name": "<lambda;\"x\">", "module": "b,c.py"}, {"name": "???", "module": ""}])"));
    CHECK(json["events"] == Json::parse(R"([{"callchain": [0, 1], "cost": [400]}, {"callchain": [0, 1], "cost": [200]},
        {"callchain": [2, 1], "cost": [50]}, {"callchain": [3], "cost": [1000]}])"));
}

TEST_CASE("speedscope has samples from the root, one profile of bytes and one of allocations") {
    const Json json = Json::parse(written(speedscope));
    CHECK(json["shared"]["frames"] ==
          Json::parse(R"([{"name": "main", "file": "a.py", "line": 1}, {"name": "f", "file": "a.py", "line": 5},
              {"name": "<lambda;\"x\">", "file": "b,c.py"}, {"name": "???"}])"));
    const Json& bytes = json["profiles"][0];
    CHECK(bytes["unit"] == "bytes");
    CHECK(bytes["samples"] == Json::parse("[[0, 1], [0, 2], [3]]"));
    CHECK(bytes["weights"] == Json::parse("[600, 50, 1000]"));
    CHECK(bytes["endValue"] == 1650);
    const Json& allocations = json["profiles"][1];
    CHECK(allocations["unit"] == "none");
    CHECK(allocations["weights"] == Json::parse("[6, 1, 1]"));
    CHECK(json["name"] == "python a.py");
}

TEST_CASE("Collapsed stacks are lines from the root, and no name has a semicolon") {
    CHECK(written(collapsed) ==
          "??? 1000\n"
          "main (a.py:1);<lambda:\"x\"> (b,c.py) 50\n"
          "main (a.py:1);f (a.py:5) 600\n");
}
