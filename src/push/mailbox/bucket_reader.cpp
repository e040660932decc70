#include "push/mailbox/bucket_reader.hpp"

#include <utility>

namespace stint::push {

BucketReader::BucketReader(const Broker& broker, std::string_view bucket, std::string keys)
    : broker_(broker), bucket_(bucket), keys_(std::move(keys)) {}

Result<void> BucketReader::follow(Take take) const {
    return broker_.listen(subjectOfKey(bucket_, keys_), std::move(take));
}

Result<void> BucketReader::readAll(const Take& take) { return readFrom(1, take); }
Result<void> BucketReader::readNew(const Take& take) { return readFrom(upTo() + 1, take); }

std::uint64_t BucketReader::upTo() const {
    const std::lock_guard lock(mutex_);
    return upTo_;
}

Result<void> BucketReader::readFrom(std::uint64_t from, const Take& take) {
    const auto last = STINT_TRY(broker_.readValues(bucket_, keys_, from, take));
    const std::lock_guard lock(mutex_);
    upTo_ = last;
    return {};
}

} // namespace stint::push
