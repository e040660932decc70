#include "fleet/keeping/keeping.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "fleet/document/campaign_fields.hpp"
#include "fleet/document/document.hpp"
#include "fleet/keeping/kept_text.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleet {

extern const char* const errandsSchema; // errands.sql

namespace {

constexpr int version = 2;
constexpr const char* fileName = "errands.db";

/// Above any sequence that a device comes to by itself: what it had told before is not known any more.
constexpr std::uint32_t farSequence = 1U << 30;

std::int64_t millisecondsOf(WallTime time) { return time.time_since_epoch().count(); }
WallTime timeOf(std::int64_t milliseconds) { return WallTime(Duration(milliseconds)); }

std::string digestOf(const std::vector<std::string_view>& texts) {
    std::array<unsigned char, crypto_generichash_BYTES> bytes{};
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, bytes.size());
    for (const std::string_view text : texts) { // its length first: two texts are never another two
        const std::string length = fmt::format("{}:", text.size());
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(length.data()), length.size());
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    }
    crypto_generichash_final(&state, bytes.data(), bytes.size());
    return {bytes.begin(), bytes.end()};
}

/// A row's columns, as they are stored.
struct Columns {
    std::string id;
    std::int64_t round = 0, enrolment = 0, heard = 0, until = 0;
    std::string document, signatures, kept;
    std::vector<std::string> reports; ///< the newest last: an older Stint has kept more than that

    std::string digest() const {
        const std::string numbers = fmt::format("{} {} {} {}", round, enrolment, heard, until);
        std::vector<std::string_view> texts{numbers, id, document, signatures, kept};
        texts.insert(texts.end(), reports.begin(), reports.end());
        return digestOf(texts);
    }
};

Columns columnsOf(const Assignment& from) {
    Columns columns{.id = from.id,
                    .round = from.round,
                    .enrolment = from.enrolment,
                    .heard = millisecondsOf(from.heard),
                    .until = millisecondsOf(from.until),
                    .document = from.order.document,
                    .signatures = signaturesOf(from.order),
                    .kept = textOf(from.kept),
                    .reports = {}};
    if (from.kept.unsent) columns.reports.push_back(textOf(*from.kept.unsent));
    return columns;
}

Result<Assignment> assignmentOf(const Columns& from) {
    Assignment made{.id = from.id,
                    .round = static_cast<std::uint8_t>(from.round),
                    .enrolment = static_cast<std::uint32_t>(from.enrolment),
                    .heard = timeOf(from.heard),
                    .until = timeOf(from.until),
                    .order = {from.document, {}},
                    .kept = {}};
    STINT_TRY(readSignatures(from.signatures, made.order));
    made.kept = STINT_TRY(keptIn(from.kept));
    if (!from.reports.empty()) made.kept.unsent = STINT_TRY(tellingIn(from.reports.back()));
    return made;
}

/// fleet.md §4.5: nobody knows what was done of it. It is not begun again, and its server hears that.
Assignment lost(const Columns& row, WallTime now) {
    const auto round = static_cast<std::uint8_t>(std::clamp<std::int64_t>(row.round, 0, 255));
    Assignment made{.id = row.id,
                    .round = round,
                    .enrolment = 0,
                    .heard = now,
                    .until = now + longestLife,
                    .order = {},
                    .kept = {}};
    made.kept.round = round;
    made.kept.sequence = farSequence;
    made.kept.outcome = Outcome::Failed;
    made.kept.unsent = Telling{.round = round,
                               .sequence = farSequence,
                               .slot = 0,
                               .phase = Phase::Ended,
                               .outcome = Outcome::Failed,
                               .step = 0,
                               .code = 0,
                               .words = "what the device had noted of it was damaged"};
    return made;
}

/// The row of the desired state.
struct DesiredColumns {
    std::string paper, state;
    std::int64_t told = 0;

    std::string digest() const { return digestOf({paper, state, told != 0 ? "told" : ""}); }
};

Result<DesiredNote> noteOf(const DesiredColumns& from) {
    DesiredNote note{.paper = {}, .state = from.state, .isTold = from.told != 0};
    if (!from.paper.empty()) note.paper = STINT_TRY(signedIn(from.paper));
    return note;
}

Result<void> setAside(const std::filesystem::path& file) {
    const std::filesystem::path aside = file.string() + ".damaged";
    std::error_code wrong;
    std::filesystem::rename(file, aside, wrong);
    if (wrong) return fail(Errc::STORAGE, "{}: {}", file.string(), wrong.message());
    // Its log goes with it: a new file would be read with it.
    std::error_code absent;
    std::filesystem::rename(file.string() + "-wal", aside.string() + "-wal", absent);
    return {};
}

} // namespace

