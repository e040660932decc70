// The core's answers about a job (jobs.md §9.3): each member of a JobView is told of some job.
#include <array>
#include <doctest/doctest.h>
#include <random>
#include <utility>

#include "core/happenings.hpp"
#include "model/view_members.hpp"

using namespace stint;

namespace {

class MembersTold {
public:
    void look(const Stage& stage) {
        for (const JobView& job : stage.core->jobs(std::nullopt, std::nullopt, 1000, stage.clock()))
            note(job);
        for (const JobView& job : stage.core->completed(std::nullopt))
            note(job);
    }

    /// The places of those that were told of no job.
    std::vector<std::size_t> missing() const {
        std::vector<std::size_t> places;
        for (std::size_t n = 0; n < told_.size(); ++n)
            if (!told_[n]) places.push_back(n);
        return places;
    }

private:
    using Members = decltype(membersOf(JobView()));

    void note(const JobView& job) {
        const JobView nothing;
        const Members members = membersOf(job), none = membersOf(nothing);
        [&]<std::size_t... n>(std::index_sequence<n...>) {
            ((told_[n] = told_[n] || !(std::get<n>(members) == std::get<n>(none))), ...);
        }
        (std::make_index_sequence<std::tuple_size_v<Members>>());
    }

    std::array<bool, std::tuple_size_v<Members>> told_{};
};

/// Waits, retries, periods, a person's words: whatever a series of happenings comes to.
void lookAtTimelines(MembersTold& told) {
    std::minstd_rand numbers(7); // the same everywhere
    const auto below = [&numbers](unsigned most) { return static_cast<int>(numbers() % most); };
    for (int n = 0; n < 10; ++n) {
        Stage stage;
        for (int k = 0; k < 100; ++k) {
            happen(stage, {.what = below(kindsOfStarts),
                           .job = 1 + below(12),
                           .how = static_cast<unsigned>(below(1 << 11)),
                           .pause = below(120)});
            told.look(stage);
        }
    }
}

/// A transfer with its size, its bytes, its limit and its work.
void lookAtTransfer(MembersTold& told) {
    Constants constants;
    REQUIRE(setConstant(constants, "transfer.rate", "1MB").ok());
    REQUIRE(setConstant(constants, "transfer.unlimited", "22:00-07:00").ok());
    Stage stage(constants);
    stage.until(10h); // at ten o'clock
    const auto info = stage.transfer(1)
                          .setEstimatedNetworkBytes(10_MB, 5_MB)
                          .setExtras(PersistableBundle().putString("label", "debian.iso"))
                          .build();
    stage.ask(Schedule{.call = {1}, .app = mail, .info = *info, .callerVisible = true, .work = WorkItem{}});
    for (const Bytes moved : {1000, 2000}) {
        stage.until(10h + std::chrono::seconds{moved / 200});
        stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .down = moved, .up = moved});
        told.look(stage);
    }
}

/// A program that its guard holds.
void lookAtGuard(MembersTold& told) {
    Stage stage;
    const AppId guarded{"org.stint.guard.mail"};
    stage.install(Stage::manifestOf(guarded));
    stage.ask(Schedule{.call = {1},
                       .app = guarded,
                       .info = *stage.job(1).build(),
                       .callerVisible = true,
                       .onBehalf = true,
                       .terms = {.guard = "charging"}});
    stage.change([](Device& d) { d.charging = d.plugged = false; });
    told.look(stage);
}

} // namespace

TEST_CASE("each member of what is told of a job is told of some job") { // jobs.md §9.3
    MembersTold told;
    lookAtTimelines(told);
    lookAtTransfer(told);
    lookAtGuard(told);
    for (const std::size_t place : told.missing())
        FAIL_CHECK("member ", place, " of model/view_members.hpp is told of no job");
}
