#include "fleet/roster/roster.hpp"

#include "base/result/errors.hpp"
#include "fleet/document/document.hpp"
#include "fleet/roster/columns.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleet {

extern const char* const rosterSchema; // roster.sql

namespace {

constexpr int version = 4;
constexpr Bytes longestLog = 16_MiB;
constexpr std::int64_t rowsAtOnce = 20'000;

/// The file under a name of its own, with its log. The log goes first: a new file beside it would be taken for its own.
Result<void> moveAside(const std::filesystem::path& file) {
    for (const char* const ending : {"-wal", ""}) {
        const std::string from = file.string() + ending, to = file.string() + ".damaged" + ending;
        std::error_code error;
        std::filesystem::remove(to, error);
        std::filesystem::rename(from, to, error);
        if (error && error != std::errc::no_such_file_or_directory)
            return fail(Errc::STORAGE, "{} is damaged, and cannot be set aside: {}", from, error.message());
    }
    return {};
}

} // namespace

Result<Roster> Roster::open(const std::filesystem::path& file) {
    STINT_TRY(push::privateFile(file));
    auto opened = openAsItIs(file);
    if (opened.ok() || isPassing(opened.error())) return opened;
    return openAnew(file, opened.error());
}

Result<Roster> Roster::openAnew(const std::filesystem::path& file, const Error& why) {
    STINT_TRY(moveAside(file));
    STINT_TRY(push::privateFile(file));
    auto fresh = STINT_TRY(openAsItIs(file));
    fresh.setAside_ = fmt::format("{}: set aside as {}.damaged", why.message, file.string());
    return fresh;
}

bool Roster::isDamage(const Error& error) {
    return error.code == Errc::STORAGE &&
           (stint::isDamage(error) || error.message.find(isDamaged) != std::string::npos);
}

// The old one is closed last: no log is left to it that it could write into the file of that name.
Result<void> Roster::beginAnew(const Error& why) {
    *this = STINT_TRY(openAnew(file_, why));
    return {};
}

Result<Roster> Roster::openAsItIs(const std::filesystem::path& file) {
    auto database = STINT_TRY(Database::open(file));
    Roster roster(file, std::move(database));
    STINT_TRY(roster.prepare());
    return roster;
}

