// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "injector/cpython/python_layout.h"

namespace memray::cpython {
namespace {

using wire::FrameModel;
using wire::PythonLayout;

// What all of 3.8 to 3.15 have in common, without free threading.
PythonLayout common_layout(PythonVersion version) {
    PythonLayout layout;
    layout.hex_version = version.hex;
    layout.object_type = 8;
    layout.bytes_size = 16;
    layout.bytes_data = 32;
    layout.unicode_length = 16;
    layout.unicode_state = 32;
    layout.unicode_ascii_data = 48;
    layout.unicode_compact_data = 72;
    layout.unicode_kind_mask = 0x1c;
    layout.unicode_kind_shift = 2;
    layout.unicode_compact_bit = 0x20;
    layout.unicode_ascii_bit = 0x40;
    layout.type_dealloc = 48;
    return layout;
}

// 3.8 to 3.10: PyFrameObject.
PythonLayout frame_object_layout(PythonVersion version) {
    PythonLayout layout = common_layout(version);
    layout.model = FrameModel::kFrameObject;
    layout.tstate_frame = 24;
    layout.frame_previous = 24;
    layout.frame_code = 32;
    layout.frame_instruction = version.minor() < 10 ? 104 : 96;
    layout.instruction_shift = version.minor() < 10 ? 0 : 1;  // 3.10 counts f_lasti in units of two bytes
    layout.code_filename = 104;
    layout.code_name = 112;
    layout.code_first_line = 40;
    layout.code_line_table = 120;
    return layout;
}

// 3.11 and 3.12: _PyInterpreterFrame, found through _PyCFrame.
PythonLayout cframe_layout(PythonVersion version) {
    PythonLayout layout = common_layout(version);
    layout.model = FrameModel::kCFrame;
    layout.tstate_frame = 56;
    layout.frame_instruction = 56;
    layout.code_filename = 112;
    layout.code_name = 120;
    layout.code_line_table = 136;
    return layout;
}

PythonLayout layout_3_11(PythonVersion version) {
    PythonLayout layout = cframe_layout(version);
    layout.cframe_current = 8;
    layout.frame_previous = 48;
    layout.frame_code = 32;
    layout.frame_owner = 69;
    layout.frame_is_entry = 68;
    layout.code_first_line = 72;
    layout.code_first_traceable = 168;
    layout.code_instructions = 184;
    return layout;
}

PythonLayout layout_3_12(PythonVersion version) {
    PythonLayout layout = cframe_layout(version);
    layout.cframe_current = 0;
    layout.frame_previous = 8;
    layout.frame_code = 0;
    layout.frame_owner = 70;
    layout.shim_owner = 3;  // FRAME_OWNED_BY_CSTACK
    layout.code_first_line = 68;
    layout.code_first_traceable = 176;
    layout.code_instructions = 192;
    layout.unicode_ascii_data = 40;
    layout.unicode_compact_data = 56;
    return layout;
}

}  // namespace

LayoutFacts layout_from_table(PythonVersion version) {
    if (!version.at_least(3, 11)) { return {frame_object_layout(version), 16}; }
    if (!version.at_least(3, 12)) { return {layout_3_11(version), 24}; }
    return {layout_3_12(version), 24};
}

}  // namespace memray::cpython
