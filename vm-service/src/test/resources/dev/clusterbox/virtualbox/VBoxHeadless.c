/*
 * Stands in for VBoxHeadless in tests, so that virtual machines start without VirtualBox's kernel driver: their code is then
 * interpreted, very slowly, which is enough to see states, sessions and errors as they really are. For tests only.
 *
 * VirtualBox asks for this mode of its own with a flag of SUPR3InitEx that no option of VBoxHeadless sets. Here that
 * function is found before VirtualBox's own, adds the flag, and calls it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER "/usr/lib/virtualbox/"
#define DRIVERLESS_INTERPRETER_ALLOWED 8u

static void *runtime;

static void *symbol(void *library, const char *name) {
    void *found = library ? dlsym(library, name) : NULL;
    if (!found) {
        fprintf(stderr, "VBoxHeadless stand-in: %s: %s\n", name, dlerror());
        exit(1);
    }
    return found;
}

int SUPR3InitEx(uint32_t flags, void *session) {
    int (*real)(uint32_t, void *) = (int (*)(uint32_t, void *))symbol(runtime, "SUPR3InitEx");
    return real(flags | DRIVERLESS_INTERPRETER_ALLOWED, session);
}

int main(int count, char **arguments, char **environment) {
    runtime = dlopen(FOLDER "VBoxRT.so", RTLD_NOW | RTLD_GLOBAL);
    int (*init)(int, char ***, uint32_t) = (int (*)(int, char ***, uint32_t))symbol(runtime, "RTR3InitExe");
    int code = init(count, &arguments, 0);
    if (code < 0) {
        fprintf(stderr, "VBoxHeadless stand-in: RTR3InitExe: %d\n", code);
        return 1;
    }
    void *program = dlopen(FOLDER "VBoxHeadless.so", RTLD_NOW | RTLD_GLOBAL);
    int (*run)(int, char **, char **) = (int (*)(int, char **, char **))symbol(program, "TrustedMain");
    return run(count, arguments, environment);
}
