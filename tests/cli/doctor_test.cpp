// `stint doctor`: what the daemon found is shown as it was told, trouble and absence are different ends.
#include <doctest/doctest.h>

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

/// A daemon that has found that.
FakeDaemon::Answer finds(std::vector<Finding> findings) {
    return [=](Talk& talk, const wire::Message& call) {
        talk.reply(call, [&](wire::Writer& writer) {
            if (call.member() == "Diagnose") wire::writeRows(writer, findings);
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
