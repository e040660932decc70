#include "base/unix/complain.hpp"

#include <cstdio>

#include <fmt/core.h>

#include "base/text/printable.hpp"

namespace stint {

void complain(std::string_view program, std::string_view sentence) {
    fmt::print(stderr, "{}: {}\n", program, printable(sentence));
}

} // namespace stint
