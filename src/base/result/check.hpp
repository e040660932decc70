// STINT_CHECK, for our own mistakes.
#pragma once

namespace stint {
[[noreturn]] void checkFailed(const char* condition, const char* file, int line);
}

/// For our own mistakes, never for input; it stays on in release. A false condition prints where it stands, and aborts.
#define STINT_CHECK(condition)                                                                                         \
    do {                                                                                                               \
        if (!(condition)) ::stint::checkFailed(#condition, __FILE__, __LINE__);                                        \
    } while (false)
