// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What the payload must know about one CPython to read frames from memory: offsets of fields and addresses of a few
// symbols. The controller fills these from its per-version table (3.8 to 3.12) or from _Py_DebugOffsets (3.13 and
// later), so the payload holds no version knowledge of its own.
#pragma once

#include <cstdint>

namespace memray::wire {

// How the newest frame of a thread is found and what a frame is.
enum class FrameModel : std::uint8_t {
    kNone = 0,          // frames of this interpreter cannot be read: events carry no Python stack
    kFrameObject = 1,   // 3.8 - 3.10: tstate->frame, PyFrameObject linked by f_back, f_lasti
    kCFrame = 2,        // 3.11 - 3.12: tstate->cframe->current_frame, _PyInterpreterFrame
    kCurrentFrame = 3,  // 3.13 and later: tstate->current_frame
};

// Where an object's own attributes are (payload/stack/attributes.h). Known of those versions only in which a thread's
// name is to be read.
enum class AttributeModel : std::uint8_t {
    kNone = 0,
    kDict = 1,           // 3.8 - 3.10: in a dict, tp_dictoffset says where
    kValuesPointer = 2,  // 3.11: an array of values, 4 words before the object, or a dict, 3 words before it
    kTaggedPointer = 3,  // 3.12: either, 3 words before the object; bit 0 tells an array
    kInlineValues = 4,   // 3.13: an array behind the object, or a dict, 3 words before it
    kSharedValues = 5,   // 3.13, free-threaded: the same, and other threads may change it meanwhile
};

// Offsets in bytes. Fields that a model does not have are 0 and not read.
struct PythonLayout {
    std::uint32_t hex_version{0};  // PY_VERSION_HEX
    FrameModel model{FrameModel::kNone};
    std::uint8_t shim_owner{0xff};      // frames with owner >= this are not Python code: skip them
    std::uint8_t instruction_shift{0};  // kFrameObject: f_lasti << shift gives bytes (1 in 3.10)
    std::uint8_t free_threaded{0};
    AttributeModel attributes{AttributeModel::kNone};
    std::uint8_t marks_entries{0};         // tell frames that native code called from others (frame_place in record.h)
    std::uint64_t executable_mask{~0ULL};  // f_executable & mask is the code object (tag bits of 3.14)

    std::uint32_t tstate_frame{0};            // frame, cframe or current_frame of PyThreadState
    std::uint32_t tstate_profiled_frame{0};   // last_profiled_frame, 3.15; 0 where there is none
    std::uint32_t tstate_profiled_number{0};  // last_profiled_frame_seq, likewise
    std::uint32_t cframe_current{0};          // kCFrame: _PyCFrame.current_frame
    std::uint32_t frame_previous{0};          // f_back or previous
    std::uint32_t frame_code{0};              // f_code or f_executable
    std::uint32_t frame_instruction{0};       // f_lasti (int32), prev_instr or instr_ptr (pointer)
    std::uint32_t frame_owner{0};             // uint8, where there is one (not in kFrameObject)
    std::uint32_t frame_is_entry{0};          // uint8, 3.11 only: later versions put a shim below an entry
    std::uint32_t frame_tlbc_index{0};        // free-threaded 3.14 and later, else 0
    std::uint32_t object_type{0};             // PyObject.ob_type
    std::uint32_t code_instructions{0};       // co_code_adaptive
    std::uint32_t code_tlbc{0};               // co_tlbc, free-threaded 3.14 and later, else 0
    std::uint32_t code_first_traceable{0};    // _co_firsttraceable (int32, in code units), 0 where there is none
    std::uint32_t code_filename{0};
    std::uint32_t code_name{0};
    std::uint32_t code_first_line{0};
    std::uint32_t code_line_table{0};  // co_lnotab up to 3.9, co_linetable later (bytes object)
    std::uint32_t bytes_size{0};       // ob_size of a bytes object
    std::uint32_t bytes_data{0};
    std::uint32_t unicode_length{0};
    std::uint32_t unicode_state{0};         // 32 bits of flags
    std::uint32_t unicode_ascii_data{0};    // sizeof(PyASCIIObject)
    std::uint32_t unicode_compact_data{0};  // sizeof(PyCompactUnicodeObject)
    std::uint32_t unicode_kind_mask{0};     // in state; kind = (state & mask) >> shift: 1, 2 or 4 bytes a character
    std::uint32_t unicode_kind_shift{0};
    std::uint32_t unicode_compact_bit{0};
    std::uint32_t unicode_ascii_bit{0};
    std::uint32_t type_dealloc{0};      // PyTypeObject.tp_dealloc
    std::uint32_t frame_locals{0};      // of the first local variable; 0 without AttributeModel
    std::uint32_t code_arguments{0};    // co_argcount (int32), likewise
    std::uint32_t type_cached_keys{0};  // PyHeapTypeObject.ht_cached_keys, likewise
};

// Addresses in the target; 0 where the symbol does not exist.
struct PythonAddresses {
    std::uint64_t get_this_thread_state{0};     // PyGILState_GetThisThreadState
    std::uint64_t get_current_thread_state{0};  // PyThreadState_GetUnchecked, up to 3.12 _PyThreadState_UncheckedGet
    std::uint64_t code_type{0};                 // PyCode_Type
    std::uint64_t get_allocator{0};             // PyMem_GetAllocator
    std::uint64_t set_allocator{0};             // PyMem_SetAllocator
    std::uint64_t code{0};                      // of the interpreter: what is executable of its module
    std::uint64_t code_size{0};
    std::uint64_t finalizing{0};  // of _PyRuntime's finalizing word: not 0 once teardown began (Py_FinalizeEx)
};

}  // namespace memray::wire
