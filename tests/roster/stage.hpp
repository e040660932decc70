// A fleet's server's file in a directory of its own, devices that have joined it, and what they sign.
#pragma once
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fleet/document/document.hpp"
#include "fleet/roster/roster.hpp"

namespace stint::fleet {

using namespace std::chrono_literals;

inline constexpr WallTime then{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours(10)};
inline const std::string reports = "STINT_FLEET_R@1";

/// "4TQ…" and a number, of 26 characters.
inline std::string deviceOf(std::size_t number) { return fmt::format("4TQ{:023}", number); }

template <class T> T valueOf(Result<T> result) {
    if (!result.ok()) throw std::runtime_error(result.error().message);
    return std::move(result).value();
}
inline void done(const Result<void>& result) {
    if (!result.ok()) throw std::runtime_error(result.error().message);
}

class RosterFile {
public:
    RosterFile() {
        std::string name =
            std::filesystem::exists("/dev/shm") ? "/dev/shm/stint-fleet-XXXXXX" : "/tmp/stint-fleet-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        directory_ = name;
    }
    ~RosterFile() { std::filesystem::remove_all(directory_); }
    RosterFile(const RosterFile&) = delete;
    RosterFile& operator=(const RosterFile&) = delete;

    const std::filesystem::path& directory() const { return directory_; }
    std::filesystem::path path() const { return directory_ / "roster.db"; }
    Roster open() const { return valueOf(Roster::open(path())); }

private:
    std::filesystem::path directory_;
};

/// Keys and papers: few keys, for each is in memory of its own.
struct Papers {
    SecretKey enrolment = SecretKey::make(), ann = SecretKey::make(), other = SecretKey::make();
    std::vector<SecretKey> keys;

    Papers() {
        for (int n = 0; n < 4; ++n)
            keys.push_back(SecretKey::make());
    }
    const SecretKey& keyOf(std::size_t number) const { return keys[number % keys.size()]; }

    Signed certificate(std::size_t number, Enrolment enrolled = 3, WallTime made = then) const {
        return valueOf(signedBy(enrolment, Certificate{.device = deviceOf(number),
                                                       .key = keyOf(number + enrolled).publicKey().text(),
                                                       .user = "U1",
                                                       .enrolment = enrolled,
                                                       .made = made,
                                                       .until = made + 90 * 24h,
                                                       .labels = {{"model", number % 2 == 0 ? "p1" : "p2"},
                                                                  {"site", number % 10 == 0 ? "köln" : "berlin"}}}));
    }
    /// Told by a device of the enrolment that certificate() has.
    Signed state(std::size_t number, std::uint32_t version, WallTime since, Holding holding = Holding::Applied,
                 Enrolment enrolled = 3) const {
        return valueOf(signedBy(keyOf(number + enrolled), DeviceState{.device = deviceOf(number),
                                                                      .enrolment = enrolled,
                                                                      .version = version,
                                                                      .hash = std::string(64, 'a'),
                                                                      .since = since,
                                                                      .holding = holding,
                                                                      .words = {}}));
    }
    static Campaign campaignOf(std::string_view name = "firmware") {
        return valueOf(campaignFromFile("name = \"" + std::string(name) +
                                            "\"\ntargets = \"all\"\nexpires = \"30d\"\n"
                                            "[[step]]\nrun = [\"/usr/bin/apply-fw\"]\n",
                                        "night.toml", then));
    }
    Signed campaign(std::string_view name = "firmware") const { return valueOf(signedBy(ann, campaignOf(name))); }

    DeviceReport report(std::size_t number, Telling telling, std::string_view name = "firmware") const {
        return {.campaign = idOf(campaignOf(name)),
                .device = deviceOf(number),
                .enrolment = 3,
                .made = then + 1h,
                .telling = std::move(telling)};
    }
    std::string signedReport(const DeviceReport& report, const SecretKey& key) const {
        return textOf(valueOf(signedBy(key, report)));
    }
};

inline Result<void> put(Roster& roster, const Signed& certificate) {
    const auto taken = roster.put({&certificate, 1});
    return taken.ok() ? Result<void>() : taken.error();
}

/// A telling of a sequence, in the round 0.
inline Telling running(std::uint32_t sequence) {
    return {.sequence = sequence, .slot = 1, .phase = Phase::Running, .step = 1};
}
inline Telling ended(std::uint32_t sequence, Outcome outcome) {
    return {.sequence = sequence, .slot = 1, .phase = Phase::Ended, .outcome = outcome, .step = 1, .words = "so"};
}

/// A file with a campaign of so many devices, and a stream that sends it reports.
struct Stage {
    Papers papers;
    RosterFile file;
    std::string campaign = idOf(Papers::campaignOf());
    std::uint64_t next = 1; ///< of the stream

    explicit Stage(std::size_t devices = 4) {
        Roster roster = file.open();
        fill(roster, devices);
    }
    void fill(Roster& roster, std::size_t devices) const {
        done(roster.putCampaign(papers.campaign(), then));
        std::vector<Roster::Meaning> targets;
        std::vector<Signed> certificates;
        for (std::size_t n = 0; n < devices; ++n) {
            certificates.push_back(papers.certificate(n));
            targets.push_back({deviceOf(n), 3});
        }
        valueOf(roster.put(certificates));
        done(roster.addTargets(campaign, 0, targets));
    }

    /// A message of the stream, at a time of its own.
    StreamedReport sent(std::size_t number, std::string text) {
        const std::uint64_t sequence = next++;
        return {sequence, then + std::chrono::seconds(sequence), deviceOf(number), std::move(text)};
    }
    StreamedReport told(std::size_t number, Telling telling) {
        return sent(number, papers.signedReport(papers.report(number, std::move(telling)), papers.keyOf(number + 3)));
    }
    /// Takes that one; the reason why it does not count.
    std::optional<Passed> take(Roster& roster, const StreamedReport& report) const {
        const Taken taken = valueOf(roster.take(reports, std::array{report}));
        for (const PassedRow& row : passedRows)
            if (taken.count(row.why) == 1) return row.why;
        CHECK(taken.reports.size() == 1);
        return std::nullopt;
    }
    Telling newest(Roster& roster, std::size_t number) const {
        const auto found = valueOf(roster.result(campaign, deviceOf(number)));
        return found ? found->telling : Telling{};
    }
};

/// All rows of the file, which nobody has open.
std::string contentOf(const std::filesystem::path& file);

} // namespace stint::fleet
