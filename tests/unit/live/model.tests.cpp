// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/model.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "sample_recording.h"

namespace memray::live {
namespace {

using report::LocationOrder;

// "function total own count", in the order of the table.
std::vector<std::string> table(const Model& model) {
    std::vector<std::string> rows;
    for (const Row& row : model.rows()) {
        rows.push_back(row.function + " " + std::to_string(row.total) + " " + std::to_string(row.own) + " " +
                       std::to_string(row.count));
    }
    return rows;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("the table holds every location, and is sorted by what was chosen") {
    Model model;
    model.update(sample_recording());
    CHECK(table(model) == Rows{"parse 5300 5300 8", "load 2000 2000 2", "run 5000 0 5", "main 2300 0 5"});
    model.sort_by(LocationOrder::kTotal);
    CHECK(table(model) == Rows{"parse 5300 5300 8", "run 5000 0 5", "main 2300 0 5", "load 2000 2000 2"});
    model.sort_by(LocationOrder::kCount);
    CHECK(table(model) == Rows{"parse 5300 5300 8", "run 5000 0 5", "main 2300 0 5", "load 2000 2000 2"});
    CHECK(model.whole().bytes == 7300);
}

TEST_CASE("my code is shown first, then all frames if asked for") {
    report::ProfileBuilder builder;
    const std::string site = "/venv/lib/python3.12/site-packages/";
    const report::Place handler{"handle", site + "web/handler.py", 1};
    const report::Place view{"view", "app.py", 2};
    const report::Place read{"read", site + "data/read.py", 3};
    builder.site({handler, view, read}, {2, 200});
    builder.site({view, {"_find_and_load", "<frozen importlib._bootstrap>", 4}, {"<module>", site + "data/a.py", 5}},
                 {3, 30});
    Recording recording;
    recording.profile = builder.profile;
    recording.changes = 1;
    Model model;
    model.update(recording);
    CHECK(table(model) == Rows{"view 230 200 5", "import data 30 30 3"});
    CHECK(model.whole().bytes == 230);
    model.enter();
    model.toggle_all_frames();
    CHECK(model.focus() == nullptr);
    CHECK(table(model) ==
          Rows{"read 200 200 2", "<module> 30 30 3", "view 230 0 5", "handle 200 0 2", "_find_and_load 30 0 3"});
    CHECK(model.whole().bytes == 230);
    model.toggle_all_frames();
    CHECK(model.rows().size() == 2);
}

TEST_CASE("threads are shown one after the other") {
    Model model;
    model.update(sample_recording());
    model.next_thread(1);
    CHECK(!model.thread());  // merged: there is no next one
    model.toggle_merge();
    CHECK(model.thread() == 0);
    CHECK(table(model) == Rows{"load 2000 2000 2", "parse 300 300 3", "main 2300 0 5"});
    model.next_thread(1);
    CHECK(table(model) == Rows{"parse 5000 5000 5", "run 5000 0 5"});
    model.next_thread(1);
    CHECK(model.thread() == 0);
    model.next_thread(-1);
    CHECK(model.thread() == 1);
    model.toggle_merge();
    CHECK(model.rows().size() == 4);
}

TEST_CASE("a paused table keeps its numbers, and can still be sorted") {
    Model model;
    Recording recording = sample_recording();
    model.update(recording);
    model.toggle_pause();
    recording.profile.sites[0].leaked = {100, 100'000};
    ++recording.changes;
    model.update(recording);
    CHECK(model.rows().front().total == 5300);
    model.sort_by(LocationOrder::kOwn);
    CHECK(model.rows()[1].own == 2000);
    model.toggle_pause();
    model.update(recording);
    CHECK(model.rows().front().function == "load");
    CHECK(model.rows().front().own == 100'000);
}

TEST_CASE("a baseline shows what became more and less since") {
    Model model;
    Recording recording = sample_recording();
    model.update(recording);
    model.toggle_baseline();
    CHECK(model.rows().empty());
    recording.profile.sites[0].leaked = {1, 500};
    recording.profile.sites[2].leaked = {6, 5100};
    ++recording.changes;
    model.update(recording);
    CHECK(table(model) == Rows{"parse 100 100 1", "run 100 0 1", "main -1500 0 -1", "load -1500 -1500 -1"});
    model.toggle_baseline();
    CHECK(model.rows().size() == 4);
}

TEST_CASE("growth shows the functions that go on growing") {
    Model model;
    Recording recording = sample_recording();
    // load leaks, parse levels off, and the worker's comes and goes; 300 moments, so that some are left out.
    for (std::uint64_t i = 1; i <= 300; ++i) {
        recording.profile.sites[0].leaked = {i, 10 * i};
        recording.profile.sites[1].leaked = {1, 1000 * std::min<std::uint64_t>(i, 100)};
        recording.profile.sites[2].leaked = {1, 100 * (i % 9)};
        recording.changes = i;
        model.update(recording);
    }
    model.toggle_growth();
    CHECK(model.amounts() == Amounts::kGrowing);
    CHECK(table(model) == Rows{"load 3000 3000 300"});
    model.enter();
    CHECK(!model.rows().empty());  // callers need not grow
    CHECK(model.leave());
    model.toggle_growth();
    CHECK(model.rows().size() == 4);
    model.toggle_all_frames();
    model.toggle_growth();
    CHECK(model.rows().empty());  // it has not seen these yet
}

TEST_CASE("after a mark, only what the recorder says was allocated since") {
    Model model;
    Recording recording = sample_recording();
    model.update(recording);
    model.set_mark(true);
    CHECK(model.rows().empty());
    recording.since = {{}, {1, 50}, {}};
    ++recording.changes;
    model.update(recording);
    CHECK(table(model) == Rows{"parse 50 50 1", "main 50 0 1"});
    CHECK(model.whole().bytes == 50);
}

TEST_CASE("a filter keeps rows by function or file") {
    Model model;
    model.update(sample_recording());
    model.set_filter("APP");
    CHECK(table(model) == Rows{"load 2000 2000 2", "main 2300 0 5"});
    model.set_filter("run");
    CHECK(table(model) == Rows{"run 5000 0 5"});
    model.set_filter("");
    CHECK(model.rows().size() == 4);
}

TEST_CASE("a row opens into its callers, its lines and its callees") {
    Model model;
    model.update(sample_recording());
    model.enter();  // parse
    REQUIRE(model.focus() != nullptr);
    CHECK(model.focus()->function == "parse");
    CHECK(table(model) == Rows{"run 5000 0 5", "main 300 0 3", "parse 5300 5300 8"});
    CHECK(model.rows()[2].line == 30);
    model.move_cursor(1);
    model.enter();  // main, which called it
    CHECK(table(model) == Rows{std::string(kNoCaller) + " 2300 0 5", "load 2000 0 2", "parse 300 0 3"});
    CHECK(model.leave());
    CHECK(model.leave());
    CHECK(!model.leave());
    CHECK(model.rows()[model.cursor()].function == "parse");
}

TEST_CASE("coming back to a table that was filtered, it still is") {
    Model model;
    model.update(sample_recording());
    model.set_filter("lib");
    model.enter();
    CHECK(model.filter().empty());
    CHECK(model.leave());
    CHECK(model.filter() == "lib");
    CHECK(table(model) == Rows{"parse 5300 5300 8"});
}

TEST_CASE("the cursor stays on its row when rows move") {
    Model model;
    Recording recording = sample_recording();
    model.update(recording);
    model.sort_by(LocationOrder::kTotal);
    model.move_cursor(3);
    CHECK(model.rows()[model.cursor()].function == "load");
    recording.profile.sites[0].leaked = {100, 100'000};
    ++recording.changes;
    model.update(recording);
    CHECK(model.cursor() == 1);  // main, which called it, is above it
    CHECK(model.rows()[model.cursor()].function == "load");
    model.move_cursor(1000);
    CHECK(model.cursor() == 3);
}

}  // namespace memray::live
