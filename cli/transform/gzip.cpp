// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/transform/gzip.h"

#define ZLIB_CONST  // zconf.h: what is only read is declared so
#include <zlib.h>

#include "injector/base/error.h"

namespace memray::transform {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib.h: "add 16 to windowBits to write a simple gzip header"
constexpr int kMemoryLevel = 8;       // zlib.h: the default

}  // namespace

std::string gzipped(std::string_view content) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        throw base::Error("cannot compress: not enough memory");
    }
    std::string result(deflateBound(&stream, content.size()), '\0');
    stream.next_in = reinterpret_cast<const Bytef*>(content.data());
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    const int outcome = deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    if (outcome != Z_STREAM_END) { throw base::Error("cannot compress: more than 4 GiB"); }
    return result;
}

}  // namespace memray::transform
