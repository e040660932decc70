// The log's lines for one run (jobs.md §9.4).
#include <doctest/doctest.h>

#include "faces/views/job.hpp"

using namespace stint;
using namespace stint::cli;

TEST_CASE("jobs.md §9.4: when a run is tried again is told where that is later") {
    JobLog log{.key = {{"com.example.mail"}, {}, JobId{1}}, .label = "mail"};
    PastRun run;
    run.began = WallTime{} + 1h;
    run.ended = WallTime{} + 2h;
    run.ending.internal = InternalReason::Thermal;
    const auto endsWith = [&](std::optional<WallTime> next) {
        run.next = next;
        log.runs = {run};
        return linesOf(log).back().detail;
    };
    CHECK(endsWith({}).ends_with("; ran 1h"));
    CHECK(endsWith(run.ended).ends_with("; ran 1h"));
    CHECK(endsWith(run.ended + 999ms).ends_with("; ran 1h"));
    CHECK(endsWith(run.ended + 1s).find("; runs again at ") != std::string::npos);
}
