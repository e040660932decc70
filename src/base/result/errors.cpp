#include "base/result/errors.hpp"

#include <cstdio>
#include <cstdlib>

namespace stint {

void checkFailed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "stint: %s:%d: this must hold and does not: %s\n", file, line, condition);
    std::abort();
}

} // namespace stint
