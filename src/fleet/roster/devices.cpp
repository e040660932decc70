#include "base/result/errors.hpp"
#include "fleet/roster/columns.hpp"
#include "fleet/roster/roster.hpp"
#include "fleet/signing/public_key.hpp"

namespace stint::fleet {

Result<std::size_t> Roster::put(std::span<const Signed> certificates, const PublicKey* signer) {
    std::vector<Certificate> read;
    for (const Signed& each : certificates) {
        auto its = STINT_TRY(certificateIn(each.document));
        read.push_back(std::move(its));
    }
    auto had = STINT_TRY(database_.prepare("SELECT enrolment, made, gone FROM devices WHERE id = ?1"));
    // A device that has joined anew may have another endpoint, and another Stint.
    auto insert = STINT_TRY(
        database_.prepare("INSERT INTO devices VALUES (?1, ?2, ?3, ?4, ?5, '', '', NULL, 0) ON CONFLICT DO UPDATE SET "
                          "endpoint = iif(enrolment = ?2, endpoint, ''), version = iif(enrolment = ?2, version, ''), "
                          "enrolment = ?2, made = ?3, key = ?4, labels = ?5, gone = 0"));
    auto keep = STINT_TRY(database_.prepare("INSERT OR REPLACE INTO certificates VALUES (?1, ?2)"));
    std::size_t passed = 0;
    STINT_TRY(together([&]() -> Result<void> {
        for (std::size_t n = 0; n < read.size(); ++n) {
            const Certificate& its = read[n];
            had.start(its.device);
            const bool isKnown = STINT_TRY(had.next());
            const bool isNewer =
                !isKnown || its.enrolment > had.integer(0) ||
                (its.enrolment == had.integer(0) && had.integer(2) == 0 && column(its.made) > had.integer(1));
            had.reset();
            if (!isNewer) continue;
            if (signer && !isSignedBy(certificates[n], *signer, commentOf(its))) {
                ++passed;
                continue;
            }
            const auto key = STINT_TRY(PublicKey::read(its.key));
            const std::string bytes(reinterpret_cast<const char*>(&key), sizeof key);
            STINT_TRY(insert.run(its.device, column(its.enrolment), column(its.made), Blob{bytes}, column(its.labels)));
            STINT_TRY(keep.run(its.device, textOf(certificates[n])));
        }
        return {};
    }));
    return passed;
}

Result<void> Roster::leave(const std::string& device) {
    auto leave = STINT_TRY(database_.prepare("UPDATE devices SET gone = 1 WHERE id = ?1"));
    return leave.run(device);
}

Result<void> Roster::recall(std::span<const std::pair<std::string, Hello>> hellos) {
    auto update = STINT_TRY(database_.prepare("UPDATE devices SET endpoint = ?2, version = ?3 WHERE id = ?1 AND "
                                              "enrolment = ?4 AND endpoint = '' AND version = ''"));
    return together([&]() -> Result<void> {
        for (const auto& [device, hello] : hellos)
            STINT_TRY(update.run(device, hello.endpoint, hello.version, column(hello.enrolment)));
        return {};
    });
}

Result<std::vector<std::string>> Roster::hello(const std::string& device, const Hello& hello, WallTime now) {
    auto update = STINT_TRY(database_.prepare("UPDATE devices SET endpoint = ?2, version = ?3, "
                                              "seen = max(ifnull(seen, ?4), ?4) WHERE id = ?1 AND gone = 0 "
                                              "RETURNING enrolment"));
    update.start(device, hello.endpoint, hello.version, column(now));
    if (!STINT_TRY(update.next())) return fail(Errc::ILLEGAL_STATE, "this device is none of the fleet");
    const std::int64_t enrolment = update.integer(0);
    STINT_TRY(update.next());
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

Result<std::optional<DeviceEntry>> Roster::device(const std::string& id) {
    auto row =
        STINT_TRY(database_.prepare("SELECT enrolment, text, labels, endpoint, version, seen, gone, made FROM devices "
                                    "JOIN certificates ON device = id WHERE id = ?1"));
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
                      .isGone = row.integer(6) != 0};
    if (!row.isNull(5)) entry.seen = timeIn(row.integer(5));
    return std::optional(std::move(entry));
}

Result<std::optional<Facts>> Roster::facts(const std::string& device, WallTime now) {
    auto row = STINT_TRY(database_.prepare("SELECT labels, version, seen FROM devices WHERE id = ?1 AND gone = 0"));
    row.start(device);
    if (!STINT_TRY(row.next())) return std::optional<Facts>();
    return std::optional(factsIn(row, 0, device, now));
}

Result<std::int64_t> Roster::certifiedBefore(WallTime made) {
    auto row = STINT_TRY(database_.prepare("SELECT count(*) FROM devices WHERE gone = 0 AND made < ?1"));
    row.start(column(made));
    STINT_TRY(row.next());
    return row.integer(0);
}

Result<Meant> Roster::meant(const Query& query, WallTime now) {
    auto rows =
        STINT_TRY(database_.prepare("SELECT labels, version, seen, id FROM devices WHERE gone = 0 ORDER BY id"));
    Meant meant;
    while (STINT_TRY(rows.next())) {
        Facts facts = factsIn(rows, 0, rows.text(3), now);
        const Answer answer = ask(query, facts);
        auto& ids = answer == Answer::Yes ? meant.yes : answer == Answer::No ? meant.no : meant.unknown;
        ids.push_back(std::move(facts.id));
    }
    return meant;
}

} // namespace stint::fleet
