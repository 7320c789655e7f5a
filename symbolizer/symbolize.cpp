// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "symbolizer/symbolize.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "injector/base/error.h"
#include "injector/capture/byte_reader.h"
#include "symbolizer/debuginfod_client.h"
#include "symbolizer/kept_file.h"
#include "symbolizer/module_finder.h"
#include "symbolizer/module_session.h"
#include "symbolizer/names.h"
#include "symbolizer/perf_map.h"
#include "symbolizer/symbol_tables.h"
#include "symbolizer/worker_pool.h"

namespace memray::symbolizer {
namespace {

using capture::NativeFrame;
using capture::Profile;
using capture::SymbolSource;

struct ModuleTask {
    std::uint32_t module{0};
    std::vector<std::uint32_t> frames;
    std::string debug_file;  // downloaded
};

void require_folder(const std::string& path, const char* what) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) { throw base::system_error(std::string(what) + " " + path); }
    if (!S_ISDIR(status.st_mode)) { throw base::system_error(std::string(what) + " " + path, ENOTDIR); }
}

// What a worker sent. It has read hostile files: what cannot be understood is the file's fault.
ModuleNames received(const std::optional<capture::Bytes>& bytes) {
    try {
        if (bytes) { return decode_names(*bytes); }
    } catch (const capture::Corrupt&) {  // as if it had crashed
    }
    return {SymbolSource::kUnreadable, false, {}};
}

class Symbolizer {
public:
    Symbolizer(const Profile& profile, const Options& options, const Progress& progress)
        : profile_(profile),
          options_(options),
          progress_(progress),
          target_(profile),
          finder_(options, target_),
          tables_(profile) {}

    Outcome run() {
        name_generated_code();
        name_modules(tasks());
        if (options_.debuginfod) { ask_debuginfod(); }
        return {tables_.take(), std::move(notes_)};
    }

private:
    // The modules with most frames first, so that no large one is left over for the end.
    [[nodiscard]] std::vector<ModuleTask> tasks() const {
        std::vector<ModuleTask> tasks(profile_.modules.size());
        for (std::uint32_t i = 0; i < tasks.size(); ++i) { tasks[i].module = i; }
        for (std::uint32_t i = 0; i < profile_.native_frames.size(); ++i) {
            const std::uint32_t module = profile_.native_frames[i].module;
            if (module != capture::kNoModule) { tasks[module].frames.push_back(i); }
        }
        std::erase_if(tasks, [](const ModuleTask& task) { return task.frames.empty(); });
        std::sort(tasks.begin(), tasks.end(),
                  [](const ModuleTask& a, const ModuleTask& b) { return a.frames.size() > b.frames.size(); });
        return tasks;
    }

    void name_generated_code() {
        const PerfMap map = PerfMap::of(profile_, options_, target_);
        if (map.empty()) { return; }
        for (std::uint32_t i = 0; i < profile_.native_frames.size(); ++i) {
            const NativeFrame& frame = profile_.native_frames[i];
            const std::string name = frame.module == capture::kNoModule ? map.name_at(frame.lookup()) : "";
            if (!name.empty()) { tables_.set(i, {{name, "", 0}}); }
        }
    }

    void name_modules(const std::vector<ModuleTask>& tasks) {
        std::size_t all = 0;
        std::size_t done = 0;
        for (const ModuleTask& task : tasks) { all += task.frames.size(); }
        WorkerPool pool(options_.jobs, options_.module_limit);
        pool.run(
            tasks.size(), [&](std::size_t number) { return encode_names(read_module(tasks[number])); },
            [&](std::size_t number, const std::optional<capture::Bytes>& bytes) {
                take_names(tasks[number], bytes);
                done += tasks[number].frames.size();
                if (progress_) { progress_(static_cast<double>(done) / static_cast<double>(all)); }
            });
    }

    // In a worker process.
    [[nodiscard]] ModuleNames read_module(const ModuleTask& task) const {
        ::unsetenv("DEBUGINFOD_URLS");  // libdwfl would ask by itself, without limit
        const capture::Module& module = profile_.modules[task.module];
        ModuleNames result;
        ModuleFile file = finder_.find(module, task.debug_file);
        if (!file.fd) {
            file.fd = kept_file(profile_, task.module);
            file.path = module.path;
            result.kept = static_cast<bool>(file.fd);
        }
        if (!file.fd) {
            result.source = file.problem;
            return result;
        }
        ModuleSession session(file.fd.release(), {file.path, path_in_root(module.path, options_.sysroot),
                                                  finder_.debug_dirs(), module.build_id, task.debug_file});
        result.source = session.source();
        for (const std::uint32_t frame : task.frames) {
            result.of.push_back(session.names_at(profile_.native_frames[frame].lookup()));
        }
        return result;
    }

    void take_names(const ModuleTask& task, const std::optional<capture::Bytes>& bytes) {
        const ModuleNames names = received(bytes);
        // A second look, with a downloaded file, may only make things better.
        if (names.source < tables_.source(task.module)) { return; }
        tables_.set_source(task.module, {names.source, names.kept});
        for (std::size_t i = 0; i < std::min(names.of.size(), task.frames.size()); ++i) {
            tables_.set(task.frames[i], names.of[i]);
        }
    }

    void ask_debuginfod() {
        DebuginfodClient client(options_.debuginfod_limit);
        std::vector<ModuleTask> again;
        for (ModuleTask& task : tasks()) {
            if (tables_.source(task.module) == SymbolSource::kDebugInformation) { continue; }
            task.debug_file = client.find(profile_.modules[task.module].build_id);
            if (!task.debug_file.empty()) { again.push_back(std::move(task)); }
        }
        if (!client.problem().empty()) { notes_.push_back(client.problem()); }
        name_modules(again);
    }

    const Profile& profile_;
    const Options& options_;
    const Progress& progress_;
    TargetProcess target_;
    ModuleFinder finder_;
    SymbolTables tables_;
    std::vector<std::string> notes_;
};

}  // namespace

void require_folders(const Options& options) {
    if (!options.sysroot.empty()) { require_folder(options.sysroot, "sysroot"); }
    for (const std::string& dir : options.debug_dirs) { require_folder(dir, "debug directory"); }
}

Outcome symbolize(const Profile& profile, const Options& options, const Progress& progress) {
    return Symbolizer(profile, options, progress).run();
}

}  // namespace memray::symbolizer
