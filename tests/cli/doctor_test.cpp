// `stint doctor`: what the daemon found is shown as it was told, trouble and absence are different ends.
#include <doctest/doctest.h>

#include "base/version/version.hpp"
#include "fake_daemon.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/views.hpp"
#include "ran.hpp"
#include "words.hpp"

using namespace stint;
using namespace stint::cli::test;
using wire::Finding;
using Grade = wire::Finding::Grade;

namespace {

std::vector<wire::ProgramRow> ofThisBuild() {
    return {{"stintd", std::string(ownBuild().version), std::string(ownBuild().commit)}};
}

/// A daemon that has found that; one that is too old has no programs to tell of.
FakeDaemon::Answer finds(std::vector<Finding> findings,
                         std::optional<std::vector<wire::ProgramRow>> programs = ofThisBuild()) {
    return [=](Talk& talk, const wire::Message& call) {
        if (call.member() == "Versions" && !programs)
            return talk.refuse(call, Errc::ILLEGAL_ARGUMENT, "no such method");
        talk.reply(call, [&](wire::Writer& writer) {
            if (call.member() == "Diagnose") wire::writeRows(writer, findings);
            if (call.member() == "Versions") wire::writeRows(writer, *programs);
        });
    };
}

} // namespace

TEST_CASE("doctor shows what was found, its grade, and how to get more") {
    const FakeDaemon daemon(finds({{"processes", Grade::Advisory, "no cgroup", "Delegate=yes"}}));
    auto doctor = ran({"doctor", "--plain"});
    CHECK(doctor.code == 0);
    CHECK(has(doctor.out, "processes  advisory  no cgroup\n"));
    CHECK(has(doctor.out, "→ Delegate=yes\n"));
}

TEST_CASE("doctor ends with 1 where there is trouble, and only there") {
    for (const auto grade : {Grade::Enforced, Grade::Advisory, Grade::Absent, Grade::Trouble}) {
        const FakeDaemon daemon(finds({{"policy", grade, "a file", ""}}));
        CHECK(ran({"doctor"}).code == (grade == Grade::Trouble ? 1 : 0));
    }
}

TEST_CASE("doctor tells of programs of another build, and of no other") { // linux.md §A.10
    const std::string own(ownBuild().version);
    const auto told = [](std::optional<std::vector<wire::ProgramRow>> programs) {
        const FakeDaemon daemon(finds({{"policy", Grade::Enforced, "a file", ""}}, std::move(programs)));
        auto doctor = ran({"doctor", "--json"});
        CHECK(doctor.code == 0);
        return doctor.out;
    };
    CHECK(!has(told(ofThisBuild()), "builds"));
    CHECK(has(told({{{"stintd", "0.0.9", "0123456789abcdef"}}}),
              R"("topic":"builds","grade":"advisory","found":"this is stint )" + own +
                  "; what runs is stintd 0.0.9 (0123456789ab)"));
    auto helper = ofThisBuild();
    helper.push_back({"stint-netguard", "", ""});
    CHECK(has(told(helper), "what runs is stint-netguard of no version that it tells"));
    CHECK(has(told(std::nullopt), "what runs is stintd of no version that it tells"));
}

TEST_CASE("doctor ends with 77 where this program may not ask") { // within a job
    const FakeDaemon daemon(
        [](Talk& talk, const wire::Message& call) { talk.refuse(call, Errc::SECURITY, "not you"); });
    auto doctor = ran({"doctor"});
    CHECK(doctor.code == 77);
    CHECK(has(doctor.err, "not you"));
}

TEST_CASE("doctor tells of a store that cannot be written, though such a daemon answers nothing else") {
    const FakeDaemon daemon(
        [](Talk& talk, const wire::Message& call) { talk.refuse(call, Errc::STORAGE, "disk full"); });
    auto doctor = ran({"doctor", "--json"});
    CHECK(doctor.code == 1);
    CHECK(has(doctor.out, R"("topic":"store","grade":"trouble","found":"disk full")"));
}
