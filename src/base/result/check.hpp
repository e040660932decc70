// STINT_CHECK is for our own mistakes, never for input, and stays on in release: it prints where it failed, and aborts.
#pragma once

namespace stint {
[[noreturn]] void checkFailed(const char* condition, const char* file, int line);
}

#define STINT_CHECK(condition)                                                                                         \
    do {                                                                                                               \
        if (!(condition)) ::stint::checkFailed(#condition, __FILE__, __LINE__);                                        \
    } while (false)
