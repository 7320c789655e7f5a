// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/report/stats/statistics.h"
#include "tests/unit/report/sample_profile.h"

using namespace memray;
using namespace memray::report;

TEST_CASE("The statistics have all their sections") {
    const std::string text = stats_text(sample_profile(), make_stack_view(sample_profile()), 2, false);
    CHECK(text == R"(📏 Total allocations:
	13

📦 Total memory allocated:
	5.002MB

📈 Peak memory usage:
	5.002MB

📊 Histogram of allocation size:
	min: 100.000B
	-----------------------------------------
	< 275.000B : 10 ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
	< 757.000B :  1 ▇▇▇
	< 2.086kB  :  0 
	< 5.743kB  :  0 
	< 15.811kB :  0 
	< 43.527kB :  0 
	< 119.827kB:  0 
	< 329.876kB:  0 
	< 908.125kB:  0 
	<=2.500MB  :  2 ▇▇▇▇▇
	-----------------------------------------
	max: 2.500MB

📂 Allocator type distribution:
	 MALLOC: 12
	 REALLOC: 1

🥇 Top 2 largest allocating locations (by size):
	- build:/srv/app.py:3 -> 5.000MB
	- decode:/usr/lib/python3.11/json/decoder.py:7 -> 1.000kB

🥇 Top 2 largest allocating locations (by number of allocations):
	- decode:/usr/lib/python3.11/json/decoder.py:7 -> 10
	- build:/srv/app.py:3 -> 2

🥇 Top 2 allocating modules (by size):
	- app: 5.001MB total | 12 allocations
	- <root>: 500.000B total | 1 allocations

🥇 Top 2 allocating modules (by number of allocations):
	- app: 5.001MB total | 12 allocations
	- <root>: 500.000B total | 1 allocations

⏱ Period:
	Tracked: from 2026-11-22 22:35:00+00:00 to 2026-11-22 22:35:00+00:00, 0.1 s
)");
}

TEST_CASE("Losses are a section of their own") {
    capture::Profile profile = sample_profile();
    profile.metadata.losses.events = 4;
    CHECK(stats_text(profile, make_stack_view(profile), 1, false)
              .ends_with("⚠ Not everything was recorded:\n\t- 4 events could not be recorded\n"));
}

TEST_CASE("Headings are bold in a terminal") {
    CHECK(stats_text(sample_profile(), make_stack_view(sample_profile()), 1, true)
              .starts_with("📏 \x1b[1mTotal allocations:\x1b[0m\n"));
}

TEST_CASE("The JSON has the keys and values of memray's") {
    const auto json = nlohmann::json::parse(stats_json(sample_profile(), make_stack_view(sample_profile()), 2));
    CHECK(json["total_num_allocations"] == 13);
    CHECK(json["total_bytes_allocated"] == 5'001'500);
    CHECK(json["allocation_size_histogram"].size() == 10);
    CHECK(json["allocation_size_histogram"][0] == nlohmann::json{{"min_bytes", 0}, {"max_bytes", 274}, {"count", 10}});
    CHECK(json["allocation_size_histogram"][9]["max_bytes"] == 2'500'000);
    CHECK(json["allocator_type_distribution"] == nlohmann::json{{"MALLOC", 12}, {"REALLOC", 1}});
    CHECK(json["top_allocations_by_size"][0] ==
          nlohmann::json{{"location", "build:/srv/app.py:3"}, {"size", 5'000'000}});
    CHECK(json["top_allocations_by_count"][1] == nlohmann::json{{"location", "build:/srv/app.py:3"}, {"count", 2}});
    CHECK(json["top_modules_by_allocation_size"][0] ==
          nlohmann::json{{"module", "app"}, {"num_allocations", 12}, {"total_bytes", 5'001'000}});
    CHECK(json["top_modules_by_allocation_count"].size() == 2);
}

TEST_CASE("The JSON's metadata tells the run") {
    const auto data =
        nlohmann::json::parse(stats_json(sample_profile(), make_stack_view(sample_profile()), 2))["metadata"];
    CHECK(data["start_time"] == "2026-11-22 22:35:00.884000+00:00");
    CHECK(data["end_time"] == "2026-11-22 22:35:00.960000+00:00");
    CHECK(data["total_allocations"] == 20);  // calls of any allocator, frees included
    CHECK(data["total_frames"] == 4);
    CHECK(data["peak_memory"] == 5'001'500);
    CHECK(data["command_line"] == "memray run app.py");
    CHECK(data["pid"] == 4711);
    CHECK(data["main_thread_id"] == 1);
    CHECK(data["python_allocator"] == "pymalloc");
    CHECK(data["has_native_traces"] == false);
    CHECK(data["trace_python_allocators"] == false);
    CHECK(data["file_format"] == 0);
    CHECK(data["ending"] == "exited with code 0");
    CHECK(data["losses"].empty());
}

TEST_CASE("Names that are not UTF-8 do not break the JSON") {
    capture::Profile profile = sample_profile();
    profile.metadata.command_line = "memray run \xff.py";
    CHECK(nlohmann::json::parse(stats_json(profile, make_stack_view(profile), 1))["metadata"]["command_line"] ==
          "memray run \uFFFD.py");
}
