// Preloaded into stintd: while the file $FAILING_DISK holds an errno, each change of the store's database fails with it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(int file) {
    static const volatile int* error;
    if (!error) {
        const int control = open(getenv("FAILING_DISK"), O_RDONLY | O_CLOEXEC);
        error = mmap(NULL, sizeof *error, PROT_READ, MAP_SHARED, control, 0);
        close(control);
    }
    if (*error == 0) return 0;
    char link[64], path[4096] = {0};
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    if (readlink(link, path, sizeof path - 1) < 0 || !strstr(path, "/stint.db")) return 0;
    errno = *error;
    return 1;
}

#define CHANGE(type, name, parameters, arguments)                                                                      \
    type name parameters {                                                                                             \
        static type(*real) parameters;                                                                                 \
        if (!real) *(void**)&real = dlsym(RTLD_NEXT, #name);                                                           \
        return fails(file) ? -1 : real arguments;                                                                      \
    }

CHANGE(ssize_t, write, (int file, const void* bytes, size_t size), (file, bytes, size))
CHANGE(ssize_t, pwrite, (int file, const void* bytes, size_t size, off_t at), (file, bytes, size, at))
CHANGE(ssize_t, pwrite64, (int file, const void* bytes, size_t size, off64_t at), (file, bytes, size, at))
CHANGE(int, ftruncate, (int file, off_t size), (file, size))
CHANGE(int, ftruncate64, (int file, off64_t size), (file, size))
CHANGE(int, fsync, (int file), (file))
CHANGE(int, fdatasync, (int file), (file))
