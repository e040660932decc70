#include "base/unix/ends.hpp"

#include <cstdio>
#include <string_view>

#include <fmt/core.h>

#include "base/text/printable.hpp"

namespace stint {

void complain(std::string_view program, std::string_view sentence) {
    fmt::print(stderr, "{}: {}\n", program, printable(sentence));
}

int startedByHand(const char* name, const char* what, const char* word) {
    const std::string_view wish(word);
    const bool help = wish == "--help" || wish == "-h";
    if (!help) std::fprintf(stderr, "%s: unknown argument; it takes none\n", name);
    std::fprintf(help ? stdout : stderr, "%s: %s\n", name, what);
    return help ? 0 : 64;
}

} // namespace stint
