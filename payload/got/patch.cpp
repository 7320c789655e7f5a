// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "payload/got/patch.h"

#include "payload/got/foreign.h"
#include "payload/got/hooked_words.h"
#include "payload/got/objects.h"
#include "payload/got/page_window.h"
#include "payload/got/seen_objects.h"
#include "payload/session.h"

namespace memray::payload {
namespace {

// Nothing for what no hooks are put into.
bool read_object(LoadedObject& object, const dl_phdr_info& info) noexcept {
    if (!object.read(info)) { return false; }
    const auto payload = reinterpret_cast<std::uintptr_t>(&install_hooks);
    return !object.image.contains(payload) && !contains_text(info.dlpi_name, "/ld-linux") &&
           !contains_text(info.dlpi_name, "/ld-musl") && !contains_text(info.dlpi_name, "linux-vdso");
}

template <typename Found>
void for_each_hooked_word(const LoadedObject& object, Found found) noexcept {
    for_each_relocated_word(object, object.plt, found);
    for_each_relocated_word(object, object.data, found);
    for_each_exported_word(object, found);
}

// What is known from one scan to the next. Under the loader's list lock.
SeenObjects seen;
// Somebody else puts hooks in, and may take them out: no object is done with. Where that is not known, all are looked
// at again from time to time.
bool others_hook = false;
constexpr std::int64_t kSecondsBetweenWholeScans = 1;
std::int64_t last_whole_scan = 0;
constexpr std::size_t kMostHooks = 64;
std::uintptr_t canonical_stubs[kMostHooks];

struct Scan {
    ForeignFunctions foreign;
    std::uint64_t chained{0};
    std::uint64_t unpatched{0};
    bool begun{false};
    bool judged{false};
};

// Puts hooks into one object.
class Installer {
public:
    Installer(const LoadedObject& object, Scan& scan) noexcept : object_(object), scan_(scan), window_(object) {}

    // Whether all that can be done has been done.
    bool run() noexcept {
        for_each_hooked_word(object_, [this](const HookedWord& word) { look_at(word); });
        return done_;
    }

private:
    void look_at(const HookedWord& word) noexcept {
        std::uintptr_t& stub = canonical_stubs[word.hook - first_hook()];
        if (word.canonical_stub != 0) { stub = word.canonical_stub; }
        const std::uintptr_t value = word.value();
        if (value == stub || word.hook->hooking_with(reinterpret_cast<void*>(value)) != Hook::kNone) { return; }
        if (const int variant = variant_for(word, value); variant != Hook::kNone) { put(word, variant); }
    }
    static const Hook* first_hook() noexcept {
        std::size_t count = 0;
        return hook_table(count);
    }
    // kNone: the word is left as it is.
    int variant_for(const HookedWord& word, std::uintptr_t value) noexcept {
        const Hook& hook = *word.hook;
        const int known = hook.standing_for(reinterpret_cast<void*>(value));
        if (known != Hook::kNone) { return known; }
        const bool not_bound = word.kind == WordKind::kLazy && object_.image.contains(value);
        if (not_bound) { return hook.original(0) != nullptr ? 0 : Hook::kNone; }
        // A variable that the program has set, or a hook that does not lead on to others.
        if (word.kind == WordKind::kData || hook.variant_count == 1 || value == 0) { return Hook::kNone; }
        if (!scan_.judged && scan_.foreign.note(hook, value)) {
            done_ = false;
            return Hook::kNone;
        }
        const int accepted = scan_.foreign.accept(hook, value);
        if (accepted == Hook::kNone) { ++scan_.unpatched; }
        return accepted;
    }
    void put(const HookedWord& word, int variant) noexcept {
        const bool written =
            window_.write(word.place, reinterpret_cast<std::uintptr_t>(word.hook->hook(variant)) - word.bias);
        if (!written) {
            ++scan_.unpatched;
        } else if (variant != 0 && word.kind != WordKind::kExport) {
            ++scan_.chained;
            others_hook = true;
        }
    }

    const LoadedObject& object_;
    Scan& scan_;
    PageWindow window_;
    bool done_{true};
};

void begin_scan(unsigned long long unloaded) noexcept {
    seen.begin_scan(unloaded);
    const Session* session = newest_session();
    const std::int64_t now = session == nullptr ? 0 : recorder_seconds(*session);
    if (!others_hook && now - last_whole_scan < kSecondsBetweenWholeScans) { return; }
    last_whole_scan = now;
    seen.forget();
}

void install_into(const dl_phdr_info& info, void* data) noexcept {
    Scan& scan = *static_cast<Scan*>(data);
    if (!scan.begun) { begin_scan(info.dlpi_subs); }
    scan.begun = true;
    const auto key = reinterpret_cast<std::uintptr_t>(info.dlpi_phdr);
    LoadedObject object;
    if (seen.contains(key) || !read_object(object, info)) { return; }
    if (Installer(object, scan).run()) { seen.add(key); }
}

void restore_in(const dl_phdr_info& info, void* /*unused*/) noexcept {
    seen.forget();
    LoadedObject object;
    if (!read_object(object, info)) { return; }
    PageWindow window(object);
    for_each_hooked_word(object, [&window](const HookedWord& word) {
        const int variant = word.hook->hooking_with(reinterpret_cast<void*>(word.value()));
        if (variant == Hook::kNone) { return; }
        // Where that cannot be, ours stay and pass everything on.
        static_cast<void>(
            window.write(word.place, reinterpret_cast<std::uintptr_t>(word.hook->original(variant)) - word.bias));
    });
}

}  // namespace

void install_hooks() noexcept {
    Scan scan;
    for_each_object(&install_into, &scan);
    if (!scan.foreign.empty()) {
        scan.foreign.judge();
        scan.judged = true;
        for_each_object(&install_into, &scan);
    }
    wire::ControlPage& control = *newest_session()->control;
    control.losses.unpatched.fetch_add(scan.unpatched, std::memory_order_relaxed);
    control.chained.fetch_add(scan.chained, std::memory_order_relaxed);
}

void restore_hooks() noexcept { for_each_object(&restore_in, nullptr); }

}  // namespace memray::payload
