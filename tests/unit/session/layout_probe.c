// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Compiled by a test against the headers of each interpreter: prints where these have the fields of wire::PythonLayout,
// as "name value" lines, and where _PyRuntime has its finalizing word.
#define Py_BUILD_CORE 1
#include <Python.h>
//
#include <frameobject.h>
#include <stddef.h>
#include <stdio.h>
#if PY_VERSION_HEX < 0x03090000
#include "internal/pycore_pystate.h"
#else
#include "internal/pycore_interp.h"
#include "internal/pycore_runtime.h"
#endif
#if PY_VERSION_HEX >= 0x030B0000
#include "internal/pycore_code.h"
#include "internal/pycore_frame.h"
#endif
#if PY_VERSION_HEX >= 0x030E0000
#include "internal/pycore_interpframe.h"
#endif

static void print(const char* name, size_t value) { printf("%s %zu\n", name, value); }

static void print_frames(void) {
#if PY_VERSION_HEX < 0x030B0000
    print("tstate_frame", offsetof(PyThreadState, frame));
    print("frame_previous", offsetof(PyFrameObject, f_back));
    print("frame_code", offsetof(PyFrameObject, f_code));
    print("frame_instruction", offsetof(PyFrameObject, f_lasti));
#else
    print("frame_previous", offsetof(_PyInterpreterFrame, previous));
    print("frame_owner", offsetof(_PyInterpreterFrame, owner));
#if PY_VERSION_HEX < 0x030D0000
    print("tstate_frame", offsetof(PyThreadState, cframe));
    print("cframe_current", offsetof(_PyCFrame, current_frame));
    print("frame_code", offsetof(_PyInterpreterFrame, f_code));
    print("frame_instruction", offsetof(_PyInterpreterFrame, prev_instr));
#else
    print("tstate_frame", offsetof(PyThreadState, current_frame));
    print("frame_code", offsetof(_PyInterpreterFrame, f_executable));
    print("frame_instruction", offsetof(_PyInterpreterFrame, instr_ptr));
#endif
#endif
}

// What it takes to read a thread's name; later versions tell the kernel.
#if PY_VERSION_HEX < 0x030E0000
static void print_attributes(void) {
    print("code_arguments", offsetof(PyCodeObject, co_argcount));
    print("type_cached_keys", offsetof(PyHeapTypeObject, ht_cached_keys));
#if PY_VERSION_HEX < 0x030B0000
    print("frame_locals", offsetof(PyFrameObject, f_localsplus));
#else
    print("frame_locals", offsetof(_PyInterpreterFrame, localsplus));
#endif
}
#else
static void print_attributes(void) {}
#endif

static void print_code(void) {
    print("code_filename", offsetof(PyCodeObject, co_filename));
    print("code_name", offsetof(PyCodeObject, co_name));
    print("code_first_line", offsetof(PyCodeObject, co_firstlineno));
#if PY_VERSION_HEX < 0x030A0000
    print("code_line_table", offsetof(PyCodeObject, co_lnotab));
#else
    print("code_line_table", offsetof(PyCodeObject, co_linetable));
#endif
#if PY_VERSION_HEX >= 0x030B0000
    print("code_instructions", offsetof(PyCodeObject, co_code_adaptive));
    print("code_first_traceable", offsetof(PyCodeObject, _co_firsttraceable));
#endif
}

static void print_objects(void) {
    print("object_type", offsetof(PyObject, ob_type));
    print("bytes_size", offsetof(PyVarObject, ob_size));
    print("bytes_data", offsetof(PyBytesObject, ob_sval));
    print("unicode_length", offsetof(PyASCIIObject, length));
    print("unicode_state", offsetof(PyASCIIObject, state));
    print("unicode_ascii_data", sizeof(PyASCIIObject));
    print("unicode_compact_data", sizeof(PyCompactUnicodeObject));
    print("type_dealloc", offsetof(PyTypeObject, tp_dealloc));
}

// Bit fields have no offset: set them and look.
static void print_unicode_bits(void) {
    PyASCIIObject text = {0};
    unsigned bits = 0;
#define PRINT_BITS(name, field, number)                              \
    text.state.field = (number);                                     \
    memcpy(&bits, (char*)&text + offsetof(PyASCIIObject, state), 4); \
    print(name, bits);                                               \
    text.state.field = 0;
    PRINT_BITS("unicode_kind_mask", kind, 7)
    PRINT_BITS("unicode_compact_bit", compact, 1)
    PRINT_BITS("unicode_ascii_bit", ascii, 1)
}

int main(void) {
    print_frames();
    print_code();
    print_objects();
    print_unicode_bits();
    print_attributes();
#if PY_VERSION_HEX < 0x03090000
    print("finalizing", offsetof(_PyRuntimeState, finalizing));
#else
    print("finalizing", offsetof(_PyRuntimeState, _finalizing));
#endif
    return 0;
}
