// fleet.md §5.1: what the server that leads has read, as it tells the others.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include "push/broker/reading.hpp"

namespace stint::push {
namespace {

Recorded report(std::uint64_t sequence, std::string body) {
    return {.message = {.subject = fmt::format("stint.f.report.00.{}", sequence),
                        .sequence = sequence,
                        .headers = {},
                        .body = std::move(body)},
            .at = WallTime(Duration(1'795'000'000'123 + static_cast<std::int64_t>(sequence)))};
}

} // namespace

TEST_CASE("§5.1: what was read is told as it was, whatever bytes it has, and in no longer texts than needed") {
    std::vector<Recorded> reports{report(7, std::string("\0\xff\"", 3)), report(8, "")};
    for (std::uint64_t n = 9; n < 30; ++n)
        reports.push_back(report(n, std::string(16 << 10, 'x')));
    const auto texts = textsOf(reports);
    CHECK(texts.size() == 3); // 336 KiB
    std::vector<Recorded> told;
    for (const std::string& text : texts) {
        CHECK(text.size() < 256 << 10);
        for (Recorded& one : reportsIn(text).value())
            told.push_back(std::move(one));
    }
    REQUIRE(told.size() == reports.size());
    for (std::size_t n = 0; n < told.size(); ++n) {
        CHECK(told[n].message == reports[n].message);
        CHECK(told[n].at == reports[n].at);
    }
    CHECK(textsOf({}).empty());
}

TEST_CASE("§5.1: what is no such text is none, wherever it is wrong") {
    const std::string text = textsOf({report(7, "a body")}).front();
    REQUIRE(reportsIn(text).value().size() == 1);
    for (std::size_t n = 0; n < text.size(); ++n) {
        CHECK_FALSE(reportsIn(text.substr(0, n)).ok());
        std::string other = text;
        other[n] = '\x01';
        CHECK_FALSE(reportsIn(other).ok());
    }
    for (const char* const wrong :
         {"{}", "7", "[7]", "[[]]", R"([[7,1,"s"]])", R"([[-7,1,"s",""]])", R"([[7,-1,"s",""]])",
          R"([[7,253402300800000,"s",""]])", R"([["7",1,"s",""]])", R"([[7,"1","s",""]])", R"([[7,1,2,""]])",
          R"([[7,1,"s",2]])", R"([[7,1,"s","="]])", R"([[7,1,"s","",""]])"})
        CHECK_FALSE(reportsIn(wrong).ok());
    CHECK_FALSE(reportsIn(std::string(1 << 20, '[')).ok());
}

} // namespace stint::push
