// How far a server has read a bucket of the broker's: it is told of each new value at once, but a route that was cut
// tells nobody what it dropped, so what is new is asked for, too (push.md §3.3). Any thread may call.
#pragma once
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result/errors.hpp"
#include "push/broker/broker.hpp"

namespace stint::push {

class BucketReader {
public:
    using Take = std::function<void(const Stored& value)>;

    /// `keys`: those that are read; "*" stands for any word of a key.
    BucketReader(const Broker& broker, std::string_view bucket, std::string keys)
        : broker_(broker), bucket_(bucket), keys_(std::move(keys)) {}

    /// From now on `take` is called for each new value, from a thread of libnats.
    Result<void> follow(Take take) const { return broker_.listen(subjectOfKey(bucket_, keys_), std::move(take)); }
    /// Takes all that it has, in their order. Unavailable: the broker does not answer, or no leader.
    Result<void> readAll(const Take& take) { return readFrom(1, take); }
    /// Takes what came after the last that was read.
    Result<void> readNew(const Take& take) { return readFrom(last().sequence + 1, take); }
    /// After a connection that was lost: takes what is new where the last that was read stands as it was read, and else
    /// all, for then the bucket may be another, or have gone back and on.
    Result<void> readOn(const Take& take) {
        const bool isThere = STINT_TRY(broker_.stands(bucket_, keys_, last()));
        return isThere ? readNew(take) : readAll(take);
    }

private:
    Stored last() const {
        const std::lock_guard lock(mutex_);
        return last_;
    }
    Result<void> readFrom(std::uint64_t from, const Take& take) {
        std::optional<Stored> newest;
        STINT_TRY(broker_.readValues(bucket_, keys_, from, [&](const Stored& value) {
            take(value);
            newest = value;
        }));
        const std::lock_guard lock(mutex_);
        if (newest) last_ = *std::move(newest);
        return {};
    }

    const Broker& broker_;
    std::string bucket_, keys_;
    mutable std::mutex mutex_;
    Stored last_; ///< that was read
};

} // namespace stint::push
