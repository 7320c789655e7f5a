// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/got/objects.h"

#include <dlfcn.h>

#include <cstddef>

#pragma weak _dl_find_object

extern "C" {
// With its type from version 2 on.
[[gnu::weak]] extern r_debug_extended memray_first_namespace __asm__("_r_debug");
}

namespace memray::payload {
namespace {

// dl_iterate_phdr keeps to the namespace of its caller, so program headers are found by the ELF header, which lies at
// the start of an object.
bool describe(const link_map& map, dl_phdr_info& info) noexcept {
    dl_find_object found{};
    if (_dl_find_object(map.l_ld, &found) != 0) { return false; }
    const auto* header = static_cast<const Elf64_Ehdr*>(found.dlfo_map_start);
    if (__builtin_bcmp(header->e_ident, ELFMAG, SELFMAG) != 0) { return false; }
    info.dlpi_addr = map.l_addr;
    info.dlpi_name = map.l_name;
    info.dlpi_phdr =
        reinterpret_cast<const Elf64_Phdr*>(static_cast<const char*>(found.dlfo_map_start) + header->e_phoff);
    info.dlpi_phnum = header->e_phnum;
    return true;
}

struct Visitor {
    VisitObject visit;
    void* data;
    bool others_visited;
};

// `like`: an object of this namespace, for what is the same in all.
void visit_other_namespaces(const Visitor& visitor, const dl_phdr_info& like) noexcept {
    // Not by a reference, which could not be null.
    const r_debug_extended* own = &memray_first_namespace;
    if (own == nullptr || &_dl_find_object == nullptr || own->base.r_version < 2) { return; }
    for (const r_debug_extended* other = own->r_next; other != nullptr; other = other->r_next) {
        for (const link_map* map = other->base.r_map; map != nullptr; map = map->l_next) {
            dl_phdr_info info = like;
            if (describe(*map, info)) { visitor.visit(info, visitor.data); }
        }
    }
}

int visit_one(dl_phdr_info* info, std::size_t /*size*/, void* data) noexcept {
    auto& visitor = *static_cast<Visitor*>(data);
    visitor.visit(*info, visitor.data);
    if (!visitor.others_visited) { visit_other_namespaces(visitor, *info); }
    visitor.others_visited = true;
    return 0;
}

}  // namespace

void for_each_object(VisitObject visit, void* data) noexcept {
    Visitor visitor{visit, data, false};
    ::dl_iterate_phdr(&visit_one, &visitor);
}

}  // namespace memray::payload
