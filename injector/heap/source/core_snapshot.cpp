// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// open_core() of snapshot.h.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "injector/base/error.h"
#include "injector/heap/source/core_memory.h"
#include "injector/heap/source/snapshot.h"

namespace memray::heap {
namespace {

struct CoreFile {
    explicit CoreFile(const std::string& path)
        : descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
        struct stat status {};
        if (!descriptor || ::fstat(descriptor.get(), &status) != 0) { throw base::system_error("reading " + path); }
        if (!S_ISREG(status.st_mode)) { throw base::Error(path + " is not a file"); }
        size = static_cast<std::uint64_t>(status.st_size);
    }
    base::UniqueFd descriptor;
    std::uint64_t size{0};
};

ReadCore reader_of(std::shared_ptr<const CoreFile> file) {
    return [file = std::move(file)](std::uint64_t offset, void* data, std::size_t size) {
        auto* bytes = static_cast<char*>(data);
        while (size > 0) {
            const ssize_t count = ::pread64(file->descriptor.get(), bytes, size, static_cast<off64_t>(offset));
            if (count < 0 && errno == EINTR) { continue; }
            if (count <= 0) { return false; }
            bytes += count;
            offset += static_cast<std::uint64_t>(count);
            size -= static_cast<std::size_t>(count);
        }
        return true;
    };
}

Snapshot snapshot_of(const std::shared_ptr<const CoreFile>& file, const std::string& executable) {
    Snapshot result;
    result.kind = SnapshotKind::kCore;
    const ReadCore read = reader_of(file);
    CoreImage image = read_core_image(read, file->size);
    std::vector<std::string> missing;
    MappedFiles files = find_mapped_files(image, read, executable, missing);
    for (const std::string& path : missing) {
        result.notes.push_back(path + " is not here, or another one now: what the core lacks of it is not known");
    }
    result.threads = image.threads;
    result.entry = image.entry;
    result.memory = std::make_unique<CoreMemory>(std::move(image), read, std::move(files));
    return result;
}

}  // namespace

Snapshot open_core(const std::string& path, const std::string& executable) {
    const auto file = std::make_shared<const CoreFile>(path);
    try {
        return snapshot_of(file, executable);
    } catch (const base::Error& error) { throw base::Error(path + error.what()); }
}

}  // namespace memray::heap
