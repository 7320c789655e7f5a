// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// find_mapped_files() of core_memory.h.
#include <elf.h>

#include <array>
#include <cstring>
#include <set>

#include "injector/base/error.h"
#include "injector/elf/notes.h"
#include "injector/heap/source/core_memory.h"
#include "injector/heap/source/file_bytes.h"

namespace memray::heap {
namespace {

using base::RemoteAddr;

constexpr std::size_t kBeginning = 4096;  // what the kernel writes of each ELF file

using Bytes = std::array<std::byte, kBeginning>;

// Of what is in the core itself.
elf::ReadMemory reader_of(const CoreImage& image, const ReadCore& read) {
    return [&image, &read](RemoteAddr address, void* data, std::size_t size) {
        const CoreSegment* segment = find_segment(image.segments, address);
        if (segment == nullptr) { return false; }
        const std::uint64_t at = address - segment->begin;
        return at <= segment->content && size <= segment->content - at && read(segment->offset + at, data, size);
    };
}

elf::ReadMemory reader_of(int fd) {
    return [fd](RemoteAddr offset, void* data, std::size_t size) {
        auto* bytes = static_cast<std::byte*>(data);
        return read_file_bytes(fd, offset.value(), bytes, size);
    };
}

bool is_same(const elf::ReadMemory& core, RemoteAddr header, int fd) {
    const std::string id = elf::build_id_of_image(core, header);
    if (!id.empty()) { return id == elf::build_id_of_file(reader_of(fd)); }
    Bytes mapped{};
    Bytes stored{};
    return core(header, mapped.data(), mapped.size()) && read_file_bytes(fd, 0, stored.data(), stored.size()) &&
           mapped == stored;
}

class Search {
public:
    Search(const CoreImage& image, const ReadCore& read) : image_(image), core_(reader_of(image, read)) {}

    // The path that the core has for the program.
    [[nodiscard]] std::string program() const {
        const CoreMapping* mapping = find_mapping(image_.mappings, image_.entry);
        if (mapping == nullptr) { throw base::Error(" does not say of which program it is"); }
        return mapping->path;
    }

    // The file `found` for what was mapped as `path`; none if it is another one, or not there.
    [[nodiscard]] base::UniqueFd open_same(const std::string& path, const std::string& found) const {
        base::UniqueFd fd = open_regular_file(found);
        for (const CoreMapping& mapping : image_.mappings) {
            if (!fd) { break; }
            if (mapping.path == path && mapping.offset == 0 && is_same(core_, mapping.begin, fd.get())) { return fd; }
        }
        return {};
    }

    // Of the ELF files among them.
    [[nodiscard]] std::set<std::string> paths() const {
        std::set<std::string> paths;
        std::array<char, SELFMAG> magic{};
        for (const CoreMapping& mapping : image_.mappings) {
            const bool begins = mapping.offset == 0 && core_(mapping.begin, magic.data(), magic.size());
            if (begins && std::memcmp(magic.data(), ELFMAG, SELFMAG) == 0) { paths.insert(mapping.path); }
        }
        return paths;
    }

private:
    const CoreImage& image_;
    elf::ReadMemory core_;
};

}  // namespace

MappedFiles find_mapped_files(const CoreImage& image, const ReadCore& read, const std::string& executable,
                              std::vector<std::string>& missing) {
    const Search search(image, read);
    const std::string program = search.program();
    const std::string& chosen = executable.empty() ? program : executable;
    MappedFiles files;
    for (const std::string& path : search.paths()) {
        base::UniqueFd fd = search.open_same(path, path == program ? chosen : path);
        if (fd) {
            files.emplace(path, std::move(fd));
        } else if (path != program) {
            missing.push_back(path);
        }
    }
    if (!files.contains(program)) {
        throw base::Error(executable.empty() ? " is of " + program + ", which is not here, or another one now"
                                             : " is not of " + executable + ", but of another " + program);
    }
    return files;
}

}  // namespace memray::heap
