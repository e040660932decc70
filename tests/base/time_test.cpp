// Durations, sizes, rates and times of day as people write them (scenario.md, values).
#include "base/time/time.hpp"

#include <doctest/doctest.h>
#include <limits>
#include <rapidcheck.h>

using namespace stint;

namespace {

bool mentions(const Error& error, std::string_view words) { return error.message.find(words) != std::string::npos; }

} // namespace

TEST_CASE("a duration is a sum of numbers and units, largest first") { // scenario.md, values
    struct Row {
        std::string_view text;
        Duration duration;
    };
    // clang-format off
    for (auto& r : {Row{"0s",            0s},
                    Row{"90s",           90s},
                    Row{"5min",          5min},
                    Row{"1h30min",       90min},
                    Row{"1h90min",       150min},
                    Row{"2d",            48h},
                    Row{"250ms",         250ms},
                    Row{"1d1h1min1s1ms", 25h + 61s + 1ms},
                    Row{"007s",          7s}}) {
        // clang-format on
        CAPTURE(r.text);
        auto parsed = parseDuration(r.text);
        REQUIRE(parsed.ok());
        CHECK(*parsed == r.duration);
    }
}

TEST_CASE("nothing else is a duration, and the message says why") { // scenario.md, values
    struct Row {
        std::string_view text;
        std::string_view why;
    };
    // clang-format off
    for (auto& r : {Row{"",           "it is empty"},
                    Row{"0",          "\"0\" has no unit"},
                    Row{"1h30",       "\"30\" has no unit"},
                    Row{"5 minutes",  "\" minutes\" is not a unit"},
                    Row{"5minutes",   "\"minutes\" is not a unit"},
                    Row{"5m",         "\"m\" is not a unit"},
                    Row{"1.5h",       "\".\" is not a unit"},
                    Row{"-5s",        "a number must stand before \"-\""},
                    Row{"+5s",        "a number must stand before \"+\""},
                    Row{"s",          "a number must stand before \"s\""},
                    Row{" 5s",        "a number must stand before \" \""},
                    Row{"5s ",        "\"s \" is not a unit"},
                    Row{"5S",         "\"S\" is not a unit"},
                    Row{"30min1h",    "h comes after min"},
                    Row{"1h1h",       "h comes after h"},
                    Row{"99999999999999999999s", "it is too long"},
                    Row{"9223372036854775807s",  "it is too long"},
                    Row{"106751991167d16h",      "it is too long"}}) {
        // clang-format on
        CAPTURE(r.text);
        auto parsed = parseDuration(r.text);
        REQUIRE_FALSE(parsed.ok());
        CHECK(parsed.error().code == Errc::ILLEGAL_ARGUMENT);
        CAPTURE(parsed.error().message);
        CHECK(mentions(parsed.error(), r.why));
        CHECK(mentions(parsed.error(), "such as 1h30min")); // what would be right
    }
}

