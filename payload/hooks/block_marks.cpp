// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/hooks/block_marks.h"

#include "payload/memory/unlocked.h"
#include "payload/syscalls.h"

namespace memray::payload {
namespace {

template <unsigned Shift, unsigned Bits>
std::size_t part(const void* block) noexcept {
    return (reinterpret_cast<std::uintptr_t>(block) >> Shift) & ((1U << Bits) - 1);
}

// What is there, or else something new, all zero.
template <typename Node>
Node* made(std::atomic<Node*>& place) noexcept {
    Node* node = place.load(std::memory_order_acquire);
    if (node != nullptr) { return node; }
    auto* fresh = static_cast<Node*>(map_unlocked(sizeof(Node)));
    if (fresh == nullptr || place.compare_exchange_strong(node, fresh, std::memory_order_acq_rel)) { return fresh; }
    raw_syscall(SYS_munmap, address_of(fresh), sizeof(Node));
    return node;
}

}  // namespace

void BlockMarks::clear_leaf(Leaf& leaf) noexcept {
    // Gives the pages back; refused only where the program has locked them.
    if (raw_syscall(SYS_madvise, address_of(&leaf), sizeof leaf, MADV_DONTNEED) == 0) { return; }
    for (Word& word : leaf.words) { word.store(0, std::memory_order_relaxed); }
}

BlockMarks::Leaf* BlockMarks::leaf_for(const void* block) noexcept {
    Branch* branch = made(branches_[part<kWordBits + kLeafBits + kBranchBits, kRootBits>(block)]);
    return branch == nullptr ? nullptr : made(branch->leaves[part<kWordBits + kLeafBits, kBranchBits>(block)]);
}

BlockMarks::Place BlockMarks::find(const void* block) const noexcept {
    const auto& root = branches_[part<kWordBits + kLeafBits + kBranchBits, kRootBits>(block)];
    Branch* branch = root.load(std::memory_order_acquire);
    if (branch == nullptr) { return {nullptr, 0}; }
    Leaf* leaf = branch->leaves[part<kWordBits + kLeafBits, kBranchBits>(block)].load(std::memory_order_acquire);
    if (leaf == nullptr) { return {nullptr, 0}; }
    return {&leaf->words[part<kWordBits, kLeafBits>(block)], 1ULL << part<4, 6>(block)};
}

bool BlockMarks::add(const void* block) noexcept {
    if (leaf_for(block) == nullptr) { return false; }
    const Place place = find(block);
    place.word->fetch_or(place.bit, std::memory_order_relaxed);
    return true;
}

bool BlockMarks::remove(const void* block) noexcept {
    const Place place = find(block);
    if (place.word == nullptr || (place.word->load(std::memory_order_relaxed) & place.bit) == 0) { return false; }
    return (place.word->fetch_and(~place.bit, std::memory_order_relaxed) & place.bit) != 0;
}

// A thread that is late may still have a leaf in its hands, so leaves stay mapped.
void BlockMarks::clear() noexcept {
    for (const std::atomic<Branch*>& root : branches_) {
        Branch* branch = root.load(std::memory_order_acquire);
        for (std::size_t i = 0; branch != nullptr && i < branch->leaves.size(); ++i) {
            if (Leaf* leaf = branch->leaves[i].load(std::memory_order_acquire)) { clear_leaf(*leaf); }
        }
    }
}

}  // namespace memray::payload
