// fleet.md §5.1: reports that are heard as their stream takes them.
#include <doctest/doctest.h>

#include "fleet/office/heard.hpp"

namespace stint::fleet {
namespace {

push::Recorded report(std::uint64_t sequence, std::size_t size = 1) {
    return {.message = {.sequence = sequence, .body = std::string(size, 'x')}, .at = {}};
}

std::vector<std::uint64_t> numbers(HeardReports& heard, std::uint64_t from, std::size_t count = 100) {
    std::vector<std::uint64_t> all;
    for (const push::Recorded& one : heard.take(from, count))
        all.push_back(one.message.sequence);
    return all;
}

using Numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("§5.1: reports that follow each other are taken as they were heard, so many at once") {
    HeardReports heard;
    for (std::uint64_t n = 3; n < 8; ++n)
        heard.add(report(n));
    CHECK(numbers(heard, 3, 2) == Numbers{3, 4});
    CHECK(numbers(heard, 6) == Numbers{6, 7}); // 5 was read in the stream
    CHECK(numbers(heard, 8).empty());
}

TEST_CASE("§5.1: where one is missing the stream is to be asked, and what it has is not heard again") {
    HeardReports heard;
    heard.add(report(5));
    CHECK(numbers(heard, 4).empty());
    CHECK(numbers(heard, 5) == Numbers{5}); // 4 was read there
    for (const std::uint64_t n : {6, 7, 9, 10})
        heard.add(report(n));
    CHECK(numbers(heard, 6).empty()); // of which 6 and 7 are gone
    CHECK(numbers(heard, 9) == Numbers{9, 10});
    for (const std::uint64_t n : {20, 21, 1, 2}) // another store
        heard.add(report(n));
    CHECK(numbers(heard, 1) == Numbers{1, 2});
    heard.add(report(3));
    heard.forget();
    CHECK(numbers(heard, 3).empty());
}

TEST_CASE("§5.1: what is heard and not taken is bounded") {
    HeardReports heard;
    constexpr std::size_t large = 16 << 10;
    constexpr std::uint64_t fit = HeardReports::most / large;
    for (std::uint64_t n = 1; n <= fit; ++n)
        heard.add(report(n, large));
    heard.add(report(fit + 1, large)); // which begins a new run
    CHECK(numbers(heard, 1).empty());
    CHECK(numbers(heard, fit + 1) == Numbers{fit + 1});
}

} // namespace stint::fleet
