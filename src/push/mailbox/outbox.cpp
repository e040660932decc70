#include "push/mailbox/outbox.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "push/keys/private_file.hpp"

namespace stint::push {

extern const char* const outboxSchema; // outbox.sql

namespace {

using Json = nlohmann::ordered_json;

constexpr int version = 2;
constexpr std::size_t mostEpochs = 64;

constexpr auto sizes = "SELECT ifnull((SELECT sum(length(subject) + length(headers) + length(body)) FROM messages), 0)"
                       " + ifnull((SELECT sum(length(subject) + length(id)) FROM taken), 0)";

std::string textOf(const Headers& headers) {
    return Json(headers).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Headers> headersIn(std::string_view text) {
    const auto wrong = [] { return fail(Errc::STORAGE, "the outbox is damaged: a message's headers"); };
    const Json list = Json::parse(text, nullptr, false);
    if (!list.is_array()) return wrong();
    Headers headers;
    for (const Json& pair : list) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) return wrong();
        headers.emplace_back(pair[0].get<std::string>(), pair[1].get<std::string>());
    }
    return headers;
}

} // namespace

Bytes Outbox::sizeOf(const Posted& posted) {
    return std::ssize(posted.subject) + std::ssize(textOf(posted.headers)) + std::ssize(posted.body);
}

Result<Outbox> Outbox::open(const std::filesystem::path& file) {
    STINT_TRY(privateFile(file));
    Outbox outbox(STINT_TRY(Database::open(file)));
    STINT_TRY(outbox.prepare());
    return outbox;
}

Result<void> Outbox::prepare() {
    // Exclusive: a second process would send everything twice, and the numbers would have two meanings.
    STINT_TRY(database_.text("PRAGMA locking_mode = EXCLUSIVE"));
    STINT_TRY(database_.text("PRAGMA journal_mode = WAL"));
    STINT_TRY(database_.run("PRAGMA synchronous = FULL; BEGIN EXCLUSIVE"));
    const auto its = STINT_TRY(database_.integer("PRAGMA user_version"));
    if (its > version) return fail(Errc::STORAGE, "the outbox is of a newer Stint: version {}", its);
    if (its < version) STINT_TRY(database_.run(fmt::format("{}; PRAGMA user_version = {}", outboxSchema, version)));
    STINT_TRY(database_.run("COMMIT"));
    insert_ = STINT_TRY(database_.prepare("INSERT INTO messages VALUES (NULL, ?1, ?2, ?3, ?4, 0) RETURNING number"));
    tell_ = STINT_TRY(database_.prepare("UPDATE messages SET told = 1 WHERE number = ?1"));
    promise_ = STINT_TRY(database_.prepare("INSERT OR REPLACE INTO streams VALUES (?1, ?2)"));
    drop_ = STINT_TRY(database_.prepare("DELETE FROM messages WHERE told = 1 AND kept < ?1"));
    dropTaken_ = STINT_TRY(database_.prepare("DELETE FROM taken WHERE told = 1 AND kept < ?1"));
    take_ = STINT_TRY(database_.prepare("INSERT INTO taken VALUES (?1, ?2, ?3, 0) ON CONFLICT DO UPDATE SET told = 0"));
    tellTaken_ = STINT_TRY(database_.prepare("UPDATE taken SET told = 1 WHERE subject = ?1 AND id = ?2"));
    size_ = STINT_TRY(database_.integer(sizes));
    return {};
}

Result<void> Outbox::commit(const std::vector<Posted*>& posted, const std::vector<std::int64_t>& told,
                            const std::map<std::string, std::uint64_t>& promised, WallTime now) {
    STINT_TRY(database_.run("BEGIN IMMEDIATE"));
    Bytes added = 0;
    const auto written = [&]() -> Result<void> {
        for (Posted* const one : posted) {
            const std::string headers = textOf(one->headers);
            insert_.start(one->subject, headers, Blob{one->body}, now.time_since_epoch().count());
            STINT_TRY(insert_.next());
            one->number = insert_.integer(0);
            insert_.reset();
            added += std::ssize(one->subject) + std::ssize(headers) + std::ssize(one->body);
        }
        for (const std::int64_t number : told)
            STINT_TRY(tell_.run(number));
        for (const auto& [store, sequence] : promised)
            STINT_TRY(promise_.run(store, static_cast<std::int64_t>(sequence)));
        return database_.run("COMMIT");
    }();
    if (written.ok())
        size_ += added;
    else
        database_.rollBack();
    return written;
}

Result<void> Outbox::forget(WallTime before) {
    STINT_TRY(drop_.run(before.time_since_epoch().count()));
    STINT_TRY(dropTaken_.run(before.time_since_epoch().count()));
    size_ = STINT_TRY(database_.integer(sizes));
    return {};
}

