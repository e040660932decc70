#include "programs/transfer/body.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace stint::transfer {
namespace {

// A response to an upload is a line or a page, not a stream.
constexpr Bytes longestAnswer = 1_MiB;

} // namespace

Body::Body(std::shared_ptr<const Source> source, Bytes start, Bytes end)
    : source_(std::move(source)), start_(start), end_(end), position_(start) {}

Fetch::Take Body::take(std::span<const char> bytes) {
    heard_ += static_cast<Bytes>(bytes.size());
    return heard_ <= longestAnswer ? Fetch::Take::All : Fetch::Take::Drop;
}

std::optional<std::size_t> Body::give(std::span<char> bytes) {
    auto count = std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(end_ - position_));
    if (auto done = source_->read(position_, bytes.first(count)); !done) {
        failure_ = sourceFailed(done.error());
        return std::nullopt;
    }
    position_ += static_cast<Bytes>(count);
    return count;
}

bool Body::rewind() {
    position_ = start_;
    return true;
}

Ending sourceFailed(const Error& error) {
    if (error.code == Errc::ILLEGAL_STATE) return later(fmt::format("{}; it is begun anew", error.message));
    return refusedHere(ends::noInput, error);
}

} // namespace stint::transfer
