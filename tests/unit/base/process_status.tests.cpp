// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/base/process_status.h"

#include <catch2/catch.hpp>

#include "injector/base/memory_cgroup.h"

using namespace memray::base;

TEST_CASE("fields of a status file are numbers, ids or sizes") {
    const ProcessStatus status("Name:\ta\nPPid:\t12\nNSpid:\t40\t3\nRssAnon:\t     148 kB\nRssFile:\t   junk\n");
    CHECK(status.number("PPid") == 12);
    CHECK(status.innermost_id() == 3);
    CHECK(status.bytes("RssAnon") == 148 * 1024);
    CHECK(status.bytes("RssFile") == std::nullopt);
    CHECK(status.bytes("RssShmem") == std::nullopt);
}

TEST_CASE("numbers of memory.stat are those of whole names") {
    const char* text = "anon 12\nanon_thp 13\nfile 14\nslab\nkernel x\n";
    CHECK(number_after(text, "anon") == 12);
    CHECK(number_after(text, "anon_thp") == 13);
    CHECK(number_after(text, "file") == 14);
    CHECK(number_after(text, "thp") == 0);
    CHECK(number_after(text, "slab") == 0);
    CHECK(number_after(text, "kernel") == 0);
}