TEST_CASE("a message quotes a bounded piece of a text without bounds") {
    auto parsed = parseDuration(std::string(100'000, 'x'));
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().message.size() < 500);
    // Two bytes a character: cut between them, not within one.
    std::string text = "1";
    for (int i = 0; i < 100; ++i)
        text += "é";
    parsed = parseDuration(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(mentions(parsed.error(), "éé…\""));
}

TEST_CASE("a duration is written in all the units it needs and no other") {
    CHECK(formatDuration(0s) == "0s");
    CHECK(formatDuration(90s) == "1min30s");
    CHECK(formatDuration(24h) == "1d");
    CHECK(formatDuration(48h + 3ms) == "2d3ms");
    CHECK(formatDuration(-90s) == "-1min30s");
    CHECK(formatDuration(Duration::min()) == "-106751991167d7h12min55s808ms"); // nothing overflows
}

TEST_CASE("a written duration reads as the same one") {
    CHECK(rc::check("parse(format(d)) == d", [] {
        const Duration duration{*rc::gen::inRange<std::int64_t>(0, std::numeric_limits<std::int64_t>::max())};
        RC_ASSERT(*parseDuration(formatDuration(duration)) == duration);
    }));
}

TEST_CASE("a rough duration keeps the two units that matter most") {
    struct Row {
        Duration duration;
        std::string_view text;
    };
    // clang-format off
    for (auto& r : {Row{0s,                       "0s"},
                    Row{250ms,                    "250ms"},
                    Row{999ms,                    "999ms"},
                    Row{1s + 999ms,               "1s"},
                    Row{4min + 10s + 300ms,       "4min10s"},
                    Row{1h + 30min + 12s,         "1h30min"},
                    Row{1h + 12s,                 "1h"},
                    Row{24h + 5min,               "1d"},
                    Row{50h + 59min,              "2d2h"},
                    Row{-(1h + 30min + 12s),      "-1h30min"},
                    Row{-1500ms,                  "-1s"},
                    Row{Duration::min(),          "-106751991167d7h"}}) {
        // clang-format on
        CAPTURE(r.text);
        CHECK(roughDuration(r.duration) == r.text);
    }
}

TEST_CASE("KB is a power of 1000 and KiB one of 1024") { // scenario.md, values
    struct Row {
        std::string_view text;
        Bytes size;
    };
    // clang-format off
    for (auto& r : {Row{"0",       0},
                    Row{"0B",      0},
                    Row{"512B",    512},
                    Row{"64KB",    64'000},
                    Row{"64KiB",   65'536},
                    Row{"1.5MB",   1'500'000},
                    Row{"1.5KiB",  1'536},
                    Row{"1GiB",    1'073'741'824},
                    Row{"0.5GB",   500'000'000},
                    Row{"1.1GiB",  1'181'116'006}, // the part of a byte is cut off
                    Row{"1.999999999GB", 1'999'999'999}}) {
        // clang-format on
        CAPTURE(r.text);
        auto parsed = parseSize(r.text);
        REQUIRE(parsed.ok());
        CHECK(*parsed == r.size);
    }
}

TEST_CASE("a size of an option may have one letter, or none") {
    CHECK(*parseShortSize("200M") == 200_MiB);
    CHECK(*parseShortSize("1.5k") == 1536);
    CHECK(*parseShortSize("2GB") == 2_GB);
    CHECK(*parseShortSize("700") == 700);
    for (const char* const text : {"", "M", "2T", "-2M", "2 M", "2MM"}) {
        CAPTURE(text);
        REQUIRE_FALSE(parseShortSize(text).ok());
        CHECK(mentions(parseShortSize(text).error(), "such as 1.5MB"));
    }
}

TEST_CASE("nothing else is a size") { // scenario.md, values
    for (std::string_view text : {"", "1", "00", "1 MB", "1mb", "1M", "MB", ".5MB", "1.MB", "1..5MB", "-1B", "1.5",
                                  "1.0000000001MB", "9223372036854775808B", "9999999999GiB", "0x10B", "1MB1KB"}) {
        CAPTURE(text);
        auto parsed = parseSize(text);
        REQUIRE_FALSE(parsed.ok());
        CHECK(parsed.error().code == Errc::ILLEGAL_ARGUMENT);
        CHECK(mentions(parsed.error(), "such as 1.5MB"));
    }
}

TEST_CASE("a size for people has at most one decimal") {
    struct Row {
        Bytes size;
        std::string_view text;
    };
    // clang-format off
    for (auto& r : {Row{NETWORK_BYTES_UNKNOWN,    "unknown"},
                    Row{0,               "0 B"},
                    Row{1023,            "1023 B"},
                    Row{1024,            "1 KiB"},
                    Row{1536,            "1.5 KiB"},
                    Row{256_MiB,         "256 MiB"},
                    Row{1_MiB - 1,       "1 MiB"}, // not "1024 KiB"
                    Row{1'300'000'000,   "1.2 GiB"},
                    Row{std::numeric_limits<Bytes>::max(), "8 EiB"}}) {
        // clang-format on
        CAPTURE(r.size);
        CHECK(formatSize(r.size) == r.text);
    }
}

TEST_CASE("an exact size is the shortest that loses nothing, and reads as the same") {
    CHECK(exactSize(0) == "0");
    CHECK(exactSize(500_MiB) == "500MiB");
    CHECK(exactSize(1500_KB) == "1500KB");
    CHECK(exactSize(1) == "1B");
    CHECK(rc::check("parse(exact(s)) == s", [] {
        const Bytes size = *rc::gen::inRange<Bytes>(0, std::numeric_limits<Bytes>::max());
        RC_ASSERT(*parseSize(exactSize(size)) == size);
    }));
}

TEST_CASE("a rate is bits a second in powers of 1000") { // scenario.md, values
    CHECK(*parseRate("10Mbps") == 10'000);
    CHECK(*parseRate("800kbps") == 800);
    CHECK(*parseRate("1.5Mbps") == 1'500);
    CHECK(*parseRate("2Gbps") == 2'000'000);
    CHECK(*parseRate("0") == 0);
    CHECK(formatRate(10'000) == "10Mbps");
    CHECK(formatRate(1'500) == "1500kbps");
    CHECK(formatRate(0) == "0");
    CHECK(rc::check("parse(format(r)) == r", [] {
        const Kbps rate = *rc::gen::inRange<Kbps>(0, 1'000'000'000'000);
        RC_ASSERT(*parseRate(formatRate(rate)) == rate);
    }));
}

TEST_CASE("a rate that is known never becomes 0, which is unknown") {
    for (std::string_view text : {"0kbps", "0.5kbps", "10", "10mbps", "10MBps", "fast", ""}) {
        CAPTURE(text);
        CHECK_FALSE(parseRate(text).ok());
    }
}

TEST_CASE("a time of day is RFC 3339 in UTC, to the millisecond") { // scenario.md, values
    CHECK(formatWall(WallTime{}) == "1970-01-01T00:00:00.000Z");
    CHECK(formatWall(WallTime{Duration{1'767'600'000'123}}) == "2026-01-05T08:00:00.123Z");
    CHECK(formatWall(WallTime{-1ms}) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("a moment to come is as far off on the wall as on the boot clock") {
    const Now now{.elapsed = Instant{10s}, .wall = WallTime{100s}};
    CHECK(wallAt(Instant{25s}, now) == WallTime{115s});
    CHECK(wallAt(Instant{5s}, now) == WallTime{95s});
}
