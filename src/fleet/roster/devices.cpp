#include <algorithm>
#include <cstring>
#include <optional>

#include "base/result/errors.hpp"
#include "fleet/roster/columns.hpp"
#include "fleet/roster/processors.hpp"
#include "fleet/roster/roster.hpp"
#include "fleet/signing/public_key.hpp"

namespace stint::fleet {
namespace {

struct Entering {
    const Signed* paper = nullptr;
    std::optional<Certificate> its{};
    std::optional<PublicKey> key{}; ///< nullopt: it does not count
};

std::string bytesOf(const PublicKey& key) { return {reinterpret_cast<const char*>(&key), sizeof key}; }

} // namespace

Result<std::optional<Roster::KeyEntry>> Roster::keyOf(const std::string& device) {
    findKey_.start(device);
    if (!STINT_TRY(findKey_.next())) return std::optional<KeyEntry>();
    KeyEntry entry{.enrolment = static_cast<Enrolment>(findKey_.integer(0))};
    const std::string_view bytes = findKey_.text(1);
    if (bytes.size() != sizeof entry.key) return fail(Errc::STORAGE, "{}: {}'s key", isDamaged, device);
    std::memcpy(&entry.key, bytes.data(), bytes.size());
    findKey_.reset();
    return std::optional(entry);
}

Result<std::size_t> Roster::put(std::span<const Signed> certificates, const PublicKey* signer) {
    std::vector<Entering> entering;
    for (const Signed& each : certificates)
        entering.push_back({.paper = &each});
    onAllProcessors(entering, [](Entering& one) {
        if (auto its = certificateIn(one.paper->document); its.ok()) one.its = *std::move(its);
    });
    const std::size_t nones = std::erase_if(entering, [](const Entering& one) { return !one.its; });
    auto had = STINT_TRY(database_.prepare("SELECT enrolment, made, gone FROM devices WHERE id = ?1"));
    // A device that has joined anew may have another endpoint, and another Stint.
    auto insert = STINT_TRY(
        database_.prepare("INSERT INTO devices VALUES (?1, ?2, ?3, ?4, ?5, '', '', NULL, 0) ON CONFLICT DO UPDATE SET "
                          "endpoint = iif(enrolment = ?2, endpoint, ''), version = iif(enrolment = ?2, version, ''), "
                          "enrolment = ?2, made = ?3, key = ?4, labels = ?5, gone = 0"));
    auto keep = STINT_TRY(database_.prepare("INSERT OR REPLACE INTO certificates VALUES (?1, ?2)"));
    const auto isNewer = [&had](const Certificate& its) -> Result<bool> {
        had.start(its.device);
        const bool isKnown = STINT_TRY(had.next());
        const bool newer =
            !isKnown || its.enrolment > had.integer(0) ||
            (its.enrolment == had.integer(0) && had.integer(2) == 0 && column(its.made) > had.integer(1));
        had.reset();
        return newer;
    };
    std::vector<Entering> newer;
    for (Entering& one : entering)
        if (STINT_TRY(isNewer(*one.its))) newer.push_back(std::move(one));
    onAllProcessors(newer, [signer](Entering& one) {
        if (signer && !isSignedBy(*one.paper, *signer, commentOf(*one.its))) return;
        if (auto key = PublicKey::readAgain(one.its->key); key.ok()) one.key = *key;
    });
    STINT_TRY(together([&]() -> Result<void> {
        for (const Entering& one : newer) {
            // Asked again: there may be two of a device.
            const bool isStillNewer = STINT_TRY(isNewer(*one.its));
            if (!one.key || !isStillNewer) continue;
            STINT_TRY(insert.run(one.its->device, column(one.its->enrolment), column(one.its->made),
                                 Blob{bytesOf(*one.key)}, column(one.its->labels)));
            STINT_TRY(keep.run(one.its->device, textOf(*one.paper)));
        }
        return {};
    }));
    const auto forged = std::ranges::count_if(newer, [](const Entering& one) { return !one.key; });
    return nones + static_cast<std::size_t>(forged);
}

Result<void> Roster::leave(const std::string& device) {
    auto leave = STINT_TRY(database_.prepare("UPDATE devices SET gone = 1 WHERE id = ?1"));
    STINT_TRY(leave.run(device));
    return noteDays(device, {}, {});
}

Result<void> Roster::recall(std::span<const std::pair<std::string, Hello>> hellos) {
    auto update = STINT_TRY(database_.prepare("UPDATE devices SET endpoint = ?2, version = ?3 WHERE id = ?1 AND "
                                              "enrolment = ?4 AND endpoint = '' AND version = ''"));
    auto trace = STINT_TRY(database_.prepare(
        "INSERT INTO traces VALUES (?1, ?2, ?3, 0, 0, 0) ON CONFLICT DO UPDATE SET enrolment = ?2, number = ?3, "
        "lead = 0 WHERE ?2 > enrolment OR (?2 = enrolment AND ?3 > number)"));
    return together([&]() -> Result<void> {
        for (const auto& [device, hello] : hellos) {
            STINT_TRY(update.run(device, hello.endpoint, hello.version, column(hello.enrolment)));
            STINT_TRY(trace.run(device, column(hello.enrolment), column(hello.trace.number)));
        }
        return {};
    });
}

Result<std::vector<std::string>> Roster::hello(const std::string& device, const Hello& hello, WallTime now) {
    greet_.start(device, hello.endpoint, hello.version, column(now));
    if (!STINT_TRY(greet_.next())) return fail(Errc::ILLEGAL_STATE, "this device is none of the fleet");
    const std::int64_t enrolment = greet_.integer(0);
    STINT_TRY(greet_.next());
    std::vector<std::string> missing;
    for (const auto* const sequences : {&hello.open, &hello.ended})
        for (const auto& [campaign, sequence] : *sequences) {
            const auto found = campaigns_.find(campaign);
            if (found == campaigns_.end() || missing.size() == mostTold) continue;
            findTarget_.start(device, found->second.number, enrolment);
            const bool isTarget = STINT_TRY(findTarget_.next());
            if (isTarget && findTarget_.integer(1) < column(sequence)) missing.push_back(campaign);
            findTarget_.reset();
        }
    return missing;
}

Result<void> Roster::noteDays(const std::string& device, const std::string& days, WallTime kept) {
    if (days.empty()) return dropDays_.run(device);
    return putDays_.run(device, days, column(kept));
}

Result<void> Roster::recallDays(std::span<const std::pair<std::string, std::string>> days) {
    auto note = STINT_TRY(database_.prepare("INSERT OR IGNORE INTO days VALUES (?1, ?2, 0)"));
    return together([&]() -> Result<void> {
        for (const auto& [device, its] : days)
            STINT_TRY(its.empty() ? dropDays_.run(device) : note.run(device, its));
        return {};
    });
}

Result<std::string> Roster::days(const std::string& device) {
    findDays_.start(device);
    if (!STINT_TRY(findDays_.next())) return std::string();
    std::string days(findDays_.text(0));
    findDays_.reset();
    return days;
}

Result<std::optional<DeviceEntry>> Roster::device(const std::string& id) {
    stint::Statement& row = findDevice_;
    row.start(id);
    if (!STINT_TRY(row.next())) return std::optional<DeviceEntry>();
    DeviceEntry entry{.id = id,
                      .enrolment = static_cast<Enrolment>(row.integer(0)),
                      .certificate = std::string(row.text(1)),
                      .made = timeIn(row.integer(7)),
                      .labels = labelsInColumn(row.text(2)),
                      .endpoint = std::string(row.text(3)),
                      .version = std::string(row.text(4)),
                      .seen = std::nullopt,
                      .isGone = row.integer(6) != 0,
                      .isCloned = !row.isNull(8) && row.integer(8) != 0,
                      .daysKept = std::nullopt};
    if (!row.isNull(5)) entry.seen = timeIn(row.integer(5));
    if (!row.isNull(9)) entry.daysKept = timeIn(row.integer(9));
    row.reset();
    return std::optional(std::move(entry));
}

Result<std::optional<Facts>> Roster::facts(const std::string& device, WallTime now) {
    findFacts_.start(device);
    if (!STINT_TRY(findFacts_.next())) return std::optional<Facts>();
    Facts facts = factsIn(findFacts_, 0, device, now);
    findFacts_.reset();
    return std::optional(std::move(facts));
}

Result<std::string> Roster::endpointOf(const std::string& device) {
    findEndpoint_.start(device);
    if (!STINT_TRY(findEndpoint_.next())) return std::string();
    std::string endpoint(findEndpoint_.text(0));
    findEndpoint_.reset();
    return endpoint;
}

Result<std::int64_t> Roster::count() { return database_.integer("SELECT count(*) FROM devices WHERE gone = 0"); }

Result<std::int64_t> Roster::unseenSince(WallTime then) {
    auto row =
        STINT_TRY(database_.prepare("SELECT count(*) FROM devices WHERE gone = 0 AND (seen IS NULL OR seen < ?1)"));
    row.start(column(then));
    STINT_TRY(row.next());
    return row.integer(0);
}

Result<std::int64_t> Roster::certifiedBefore(WallTime made) {
    auto row = STINT_TRY(database_.prepare("SELECT count(*) FROM devices WHERE gone = 0 AND made < ?1"));
    row.start(column(made));
    STINT_TRY(row.next());
    return row.integer(0);
}

} // namespace stint::fleet
