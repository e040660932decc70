// The file that makes a message durable where one node's store is not (push.md §1.1): JetStream answers before its disk
// has a message. What was answered with 201 is in here, and is sent again until no power cut can have lost it. It also
// bridges a broker that is away. And it knows how far each stream has come, so that a stream that went back is found.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "push/envelope/envelope.hpp"
#include "push/envelope/questions.hpp"

namespace stint::push {

/// A message that is kept here.
struct Posted {
    std::int64_t number = 0;
    std::string subject;
    Headers headers;
    std::string body;
    WallTime kept = {}; ///< the time at which it was taken
};

/// A message that its sender does not want any more, by its subject and its id.
struct TakenBack {
    std::string subject, id;

    auto operator<=>(const TakenBack&) const = default;
};

class Outbox {
public:
    /// Opens the file, or makes it; only one process has it open. Storage: it is damaged, of a newer Stint, or taken.
    static Result<Outbox> open(const std::filesystem::path& file);

    /// One commit, on the disk when it returns. `posted` get their numbers; `told` are numbers that the store has; and
    /// no stream has given out more than is promised. Storage: nothing of it was written.
    Result<void> commit(const std::vector<Posted*>& posted, const std::vector<std::int64_t>& told,
                        const std::map<std::string, std::uint64_t>& promised, WallTime now);
    /// Forgets what the store has, or was told that it is taken back, for longer than `again`.
    Result<void> forget(WallTime before);

    /// They are taken back: one commit, on the disk when it returns. Storage: none of them is.
    Result<void> takeBack(const std::vector<TakenBack>& all, WallTime now);
    /// The store does not have them any more.
    Result<void> tellTaken(const std::vector<TakenBack>& all);
    /// All that is not forgotten, and since when.
    Result<std::map<TakenBack, WallTime>> takenBack();

    /// Those that the store does not have, and those that it may have lost: kept since then. In their order.
    Result<std::vector<Posted>> since(WallTime then);
    /// The bytes of messages that are kept, and those that one takes.
    Bytes size() const { return size_; }
    static Bytes sizeOf(const Posted& posted);
    static Bytes sizeOf(const TakenBack& taken) { return std::ssize(taken.subject) + std::ssize(taken.id); }

    Result<std::optional<std::uint64_t>> promised(const std::string& store);
    Result<std::vector<Epoch>> epochs(const std::string& store);
    /// The store goes on from `last`, which is less than it had promised.
    Result<Epoch> beginEpoch(const std::string& store, std::uint64_t last);

private:
    explicit Outbox(Database database) : database_(std::move(database)) {}
    Result<void> prepare();
    Result<void> together(const std::vector<TakenBack>& all, const std::function<Result<void>(const TakenBack&)>& each);

    Database database_;
    Statement insert_, tell_, promise_, drop_, take_, tellTaken_, dropTaken_;
    Bytes size_ = 0;
};

} // namespace stint::push
