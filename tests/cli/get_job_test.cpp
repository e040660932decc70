#include <doctest/doctest.h>

#include "faces/cli/transfer/orders.hpp"

using namespace stint;
using namespace stint::cli;

namespace {
Arguments with(std::map<std::string, std::string, std::less<>> options) { return {{"http://h/x.iso"}, options}; }

Result<Wanted> oneWantedBy(const Arguments& given, const std::filesystem::path& here) {
    auto all = wantedBy(given, here);
    if (!all.ok()) return all.error();
    REQUIRE(all->size() == 1);
    return all->front();
}
} // namespace

TEST_CASE("a download asks for a network, is kept over reboots, and carries what the transfer app reads") {
    std::string digest = "sha256:" + std::string(64, 'A');
    auto wanted = oneWantedBy(with({{"checksum", digest}, {"force", ""}, {"size", "1.5GiB"}}), "/home/a");
    REQUIRE(wanted.ok());
    auto job = jobFor(*wanted, Manner::UserInitiated);
    REQUIRE(job.ok());
    CHECK(job->isUserInitiated());
    CHECK(job->isPersisted());
    CHECK(job->getService().name == "Transfer");
    CHECK(job->getNetworkType() == JobInfo::NETWORK_TYPE_ANY);
    CHECK(job->getEstimatedNetworkDownloadBytes() == 1536_MiB);
    CHECK(job->getExtras().getString("url") == "http://h/x.iso");
    CHECK(job->getExtras().getString("output") == "/home/a/x.iso");
    CHECK(job->getExtras().getString("checksum") == "sha256:" + std::string(64, 'a'));
    CHECK(job->getExtras().getString("label") == "x.iso");
    CHECK(job->getExtras().getBoolean("force"));
}

TEST_CASE("in either manner the conditions of a download are the same") { // jobs.md §1.5, note (c) of §1.2
    auto wanted = oneWantedBy(
        with({{"charging", ""}, {"battery-not-low", ""}, {"storage-not-low", ""}, {"network", "not-roaming"}}), "/");
    REQUIRE(wanted.ok());
    for (const Manner manner : {Manner::UserInitiated, Manner::Regular}) {
        auto job = jobFor(*wanted, manner);
        REQUIRE(job.ok());
        CHECK(job->isUserInitiated() == (manner == Manner::UserInitiated));
        CHECK(job->isPersisted());
        CHECK(job->isRequireCharging());
        CHECK(job->isRequireBatteryNotLow());
        CHECK(job->isRequireStorageNotLow());
        CHECK(job->getNetworkType() == JobInfo::NETWORK_TYPE_NOT_ROAMING);
    }
}

TEST_CASE("each network is the documentation's") { // jobs.md §1.3
    for (auto [name, type] : {std::pair{"any", JobInfo::NETWORK_TYPE_ANY},
                              {"unmetered", JobInfo::NETWORK_TYPE_UNMETERED},
                              {"not-roaming", JobInfo::NETWORK_TYPE_NOT_ROAMING},
                              {"cellular", JobInfo::NETWORK_TYPE_CELLULAR}}) {
        auto wanted = oneWantedBy(with({{"network", name}}), "/");
        REQUIRE(wanted.ok());
        CHECK(jobFor(*wanted, Manner::Regular)->getNetworkType() == type);
    }
    CHECK(oneWantedBy(with({{"unmetered", ""}}), "/")->conditions.network == JobInfo::NETWORK_TYPE_UNMETERED);
}

TEST_CASE("what can never be downloaded makes no job") {
    struct Row {
        Arguments given;
        std::string_view says;
    };
    // clang-format off
    for (auto& r : {Row{{{"gopher://h/x"}, {}},                                 "not supported"},
                    Row{with({{"checksum", "md5:1"}}),                          "write sha256:HEX"},
                    Row{with({{"size", "much"}}),                               "--size"},
                    Row{with({{"output", "-"}}),                                "has no stdout"},
                    Row{with({{"output", ""}}),                                 "takes a file or a directory"},
                    Row{with({{"unmetered", ""}, {"network", "cellular"}}),     "contradict"}}) {
        // clang-format on
        auto wanted = oneWantedBy(r.given, "/home/a");
        REQUIRE(!wanted.ok());
        CHECK(wanted.error().code == Errc::ILLEGAL_ARGUMENT);
        CAPTURE(wanted.error().message);
        CHECK(wanted.error().message.find(r.says) != std::string::npos);
    }
}