Result<Keeping> Keeping::open(const std::filesystem::path& directory, WallTime now, std::vector<std::string>& notices) {
    STINT_TRY(push::makePrivateDirectory(directory));
    const std::filesystem::path file = directory / fileName;
    auto keeping = onto(file);
    if (keeping.ok()) {
        if (auto read = keeping->read(now, notices); !read.ok()) keeping = read.error();
    }
    if (keeping.ok() || keeping.error().code == Errc::ILLEGAL_STATE || isPassing(keeping.error())) return keeping;
    // Not a file of ours alone: who has put it there is to be found, and it is no damage.
    STINT_TRY(push::privateFile(file));
    STINT_TRY(setAside(file));
    notices.push_back(fmt::format("{}; it was set aside as {}.damaged, and what this device had begun of campaigns is "
                                  "not known any more",
                                  keeping.error().message, fileName));
    auto fresh = STINT_TRY(onto(file));
    STINT_TRY(fresh.read(now, notices));
    return fresh;
}

Result<Keeping> Keeping::onto(const std::filesystem::path& file) {
    STINT_TRY(push::privateFile(file));
    Keeping keeping(STINT_TRY(Database::open(file)));
    STINT_TRY(keeping.prepare());
    return keeping;
}

Result<void> Keeping::prepare() {
    STINT_TRY(database_.text("PRAGMA locking_mode = EXCLUSIVE"));
    STINT_TRY(database_.text("PRAGMA journal_mode = WAL"));
    STINT_TRY(database_.run("PRAGMA synchronous = FULL; BEGIN EXCLUSIVE"));
    const auto its = STINT_TRY(database_.integer("PRAGMA user_version"));
    if (its > version) return fail(Errc::ILLEGAL_STATE, "{} is of a newer Stint: version {}", fileName, its);
    if (its < version) STINT_TRY(database_.run(fmt::format("{}; PRAGMA user_version = {}", errandsSchema, version)));
    STINT_TRY(database_.run("COMMIT"));
    const auto found = STINT_TRY(database_.text("PRAGMA quick_check(1)"));
    if (found != "ok") return fail(Errc::STORAGE, "{} is damaged: {}", fileName, found.substr(found.rfind('\n') + 1));
    insert_ =
        STINT_TRY(database_.prepare("INSERT OR REPLACE INTO campaigns VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
    insertReport_ = STINT_TRY(database_.prepare("INSERT OR REPLACE INTO reports VALUES (?1, ?2, ?3)"));
    insertDesired_ = STINT_TRY(database_.prepare("INSERT OR REPLACE INTO desired VALUES (1, ?1, ?2, ?3, ?4)"));
    drop_ = STINT_TRY(database_.prepare("DELETE FROM campaigns WHERE id = ?1"));
    dropReports_ = STINT_TRY(database_.prepare("DELETE FROM reports WHERE campaign = ?1"));
    return {};
}

Result<std::map<std::string, std::vector<std::string>, std::less<>>> Keeping::reports() {
    auto rows = STINT_TRY(database_.prepare("SELECT campaign, report FROM reports ORDER BY campaign, sequence"));
    std::map<std::string, std::vector<std::string>, std::less<>> all;
    rows.start();
    while (STINT_TRY(rows.next()))
        all[std::string(rows.text(0))].emplace_back(rows.text(1));
    return all;
}

Result<void> Keeping::read(WallTime now, std::vector<std::string>& notices) {
    auto its = STINT_TRY(reports());
    auto rows = STINT_TRY(database_.prepare(
        "SELECT id, round, enrolment, heard, until, document, signatures, kept, digest FROM campaigns"));
    std::vector<std::string> damaged;
    rows.start();
    while (STINT_TRY(rows.next())) {
        Columns columns{.id = std::string(rows.text(0)),
                        .round = rows.integer(1),
                        .enrolment = rows.integer(2),
                        .heard = rows.integer(3),
                        .until = rows.integer(4),
                        .document = std::string(rows.text(5)),
                        .signatures = std::string(rows.text(6)),
                        .kept = std::string(rows.text(7)),
                        .reports = {}};
        if (auto found = its.extract(columns.id)) columns.reports = std::move(found.mapped());
        const std::string id = columns.id;
        const bool isWhole = columns.digest() == rows.text(8);
        auto assignment = isWhole ? assignmentOf(columns) : Result<Assignment>(fail(Errc::STORAGE, "it was changed"));
        if (assignment.ok()) {
            all_.emplace(id, *std::move(assignment));
            continue;
        }
        damaged.push_back(id);
        notices.push_back(fmt::format("{}: what was noted of campaign {} is damaged, and it has failed: {}", fileName,
                                      printable(id), assignment.error().message));
        if (isCampaignId(id)) all_.emplace(id, lost(columns, now));
    }
    STINT_TRY(readDesired(notices));
    if (damaged.empty()) return {};
    return together([&]() -> Result<void> {
        for (const std::string& id : damaged) {
            const auto found = all_.find(id);
            STINT_TRY(found == all_.end() ? drop(id) : write(found->second));
        }
        return {};
    });
}

/// One that is damaged is fetched again, and made so again.
Result<void> Keeping::readDesired(std::vector<std::string>& notices) {
    auto row = STINT_TRY(database_.prepare("SELECT paper, state, told, digest FROM desired"));
    row.start();
    if (!STINT_TRY(row.next())) return {};
    const DesiredColumns columns{std::string(row.text(0)), std::string(row.text(1)), row.integer(2)};
    auto note =
        columns.digest() == row.text(3) ? noteOf(columns) : Result<DesiredNote>(fail(Errc::STORAGE, "it was changed"));
    if (note.ok())
        desired_ = *std::move(note);
    else
        notices.push_back(
            fmt::format("{}: what was noted of the desired state is damaged: {}", fileName, note.error().message));
    return {};
}

Result<void> Keeping::save(DesiredNote note) {
    const DesiredColumns columns{note.paper.document.empty() ? "" : textOf(note.paper), note.state,
                                 note.isTold ? 1 : 0};
    const std::string digest = columns.digest();
    STINT_TRY(insertDesired_.run(columns.paper, columns.state, columns.told, Blob{digest}));
    desired_ = std::move(note);
    return {};
}

template <class Write> Result<void> Keeping::together(const Write& write) {
    STINT_TRY(database_.run("BEGIN IMMEDIATE"));
    auto written = write();
    if (written.ok()) written = database_.run("COMMIT");
    if (!written.ok()) database_.rollBack();
    return written;
}

Result<void> Keeping::drop(std::string_view id) {
    STINT_TRY(dropReports_.run(id));
    return drop_.run(id);
}

Result<void> Keeping::write(const Assignment& assignment) {
    const Columns columns = columnsOf(assignment);
    STINT_TRY(dropReports_.run(columns.id));
    if (const auto& unsent = assignment.kept.unsent)
        STINT_TRY(insertReport_.run(columns.id, std::int64_t{unsent->sequence}, columns.reports.back()));
    const std::string digest = columns.digest();
    return insert_.run(columns.id, columns.round, columns.enrolment, columns.heard, columns.until, columns.document,
                       columns.signatures, columns.kept, Blob{digest});
}

/// Those that nobody asks for any more once `next` is written: long after their expiry, and then the first to expire.
std::vector<std::string> Keeping::outlived(WallTime now, const Assignment& next) const {
    std::vector<std::pair<WallTime, std::string>> ended;
    for (const auto& [id, one] : all_)
        if (id != next.id && !one.isOpen()) ended.emplace_back(one.until, id);
    std::ranges::sort(ended);
    const std::size_t room = mostEnded - (next.isOpen() ? 0 : 1);
    const std::size_t over = ended.size() > room ? ended.size() - room : 0;
    std::vector<std::string> gone;
    for (std::size_t nth = 0; nth < ended.size(); ++nth)
        if (nth < over || ended[nth].first + knownFor <= now) gone.push_back(ended[nth].second);
    return gone;
}

Result<void> Keeping::save(Assignment assignment, WallTime now) {
    if (!isCampaignId(assignment.id))
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is no campaign's id", printable(assignment.id));
    const auto known = all_.find(assignment.id);
    const bool wasOpen = known != all_.end() && known->second.isOpen();
    if (assignment.isOpen() && !wasOpen) {
        const auto open = std::ranges::count_if(all_, [](const auto& each) { return each.second.isOpen(); });
        if (std::cmp_greater_equal(open, mostOpen))
            return fail(Errc::ILLEGAL_STATE, "this device has {} campaigns that have not ended, and takes no more",
                        mostOpen);
    }
    if (!assignment.isOpen() && !assignment.kept.unsent) assignment.order = {};
    const auto gone = outlived(now, assignment);
    STINT_TRY(together([&]() -> Result<void> {
        for (const std::string& id : gone)
            STINT_TRY(drop(id));
        return write(assignment);
    }));
    for (const std::string& id : gone)
        all_.erase(id);
    std::string id = assignment.id;
    all_.insert_or_assign(std::move(id), std::move(assignment));
    return {};
}

} // namespace stint::fleet
