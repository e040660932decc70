#include <doctest/doctest.h>

#include "cli/print/progress.hpp"
#include "cli/screen/text.hpp"

using namespace stint;
using namespace stint::cli;

namespace {
const Progress half{.label = "debian.iso", .done = 128_MiB, .total = 256_MiB, .rate = 16_MiB};
}

TEST_CASE(
    "a progress line gives up the bar, the time left, the rate and the sizes, in this order, as it gets narrower") {
    struct Row {
        std::size_t columns;
        std::string_view line;
    };
    // clang-format off
    for (auto& r : {Row{100, "debian.iso   50% [===================>                  ]  128 MiB of 256 MiB  16 MiB/s  8s left"},
                    Row{75,  "debian.iso   50% [========>       ]  128 MiB of 256 MiB  16 MiB/s  8s left"},
                    Row{70,  "debian.iso   50% [=====>     ]  128 MiB of 256 MiB  16 MiB/s  8s left"},
                    Row{67,  "debian.iso   50% [====>   ]  128 MiB of 256 MiB  16 MiB/s  8s left"},
                    Row{66,  "debian.iso   50%  128 MiB of 256 MiB  16 MiB/s  8s left"},
                    Row{56,  "debian.iso   50%  128 MiB of 256 MiB  16 MiB/s  8s left"},
                    Row{50,  " 50%  128 MiB of 256 MiB  16 MiB/s  8s left"},
                    Row{40,  " 50%  128 MiB of 256 MiB  16 MiB/s"},
                    Row{30,  " 50%  128 MiB of 256 MiB"},
                    Row{10,  " 50%"},
                    Row{5,   " 50%"},
                    Row{4,   " 5…"},
                    Row{1,   ""},
                    Row{0,   ""}}) {
        // clang-format on
        CAPTURE(r.columns);
        CHECK(progressLine(half, r.columns) == r.line);
    }
}

TEST_CASE("no progress line is wider than its terminal, whatever the label") {
    Progress progress = half;
    for (const std::string label :
         {"", "x", "日本語の長いファイルの名前.iso", "a very long name of a very large file.tar.gz"})
        for (std::size_t columns = 0; columns < 130; ++columns) {
            progress.label = label;
            CAPTURE(columns);
            CHECK(widthOf(progressLine(progress, columns)) < std::max<std::size_t>(columns, 1));
        }
}

TEST_CASE("a transfer whose size is not known shows what it has, without a bar") {
    CHECK(progressLine({.label = "x", .done = 5_MiB, .total = unknownBytes, .rate = 1_MiB}, 80) == "x  5 MiB  1 MiB/s");
    CHECK(!percentOf({.label = {}, .done = 5, .total = unknownBytes, .rate = {}}));
    CHECK(!percentOf({.label = {}, .done = 0, .total = 0, .rate = {}}));
}

TEST_CASE("a hundred percent is not shown before all is there") {
    auto percent = [](Bytes done, Bytes total) {
        return *percentOf({.label = {}, .done = done, .total = total, .rate = {}});
    };
    CHECK(percent(0, 1000) == 0);
    CHECK(percent(9, 1000) == 0);
    CHECK(percent(10, 1000) == 1);
    CHECK(percent(999, 1000) == 99);
    CHECK(percent(1000, 1000) == 100);
    CHECK(percent(1001, 1000) == 100);
    CHECK(percent(INT64_MAX / 2, INT64_MAX) == 50); // no overflow
}

TEST_CASE("all is there and it still runs: it is finishing, not stalled") {
    const Progress all{.label = "x", .done = 1_MiB, .total = 1_MiB, .rate = 0};
    CHECK(progressText(all) == "100%  1 MiB of 1 MiB  finishing");
    const Progress stuck{.label = "x", .done = 0, .total = 1_MiB, .rate = 0};
    CHECK(progressText(stuck) == "  0%  0 B of 1 MiB  stalled");
}

TEST_CASE("the rate is that of the last seconds") {
    RateMeter meter;
    CHECK(!meter.rate(0s));
    meter.sample(0s, 0);
    meter.sample(400ms, 4_MiB);
    CHECK(!meter.rate(400ms)); // too short to measure
    meter.sample(1s, 10_MiB);
    CHECK(meter.rate(1s) == 10_MiB);
    for (int i = 2; i <= 10; ++i)
        meter.sample(std::chrono::seconds(i), 10_MiB + (i - 1) * 2_MiB);
    CHECK(meter.rate(10s) == 2_MiB); // the fast first second has left the window
}

TEST_CASE("a transfer of which nothing is heard for three seconds stalls") {
    RateMeter meter;
    meter.sample(0s, 0);
    meter.sample(1s, 1_MiB);
    CHECK(meter.rate(3999ms) == 1_MiB);
    CHECK(meter.rate(4s) == 0);
}

TEST_CASE("a transfer that is begun anew has no rate from before") {
    RateMeter meter;
    meter.sample(0s, 0);
    meter.sample(1s, 10_MiB);
    meter.sample(2s, 1_MiB);
    CHECK(!meter.rate(2s));
    meter.sample(3s, 2_MiB);
    CHECK(meter.rate(3s) == 1_MiB);
}
