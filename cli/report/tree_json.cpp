// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include <nlohmann/json.hpp>

#include "cli/report/biggest.h"
#include "cli/report/metadata_json.h"
#include "cli/report/tree_report.h"

namespace memray::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kRootName = "<ROOT>";

Json node_json(const StackView& view, const CallTree& tree, std::uint32_t node) {
    const std::uint32_t number = tree.nodes[node].frame;
    const ViewFrame frame = number == kNoFrame ? ViewFrame{} : view.frames[number];
    const bool root = number == kNoFrame;
    return {{"parent", root ? Json() : Json(tree.nodes[node].parent)},
            {"function", root ? kRootName : view.strings[frame.function]},
            {"file", root ? "" : view.strings[frame.file]},
            {"line", frame.line},
            {"kind", frame.kind == FrameKind::kPython ? "python" : "native"},
            {"bytes", tree.total[0][node].bytes},
            {"num_allocations", tree.total[0][node].count},
            {"own_bytes", tree.own[0][node].bytes},
            {"own_num_allocations", tree.own[0][node].count}};
}

}  // namespace

std::string tree_json(const capture::Profile& profile, const StackView& view, const TreeOptions& options) {
    const Biggest shown = biggest(view, select(profile, options.selection), options.biggest);
    const CallTree tree = build_call_tree(profile, view, {shown.selection}, {});
    Json nodes = Json::array();
    for (std::uint32_t i = 0; i < tree.nodes.size(); ++i) { nodes.push_back(node_json(view, tree, i)); }
    const Json document = {
        {"selection", selection_name(options.selection.kind)},
        {"frames", options.all_frames ? "all" : "own"},
        {"not_shown",
         {{"stacks", shown.others}, {"bytes", shown.of_others.bytes}, {"num_allocations", shown.of_others.count}}},
        {"nodes", std::move(nodes)},
        {"metadata", metadata_json(profile)}};
    return document.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace memray::report