Result<std::vector<Posted>> Outbox::since(WallTime then) {
    auto rows = STINT_TRY(database_.prepare(
        "SELECT number, subject, headers, body, kept FROM messages WHERE told = 0 OR kept >= ?1 ORDER BY number"));
    rows.start(then.time_since_epoch().count());
    std::vector<Posted> all;
    while (STINT_TRY(rows.next())) {
        Posted one{.number = rows.integer(0),
                   .subject = std::string(rows.text(1)),
                   .headers = {},
                   .body = std::string(rows.text(3)),
                   .kept = WallTime(Duration(rows.integer(4)))};
        one.headers = STINT_TRY(headersIn(rows.text(2)));
        all.push_back(std::move(one));
    }
    return all;
}

// One commit of all.
Result<void> Outbox::together(const std::vector<TakenBack>& all,
                              const std::function<Result<void>(const TakenBack&)>& each) {
    STINT_TRY(database_.run("BEGIN IMMEDIATE"));
    const auto written = [&]() -> Result<void> {
        for (const TakenBack& one : all)
            STINT_TRY(each(one));
        return database_.run("COMMIT");
    }();
    if (!written.ok()) database_.rollBack();
    return written;
}

Result<void> Outbox::takeBack(const std::vector<TakenBack>& all, WallTime now) {
    STINT_TRY(together(
        all, [&](const TakenBack& one) { return take_.run(one.subject, one.id, now.time_since_epoch().count()); }));
    for (const TakenBack& one : all)
        size_ += sizeOf(one);
    return {};
}

Result<void> Outbox::tellTaken(const std::vector<TakenBack>& all) {
    return together(all, [&](const TakenBack& one) { return tellTaken_.run(one.subject, one.id); });
}

Result<std::map<TakenBack, WallTime>> Outbox::takenBack() {
    auto rows = STINT_TRY(database_.prepare("SELECT subject, id, kept FROM taken"));
    rows.start();
    std::map<TakenBack, WallTime> all;
    while (STINT_TRY(rows.next()))
        all[{std::string(rows.text(0)), std::string(rows.text(1))}] = WallTime(Duration(rows.integer(2)));
    return all;
}

Result<std::optional<std::uint64_t>> Outbox::promised(const std::string& store) {
    auto row = STINT_TRY(database_.prepare("SELECT promised FROM streams WHERE store = ?1"));
    row.start(store);
    if (!STINT_TRY(row.next())) return std::optional<std::uint64_t>();
    return std::optional(static_cast<std::uint64_t>(row.integer(0)));
}

Result<std::vector<Epoch>> Outbox::epochs(const std::string& store) {
    auto rows = STINT_TRY(database_.prepare("SELECT number, start FROM epochs WHERE store = ?1 ORDER BY number"));
    rows.start(store);
    std::vector<Epoch> all;
    while (STINT_TRY(rows.next()))
        all.push_back({static_cast<std::uint64_t>(rows.integer(0)), static_cast<std::uint64_t>(rows.integer(1))});
    return all;
}

Result<Epoch> Outbox::beginEpoch(const std::string& store, std::uint64_t last) {
    auto all = STINT_TRY(epochs(store));
    const Epoch next{all.empty() ? 1 : all.back().number + 1, last};
    STINT_TRY(database_.run("BEGIN IMMEDIATE"));
    const auto written = [&]() -> Result<void> {
        auto insert = STINT_TRY(database_.prepare("INSERT INTO epochs VALUES (?1, ?2, ?3)"));
        STINT_TRY(insert.run(store, static_cast<std::int64_t>(next.number), static_cast<std::int64_t>(last)));
        // The two oldest become one, from the lesser start on: that only has a device fetch again what it knows by id.
        if (all.size() >= mostEpochs) {
            auto merge = STINT_TRY(
                database_.prepare("UPDATE epochs SET start = min(start, ?3) WHERE store = ?1 AND number = ?2"));
            STINT_TRY(
                merge.run(store, static_cast<std::int64_t>(all[1].number), static_cast<std::int64_t>(all[0].from)));
            auto drop = STINT_TRY(database_.prepare("DELETE FROM epochs WHERE store = ?1 AND number = ?2"));
            STINT_TRY(drop.run(store, static_cast<std::int64_t>(all[0].number)));
        }
        STINT_TRY(promise_.run(store, static_cast<std::int64_t>(last)));
        return database_.run("COMMIT");
    }();
    if (!written.ok()) {
        database_.rollBack();
        return written.error();
    }
    return next;
}

} // namespace stint::push
