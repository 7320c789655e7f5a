// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/heap/accounts/python_claims.h"

#include "injector/base/error.h"
#include "injector/heap/accounts/malloc_claims.h"
#include "injector/heap/python/classifier.h"
#include "injector/heap/python/pymalloc.h"
#include "injector/heap/python/runtime.h"
#include "injector/heap/python/type_table.h"

namespace memray::heap {
namespace {

Term term_of_unused(Unused kind) {
    switch (kind) {
        case Unused::kFreeBlock:
            return Term::kPymallocFree;
        case Unused::kUntouchedBlock:
            return Term::kPymallocUntouched;
        case Unused::kPoolHeader:
        case Unused::kPoolTail:
            return Term::kPymallocHeaders;
        case Unused::kEmptyPool:
            return Term::kPymallocEmptyPools;
        default:
            return Term::kPymallocAlignment;
    }
}

Term term_of_small(const Classified& found) {
    if (found.free) { return Term::kPymallocKept; }
    return found.type == kNoType ? Term::kPymallocOther : Term::kPymallocObjects;
}

}  // namespace

struct PythonClaims::State {
    State(const Memory& memory, Runtime found)
        : runtime(std::move(found)), types(memory, runtime), classifier(memory, runtime, types) {}

    Runtime runtime;
    TypeTable types;
    Classifier classifier;
};

PythonClaims::PythonClaims(const Memory& memory) : memory_(memory) {
    try {
        state_ = std::make_unique<State>(memory, find_runtime(memory));
    } catch (const base::Error&) {
    }  // not Python, or a build that nobody has looked at: all of it is still accounted for
}

PythonClaims::~PythonClaims() = default;

void PythonClaims::claim(Ledger& ledger) const {
    if (!state_) { return; }
    const Pymalloc pymalloc(memory_, state_->runtime);
    const auto used = [&](const Block& block) {
        ledger.claim(block.address, block.address + block.size, term_of(block));
    };
    const auto unused = [&](RemoteAddr address, std::uint64_t size, Unused kind) {
        ledger.claim(address, address + size, term_of_unused(kind));
    };
    pymalloc.visit(used, unused);
}

Term PythonClaims::term_of(const Block& block) const {
    if (!state_) { return term_of_malloc(block); }
    const Classified found = state_->classifier.classify(block);
    if (block.origin == BlockOrigin::kPymalloc) { return term_of_small(found); }
    return found.type == kNoType || found.free ? term_of_malloc(block) : Term::kMallocObjects;
}

}  // namespace memray::heap
