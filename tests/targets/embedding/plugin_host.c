// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// A program that knows nothing of Python: plugin_host here|fork|child PLUGIN ARGUMENTS... calls the main function of a
// plug-in that it loads: with "here" itself, with "fork" in a child that was forked when the plug-in was loaded, with
// "child" in a child that loads it.
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int call_main(void* plugin, int argc, char** argv) {
    int (*run)(int, char**) = (int (*)(int, char**))dlsym(plugin, "main");
    return run != NULL ? run(argc, argv) : 100;
}

static int exit_code_of(pid_t child) {
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 101;
}

int main(int argc, char** argv) {
    if (argc < 4) { return 102; }
    const int forks_before = strcmp(argv[1], "child") == 0;
    const pid_t early = forks_before ? fork() : 0;
    if (early != 0) { return exit_code_of(early); }
    void* plugin = dlopen(argv[2], RTLD_NOW | RTLD_GLOBAL);
    if (plugin == NULL) { return fprintf(stderr, "%s\n", dlerror()), 103; }
    const pid_t late = strcmp(argv[1], "fork") == 0 ? fork() : 0;
    if (late != 0) { return exit_code_of(late); }
    return call_main(plugin, argc - 2, argv + 2);
}
