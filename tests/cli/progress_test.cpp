#include <doctest/doctest.h>

#include "faces/screen/text.hpp"
#include "faces/views/phrases.hpp"

using namespace stint;
using namespace stint::cli;

namespace {
const Progress half{.label = "debian.iso", .done = 128_MiB, .total = 256_MiB, .rate = 16_MiB};
}

TEST_CASE("a progress line gives up the bar, the time left, the rate, the sizes and its label as it gets narrower") {
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
                    Row{50,  "debian.iso   50%  128 MiB of 256 MiB  16 MiB/s"},
                    Row{40,  "debian.iso   50%  128 MiB of 256 MiB"},
                    Row{30,  "debian.iso   50% [=====>    ]"},
                    Row{26,  "debian.…   50% [====>   ]"},
                    Row{23,  " 50%"},
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
    CHECK(progressLine({.label = "x", .done = 5_MiB, .total = NETWORK_BYTES_UNKNOWN, .rate = 1_MiB}, 80) ==
          "x  5 MiB  1 MiB/s");
    CHECK(!percentOf({.label = {}, .done = 5, .total = NETWORK_BYTES_UNKNOWN, .rate = {}}));
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
