// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The memory of a process as a core file has it. Of what was mapped of files most is not in there (core(5),
// coredump_filter): that is read from the files, if they are still the same.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "injector/base/unique_fd.h"
#include "injector/heap/memory/memory.h"
#include "injector/heap/source/core_image.h"

namespace memray::heap {

// The files that were mapped, by the paths that the core has for them: those that can be had.
using MappedFiles = std::map<std::string, base::UniqueFd>;

// A file is taken for the one that was mapped if its beginning is what the core has of it, or else the build-id that
// the core has; so it must be an ELF file of which the core has the beginning. `executable`, if not empty, is taken for
// the program's. Throws base::Error: what is to follow the name of the core, if the program's is not to be had.
// `missing`: paths of other programs and libraries that are not to be had.
[[nodiscard]] MappedFiles find_mapped_files(const CoreImage& image, const ReadCore& read, const std::string& executable,
                                            std::vector<std::string>& missing);

class CoreMemory : public Memory {
public:
    CoreMemory(CoreImage image, ReadCore read, MappedFiles files);

protected:
    bool load(RemoteAddr address, std::byte* destination, std::size_t size) const override;

private:
    // Of the part that begins at `address`: how much of it was read, or that nothing can be read of that many bytes.
    struct Part {
        std::size_t size{0};
        bool read{false};
    };
    [[nodiscard]] Part load_part(RemoteAddr address, std::byte* destination, std::size_t size) const;
    [[nodiscard]] bool load_from_file(RemoteAddr address, std::byte* destination, std::size_t size) const;

    CoreImage image_;
    ReadCore read_;
    MappedFiles files_;
};

}  // namespace memray::heap
