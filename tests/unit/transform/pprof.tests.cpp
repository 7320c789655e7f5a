// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <zlib.h>

#include <catch2/catch.hpp>
#include <map>
#include <protozero/pbf_reader.hpp>
#include <set>

#include "tests/unit/transform/sample.h"

using namespace memray;
using namespace memray::transform;

namespace {

std::string unzipped(std::string data) {
    std::string result(100'000, '\0');
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(data.data());
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    result.resize(stream.total_out);
    inflateEnd(&stream);
    return result;
}

// What profile.proto calls sample, location, function and string_table, in words.
struct Decoded {
    std::vector<std::string> strings;
    std::map<std::uint64_t, std::string> functions;
    std::map<std::uint64_t, std::string> locations;
    std::set<std::string> samples;
    std::int64_t duration{0};
};

std::string line_text(protozero::pbf_reader line, const Decoded& decoded) {
    std::string function;
    std::int64_t number = 0;
    while (line.next()) {
        if (line.tag() == 1) {
            function = decoded.functions.at(line.get_uint64());
        } else {
            number = line.get_int64();
        }
    }
    return function + ":" + std::to_string(number);
}

void read_location(protozero::pbf_reader location, Decoded& decoded) {
    std::uint64_t id = 0;
    while (location.next()) {
        if (location.tag() == 1) {
            id = location.get_uint64();
        } else {
            decoded.locations[id] = line_text(location.get_message(), decoded);
        }
    }
}

void read_function(protozero::pbf_reader function, Decoded& decoded) {
    std::uint64_t id = 0;
    std::string text;
    while (function.next()) {
        if (function.tag() == 1) {
            id = function.get_uint64();
        } else {
            text += decoded.strings.at(static_cast<std::size_t>(function.get_int64())) + "@";
        }
    }
    decoded.functions[id] = text;
}

std::string label_text(protozero::pbf_reader label, const Decoded& decoded) {
    std::string text;
    while (label.next()) { text += " " + decoded.strings.at(static_cast<std::size_t>(label.get_int64())); }
    return text;
}

void read_sample(protozero::pbf_reader sample, Decoded& decoded) {
    std::string text;
    while (sample.next()) {
        if (sample.tag() == 1) {
            for (const std::uint64_t id : sample.get_packed_uint64()) { text += decoded.locations.at(id) + " "; }
        } else if (sample.tag() == 2) {
            for (const std::int64_t value : sample.get_packed_int64()) { text += "|" + std::to_string(value); }
        } else {
            text += label_text(sample.get_message(), decoded);
        }
    }
    decoded.samples.insert(text);
}

Decoded decode(const std::string& data) {
    Decoded decoded;
    const auto each = [&](protozero::pbf_tag_type tag, const auto& visit) {
        for (protozero::pbf_reader reader(data); reader.next();) {
            if (reader.tag() == tag) {
                visit(reader);
            } else {
                reader.skip();
            }
        }
    };
    each(6, [&](auto& reader) { decoded.strings.push_back(reader.get_string()); });
    each(5, [&](auto& reader) { read_function(reader.get_message(), decoded); });
    each(4, [&](auto& reader) { read_location(reader.get_message(), decoded); });
    each(2, [&](auto& reader) { read_sample(reader.get_message(), decoded); });
    each(10, [&](auto& reader) { decoded.duration = reader.get_int64(); });
    return decoded;
}

}  // namespace

TEST_CASE("pprof has a sample per site: everything allocated, the selection, thread and allocator") {
    const Decoded decoded = decode(unzipped(written(pprof)));
    CHECK(decoded.strings.at(0).empty());
    CHECK(decoded.duration == 2'500'000'000);
    CHECK(decoded.samples ==
          std::set<std::string>{"f@a.py@:5 main@a.py@:1 |2|200|2|200 allocator MALLOC thread 0x1 (main)",
                                "f@a.py@:5 main@a.py@:1 |2|200|2|200 allocator MALLOC thread 0x2",
                                "f@a.py@:5 main@a.py@:1 |2|200|2|200 allocator MMAP thread 0x2",
                                "<lambda;\"x\">@b,c.py@:0 main@a.py@:1 |1|50|1|50 allocator MALLOC thread 0x2",
                                "???@@:0 |1|1000|1|1000 allocator MALLOC thread 0x1 (main)",
                                "gone@a.py@:9 |7|7000|0|0 allocator MALLOC thread 0x1 (main)"});
}

TEST_CASE("The same profile gives the same bytes") { CHECK(written(pprof) == written(pprof)); }
