// Preloaded: the program is killed in place of its $KILLED_ATth call that makes a directory, gives a name, or syncs.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static void count(void) {
    static int left = -1;
    if (left < 0) left = atoi(getenv("KILLED_AT"));
    if (--left == 0) kill(getpid(), SIGKILL);
}

#define STEP(name, parameters, arguments)                                                                              \
    int name parameters {                                                                                              \
        static int(*real) parameters;                                                                                  \
        if (!real) *(void**)&real = dlsym(RTLD_NEXT, #name);                                                           \
        count();                                                                                                       \
        return real arguments;                                                                                         \
    }

STEP(mkdir, (const char* path, mode_t mode), (path, mode))
STEP(rename, (const char* from, const char* to), (from, to))
STEP(renameat, (int at, const char* from, int in, const char* to), (at, from, in, to))
STEP(fsync, (int file), (file))
