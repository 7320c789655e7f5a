// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A program that is no Python interpreter but has one in it: embedding SCRIPT ARGUMENTS...
#include <Python.h>
#include <stdio.h>

int main(int argc, char** argv) {
    if (argc < 2) { return 2; }
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    config.parse_argv = 0;
    PyConfig_SetBytesArgv(&config, argc - 1, argv + 1);
    const PyStatus status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    FILE* script = fopen(argv[1], "r");
    if (PyStatus_Exception(status) || script == NULL) { return 1; }
    const int result = PyRun_SimpleFile(script, argv[1]);
    fclose(script);
    return Py_FinalizeEx() != 0 || result != 0;
}
