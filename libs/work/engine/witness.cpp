#include "work/engine/witness.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/unix/fd.hpp"
#include "work/engine/data.hpp"
#include "work/engine/schema.hpp"

namespace stint::work {

// A file that is there is not opened: closing it again would give up the locks that SQLite has on it in this process.
Result<void> makePlainFile(const std::filesystem::path& file) {
    const Fd made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (made) return {};
    struct stat found {};
    if (errno != EEXIST || ::lstat(file.c_str(), &found) != 0)
        return fail(Errc::STORAGE, "{}: {}", file.string(), std::strerror(errno));
    if (!S_ISREG(found.st_mode)) return fail(Errc::STORAGE, "{} is not a plain file", file.string());
    if (found.st_uid != ::geteuid())
        return fail(Errc::STORAGE, "{} belongs to user {}, not to user {} who runs this", file.string(), found.st_uid,
                    ::geteuid());
    return {};
}

namespace {

constexpr int witnessVersion = 1;
constexpr int mostEndings = 10'000; ///< a backup that is older than this many ends is believed
constexpr auto witnessSchema =
    "CREATE TABLE ended (number INTEGER PRIMARY KEY, request TEXT NOT NULL, state INTEGER NOT NULL, "
    "window_end INTEGER, not_before INTEGER NOT NULL, output BLOB NOT NULL) STRICT";

Result<Ending> endingIn(const Statement& row) {
    Ending ending;
    ending.order = STINT_TRY(storedNumber(row, 0, 1, farthest));
    const auto id = UUID::fromString(row.text(1));
    if (!id) return fail(Errc::STORAGE, "an end of no request");
    ending.request = *id;
    const std::int64_t state = STINT_TRY(storedNumber(row, 2, 0, static_cast<std::int64_t>(State::CANCELLED)));
    ending.state = static_cast<State>(state);
    if (!row.isNull(3)) ending.windowEnd = STINT_TRY(storedTime(row, 3));
    ending.notBefore = STINT_TRY(storedTime(row, 4));
    ending.output = STINT_TRY(dataOf(row.text(5)));
    return ending;
}

} // namespace

Result<Witness> Witness::onto(const std::filesystem::path& file) {
    STINT_TRY(makePlainFile(file));
    auto database = STINT_TRY(Database::open(file));
    database.checkpointOnClose();
    database.waitForOthers(std::chrono::seconds(10));
    STINT_TRY(database.text("PRAGMA journal_mode = WAL"));
    STINT_TRY(database.run("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE"));
    const auto version = STINT_TRY(database.integer("PRAGMA user_version"));
    if (version == 0)
        STINT_TRY(database.run(fmt::format("{}; PRAGMA user_version = {}", witnessSchema, witnessVersion)));
    if (version > witnessVersion) return fail(Errc::STORAGE, "{}: of a newer libstint-work", file.string());
    STINT_TRY(database.run(
        fmt::format("DELETE FROM ended WHERE number <= (SELECT max(number) FROM ended) - {}; COMMIT", mostEndings)));
    auto insert = STINT_TRY(database.prepare("INSERT OR IGNORE INTO ended VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
    return Witness(std::move(database), std::move(insert));
}

Result<Witness> Witness::open(const std::filesystem::path& directory) {
    std::error_code wrong;
    std::filesystem::create_directories(directory, wrong);
    if (wrong) return fail(Errc::STORAGE, "{}: {}", directory.string(), wrong.message());
    const auto file = directory / "work-ended.db";
    auto opened = onto(file);
    if (opened.ok() || !isDamage(opened.error())) return opened;
    for (const char* part : logParts)
        std::filesystem::remove(file.string() + part, wrong);
    std::filesystem::remove(file, wrong);
    return onto(file);
}

Result<void> Witness::note(const std::vector<Record>& records) {
    bool open = false;
    const auto noted = [&]() -> Result<void> {
        for (const Record& record : records) {
            const auto* save = std::get_if<SaveRequest>(&record);
            if (save == nullptr || save->request.finishOrder == 0) continue;
            if (!std::exchange(open, true)) STINT_TRY(database_.run("BEGIN IMMEDIATE"));
            const Request& request = save->request;
            const auto millis = [](WallTime time) { return std::int64_t{time.time_since_epoch().count()}; };
            const std::string output = bytesOf(request.output.getKeyValueMap());
            STINT_TRY(insert_.run(request.finishOrder, request.spec.id.toString(),
                                  static_cast<std::int64_t>(request.state),
                                  request.windowEnd ? std::optional(millis(*request.windowEnd)) : std::nullopt,
                                  millis(request.notBefore), Blob{output}));
        }
        return open ? database_.commitShared(logTooLong) : Result<void>();
    }();
    if (!noted.ok()) database_.rollBack();
    return noted;
}

Result<std::vector<Ending>> Witness::since(std::int64_t order) {
    auto select =
        STINT_TRY(database_.prepare("SELECT number, request, state, window_end, not_before, output FROM ended "
                                    "WHERE number >= ?1 ORDER BY number"));
    std::vector<Ending> endings;
    select.start(order);
    while (STINT_TRY(select.next())) {
        auto ending = STINT_TRY(endingIn(select));
        endings.push_back(std::move(ending));
    }
    return endings;
}

Result<std::int64_t> Witness::last() { return database_.integer("SELECT coalesce(max(number), 0) FROM ended"); }

} // namespace stint::work
