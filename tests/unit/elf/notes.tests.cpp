// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/elf/notes.h"

#include <elf.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

using namespace memray::elf;

namespace {

std::string note(std::string owner, std::uint32_t type, std::string content) {
    const Elf64_Nhdr header{static_cast<std::uint32_t>(owner.size()), static_cast<std::uint32_t>(content.size()), type};
    owner.resize((owner.size() + 3) / 4 * 4);
    content.resize((content.size() + 3) / 4 * 4);
    return std::string(reinterpret_cast<const char*>(&header), sizeof header) + owner + content;
}

std::vector<std::string> notes_in(const std::string& bytes) {
    std::vector<std::string> found;
    visit_notes(bytes, [&found](const Note& one) {
        found.push_back(std::string(one.owner) + " " + std::to_string(one.type) + " " + std::string(one.content));
        return true;
    });
    return found;
}

const std::string kOwner("GNU\0", 4);

}  // namespace

TEST_CASE("notes are found one after the other") {
    const std::string bytes = note(kOwner, 1, "abc") + note(std::string("CORE\0", 5), 7, "") + note("", 2, "defgh");
    CHECK(notes_in(bytes) == std::vector<std::string>{"GNU 1 abc", "CORE 7 ", " 2 defgh"});
    CHECK(notes_in("").empty());
}

TEST_CASE("a note that makes no sense is the end") {
    const std::string good = note(kOwner, 1, "abc");
    CHECK(notes_in(good + note(kOwner, 1, "abcd").substr(0, 19)) == std::vector<std::string>{"GNU 1 abc"});
    const Elf64_Nhdr huge{~0U, ~0U, 1};
    CHECK(notes_in(good + std::string(reinterpret_cast<const char*>(&huge), sizeof huge)).size() == 1);
    CHECK(notes_in(note(kOwner, 1, "ab").substr(0, 18)) == std::vector<std::string>{"GNU 1 ab"});  // without padding
}

TEST_CASE("nobody looks further than wanted") {
    int count = 0;
    visit_notes(note(kOwner, 1, "a") + note(kOwner, 1, "b"), [&count](const Note&) {
        ++count;
        return false;
    });
    CHECK(count == 1);
}

TEST_CASE("the build-id among notes") {
    CHECK(build_id_among(note(kOwner, NT_GNU_ABI_TAG, "x") + note(kOwner, NT_GNU_BUILD_ID, "\x01\xab\xff")) ==
          "01abff");
    CHECK(build_id_among(note(std::string("Go\0", 3), NT_GNU_BUILD_ID, "\x01")).empty());
    CHECK(build_id_among(note(kOwner, NT_GNU_BUILD_ID, std::string(65, 'x'))).empty());
}

TEST_CASE("a file and its image have the same build-id") {
    std::ifstream file("/proc/self/exe", std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const ReadMemory read = [&bytes](RemoteAddr at, void* data, std::size_t size) {
        if (at.value() > bytes.size() || bytes.size() - at.value() < size) { return false; }
        std::memcpy(data, bytes.data() + at.value(), size);
        return true;
    };
    const ReadMemory own = [](RemoteAddr at, void* data, std::size_t size) {
        std::memcpy(data, reinterpret_cast<const void*>(at.value()), size);
        return true;
    };
    const std::string id = build_id_of_file(read);
    CHECK(id.size() == 40);
    extern const char own_header asm("__ehdr_start");
    CHECK(build_id_of_image(own, RemoteAddr(reinterpret_cast<std::uint64_t>(&own_header))) == id);
}
