// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Functions whose names, lines and inlining the tests of the symbolizer compare with other tools: templates, lambdas,
// namespaces, exceptions, functions inlined into each other, and one in assembly.
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace shapes {

using Sink = void (*)(void*);

template <typename T, int N>
struct Block {
    T values[N];
};

namespace {

__attribute__((noinline)) void* local(std::size_t size) {
    void* block = std::malloc(size);
    return block;
}

}  // namespace

inline void* innermost(std::size_t size) {
    void* block = std::malloc(size);
    return block;
}

inline void* middle(std::size_t size, Sink sink) {
    void* block = innermost(size + 1);
    sink(block);
    return block;
}

template <typename T>
__attribute__((noinline)) T* make(std::size_t count, Sink sink) {
    void* block = middle(count * sizeof(T), sink);
    return static_cast<T*>(block);
}

class Canvas {
public:
    explicit Canvas(Sink sink) : sink_(sink) {}
    __attribute__((noinline)) void draw(const std::string& name, int count) {
        for (int i = 0; i < count; ++i) { layers_[name].push_back(i); }
        sink_(&layers_);
    }
    __attribute__((noinline)) int operator()(int value) const {
        const auto scaled = [this, value](int factor) {
            if (factor > 7) { throw value; }
            return static_cast<int>(layers_.size()) * factor;
        };
        try {
            return scaled(value);
        } catch (int thrown) { return thrown; }
    }

private:
    Sink sink_;
    std::map<std::string, std::vector<int>> layers_;
};

}  // namespace shapes

extern "C" {

void* shapes_in_assembly(std::size_t size);

__attribute__((visibility("default"))) void* shapes_run(std::size_t count, shapes::Sink sink) {
    shapes::Canvas canvas(sink);
    canvas.draw("first", canvas(static_cast<int>(count)));
    sink(shapes::local(count));
    sink(shapes::make<shapes::Block<double, 3>>(count, sink));
    sink(shapes_in_assembly(count));
    return shapes::make<int>(count, sink);
}

static std::size_t add_twice(std::size_t value) { return value + value; }

__attribute__((visibility("default"))) std::size_t shapes_plain(std::size_t value) { return add_twice(value) + 1; }
}

asm(R"(
    .pushsection .text
    .globl shapes_in_assembly
    .hidden shapes_in_assembly
    .type shapes_in_assembly, @function
shapes_in_assembly:
    .cfi_startproc
    subq $8, %rsp
    .cfi_def_cfa_offset 16
    call malloc@PLT
    addq $8, %rsp
    .cfi_def_cfa_offset 8
    ret
    .cfi_endproc
    .size shapes_in_assembly, .-shapes_in_assembly
    .popsection
)");