Result<void> Roster::prepare() {
    STINT_TRY(database_.text("PRAGMA locking_mode = EXCLUSIVE"));
    STINT_TRY(database_.text("PRAGMA journal_mode = WAL"));
    // A power cut may take the last commits, whole: they are read again.
    STINT_TRY(database_.run("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; BEGIN EXCLUSIVE"));
    const auto its = STINT_TRY(database_.integer("PRAGMA user_version"));
    if (its != version && its != 0) return fail(Errc::STORAGE, "the roster is of another Stint: version {}", its);
    if (its == 0) STINT_TRY(database_.run(fmt::format("{}; PRAGMA user_version = {}", rosterSchema, version)));
    const auto wrong = STINT_TRY(database_.text("PRAGMA quick_check(1)"));
    if (wrong != "ok") return fail(Errc::STORAGE, "{}: {}", isDamaged, wrong);
    STINT_TRY(database_.run("COMMIT"));

    findKey_ = STINT_TRY(database_.prepare("SELECT enrolment, key FROM devices WHERE id = ?1 AND gone = 0"));
    findTarget_ = STINT_TRY(database_.prepare("SELECT number, sequence, round, outcome FROM targets "
                                              "WHERE device = ?1 AND campaign = ?2 AND enrolment = ?3"));
    tell_ = STINT_TRY(database_.prepare(
        "UPDATE targets SET sequence = ?3, round = ?4, slot = ?5, "
        "phase = ?6, outcome = ?7, step = ?8, code = ?9, words = ?10, made = ?11, "
        "taken = ?12, blockers = ?13, forecast = ?14, waits = ?15 WHERE campaign = ?1 AND number = ?2"));
    bump_ = STINT_TRY(database_.prepare("UPDATE targets SET sequence = ?3 WHERE campaign = ?1 AND number = ?2"));
    see_ = STINT_TRY(database_.prepare("UPDATE devices SET seen = max(ifnull(seen, ?2), ?2) WHERE id = ?1"));
    advance_ = STINT_TRY(database_.prepare("INSERT INTO streams VALUES (?1, ?2) ON CONFLICT DO UPDATE SET "
                                           "sequence = max(sequence, ?2)"));
    findDevice_ =
        STINT_TRY(database_.prepare("SELECT devices.enrolment, text, labels, endpoint, version, seen, gone, made, "
                                    "cloned.enrolment = devices.enrolment, kept FROM devices JOIN certificates ON "
                                    "certificates.device = id LEFT JOIN cloned ON cloned.device = id "
                                    "LEFT JOIN days ON days.device = id WHERE id = ?1"));
    findEndpoint_ = STINT_TRY(database_.prepare("SELECT endpoint FROM devices WHERE id = ?1 AND gone = 0"));
    findFacts_ = STINT_TRY(database_.prepare("SELECT labels, version, seen FROM devices WHERE id = ?1 AND gone = 0"));
    findState_ = STINT_TRY(database_.prepare(fmt::format("{} AND id = ?1", selectStates)));
    greet_ = STINT_TRY(database_.prepare("UPDATE devices SET endpoint = ?2, version = ?3, "
                                         "seen = max(ifnull(seen, ?4), ?4) WHERE id = ?1 AND gone = 0 "
                                         "RETURNING enrolment"));
    findTrace_ = STINT_TRY(
        database_.prepare("SELECT devices.enrolment, number, draw, before, lead FROM devices LEFT JOIN traces "
                          "ON device = id AND traces.enrolment = devices.enrolment WHERE id = ?1"));
    putTrace_ = STINT_TRY(database_.prepare("INSERT OR REPLACE INTO traces VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
    findDays_ = STINT_TRY(database_.prepare("SELECT days FROM days WHERE device = ?1"));
    putDays_ = STINT_TRY(database_.prepare("INSERT OR REPLACE INTO days VALUES (?1, ?2, ?3)"));
    dropDays_ = STINT_TRY(database_.prepare("DELETE FROM days WHERE device = ?1"));
    auto rows = STINT_TRY(database_.prepare("SELECT id, number, round FROM campaigns"));
    while (STINT_TRY(rows.next()))
        campaigns_[std::string(rows.text(0))] = {rows.integer(1), static_cast<std::uint8_t>(rows.integer(2))};
    return {};
}

Result<void> Roster::together(const std::function<Result<void>()>& work) {
    STINT_TRY(database_.run("BEGIN IMMEDIATE"));
    auto written = work();
    if (written.ok()) written = database_.run("COMMIT");
    if (!written.ok())
        database_.rollBack();
    else if (database_.logSize() > longestLog)
        static_cast<void>(database_.checkpoint()); // where there is no room, the next commit tries again
    return written;
}

Result<Roster::Known> Roster::known(const std::string& campaign) const {
    const auto found = campaigns_.find(campaign);
    if (found == campaigns_.end()) return fail(Errc::ILLEGAL_STATE, "there is no campaign {} here", campaign);
    return found->second;
}

Result<std::uint64_t> Roster::position(const std::string& stream) {
    auto row = STINT_TRY(database_.prepare("SELECT sequence FROM streams WHERE name = ?1"));
    row.start(stream);
    if (!STINT_TRY(row.next())) return std::uint64_t{0};
    return static_cast<std::uint64_t>(row.integer(0));
}

Result<void> Roster::goBack(const std::string& stream, std::uint64_t sequence) {
    auto go = STINT_TRY(database_.prepare("UPDATE streams SET sequence = min(sequence, ?2) WHERE name = ?1"));
    return go.run(stream, static_cast<std::int64_t>(sequence));
}

// ---- Campaigns ----

Result<void> Roster::putCampaign(const Signed& document, WallTime now) {
    const auto campaign = STINT_TRY(campaignIn(document.document));
    const std::string id = idOf(campaign);
    if (campaigns_.contains(id)) {
        auto row = STINT_TRY(database_.prepare("SELECT document FROM campaigns WHERE id = ?1"));
        row.start(id);
        STINT_TRY(row.next());
        const auto had = STINT_TRY(signedIn(row.text(0)));
        if (had.document == document.document) return {};
        return fail(Errc::ILLEGAL_STATE, "there is another campaign of the name {}", id);
    }
    auto insert =
        STINT_TRY(database_.prepare("INSERT INTO campaigns VALUES (NULL, ?1, ?2, ?3, ?4, ?5, 0) RETURNING number"));
    const std::string text = textOf(document);
    insert.start(id, text, campaign.name, column(campaign.made), column(now));
    if (!STINT_TRY(insert.next())) return fail(Errc::STORAGE, "campaign {} is not kept", id);
    const std::int64_t number = insert.integer(0);
    STINT_TRY(insert.next());
    campaigns_[id] = {number, 0};
    return {};
}

Result<void> Roster::addTargets(const std::string& campaign, Device first, std::span<const Meaning> devices) {
    const Known its = STINT_TRY(known(campaign));
    auto insert = STINT_TRY(database_.prepare(
        "INSERT OR IGNORE INTO targets VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0, 0, 0, 0, '', 0, 0, '', 0, 0)"));
    return together([&]() -> Result<void> {
        for (Device next = first; const Meaning& one : devices)
            STINT_TRY(insert.run(its.number, column(next++), one.device, column(one.enrolment)));
        return {};
    });
}

Result<void> Roster::beginRound(const std::string& campaign, std::uint8_t round) {
    const Known its = STINT_TRY(known(campaign));
    auto begin = STINT_TRY(database_.prepare("UPDATE campaigns SET round = max(round, ?2) WHERE number = ?1"));
    STINT_TRY(begin.run(its.number, column(round)));
    campaigns_[campaign].round = std::max(campaigns_[campaign].round, round);
    return {};
}

Result<void> Roster::cutTargets(const std::string& campaign, Device end) {
    const Known its = STINT_TRY(known(campaign));
    auto cut = STINT_TRY(database_.prepare("DELETE FROM targets WHERE campaign = ?1 AND number >= ?2"));
    return cut.run(its.number, column(end));
}

std::vector<std::string> Roster::ids() const {
    std::vector<std::string> all;
    for (const auto& [id, its] : campaigns_)
        all.push_back(id);
    return all;
}

// So many rows at a time that a commit's log is no longer than others.
Result<void> Roster::dropCampaign(const std::string& campaign) {
    const Known its = STINT_TRY(known(campaign));
    campaigns_.erase(campaign);
    auto most = STINT_TRY(database_.prepare("SELECT ifnull(max(number), -1) FROM targets WHERE campaign = ?1"));
    most.start(its.number);
    STINT_TRY(most.next());
    const std::int64_t last = most.integer(0);
    most.reset();
    auto drop = STINT_TRY(database_.prepare("DELETE FROM targets WHERE campaign = ?1 AND number < ?2"));
    for (std::int64_t end = 0; end <= last;) {
        end += rowsAtOnce;
        STINT_TRY(together([&] { return drop.run(its.number, end); }));
    }
    auto forget = STINT_TRY(database_.prepare("DELETE FROM campaigns WHERE number = ?1"));
    return forget.run(its.number);
}

Result<std::vector<CampaignEntry>> Roster::campaigns() {
    auto rows =
        STINT_TRY(database_.prepare("SELECT id, name, document, made, read, round FROM campaigns ORDER BY made, id"));
    std::vector<CampaignEntry> all;
    while (STINT_TRY(rows.next()))
        all.push_back({.id = std::string(rows.text(0)),
                       .name = std::string(rows.text(1)),
                       .document = std::string(rows.text(2)),
                       .made = timeIn(rows.integer(3)),
                       .read = timeIn(rows.integer(4)),
                       .round = static_cast<std::uint8_t>(rows.integer(5))});
    return all;
}

} // namespace stint::fleet
