// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/capture/foreign_file.h"

#include <lz4frame.h>

#include <array>
#include <cstring>
#include <string_view>

namespace memray::capture {
namespace {

using namespace std::string_view_literals;

// memray 1.20, src/memray/_memray/records.h: MAGIC, then the version as a 32-bit number.
constexpr std::string_view kBloombergMagic = "memray\0"sv;
constexpr std::size_t kBloombergHeader = kBloombergMagic.size() + sizeof(std::uint32_t);

struct Kind {
    std::string_view start;
    const char* sentence;
};
constexpr std::array kKinds{
    Kind{"\x1f\x8b"sv, "It is compressed with gzip: decompress it first."},
    Kind{"\x28\xb5\x2f\xfd"sv, "It is compressed with zstd: decompress it first."},
    Kind{"\xfd"
         "7zXZ\0"sv,
         "It is compressed with xz: decompress it first."},
    Kind{"\x04\x22\x4d\x18"sv, "It is compressed with lz4: decompress it first."},
    Kind{"<!doctype html"sv, "It is a web page: a report needs the capture that it was made from."},
    Kind{"<!DOCTYPE html"sv, "It is a web page: a report needs the capture that it was made from."},
    Kind{"{"sv, "It looks like JSON: a report needs the capture that it was made from."},
    Kind{"heap profile:"sv, "It is a heap profile of gperftools: its pprof reads it."},
    Kind{"heap_v2/"sv, "It is a heap profile of jemalloc: jeprof reads it."}};

std::string bloomberg(std::string_view start) {
    std::uint32_t version = 0;
    if (start.size() < kBloombergHeader || !start.starts_with(kBloombergMagic)) { return {}; }
    std::memcpy(&version, start.data() + kBloombergMagic.size(), sizeof(version));
    return "It is a capture of bloomberg's memray (format " + std::to_string(version) +
           "): read it with that memray's own reports.";
}

// The first bytes of what an LZ4 frame holds (--compress-on-exit, the default there).
std::string decompressed(std::string_view frame) {
    LZ4F_dctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) { return {}; }
    std::string content(kBloombergHeader, '\0');
    std::size_t size = 0;
    while (size < content.size() && !frame.empty()) {
        std::size_t given = frame.size();
        std::size_t got = content.size() - size;
        const std::size_t left = LZ4F_decompress(context, content.data() + size, &got, frame.data(), &given, nullptr);
        size += got;
        frame.remove_prefix(given);
        if (LZ4F_isError(left) != 0 || (given == 0 && got == 0)) { break; }
    }
    LZ4F_freeDecompressionContext(context);
    content.resize(size);
    return content;
}

}  // namespace

std::string foreign_file(std::span<const std::uint8_t> start) {
    const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
    if (text.empty()) { return "It is empty."; }
    for (const std::string& content : {std::string(text.substr(0, kBloombergHeader)), decompressed(text)}) {
        std::string sentence = bloomberg(content);
        if (!sentence.empty()) { return sentence; }
    }
    for (const Kind& kind : kKinds) {
        if (text.starts_with(kind.start)) { return kind.sentence; }
    }
    return {};
}

}  // namespace memray::capture
