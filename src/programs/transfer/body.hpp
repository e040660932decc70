// The bytes of a source that one request sends; the body of the server's response is dropped.
#pragma once
#include <memory>
#include <optional>

#include "programs/transfer/ending.hpp"
#include "programs/transfer/fetch.hpp"
#include "programs/transfer/source.hpp"

namespace stint::transfer {

/// The bytes of a source that one request sends; the body of the server's response is dropped.
class Body final : public Fetch::Client {
public:
    /// The bytes from `start` to `end`.
    Body(std::shared_ptr<const Source> source, Bytes start, Bytes end);

    Bytes length() const { return end_ - start_; }
    /// The end of the bytes given to curl so far.
    Bytes position() const { return position_; }
    /// The reason why sending stopped: the file has changed, or cannot be read.
    const std::optional<Ending>& failure() const { return failure_; }

    Fetch::Take take(std::span<const char> bytes) override;
    std::optional<std::size_t> give(std::span<char> bytes) override;
    bool rewind() override;

private:
    std::shared_ptr<const Source> source_;
    Bytes start_;
    Bytes end_;
    Bytes position_;
    Bytes heard_ = 0;
    std::optional<Ending> failure_;
};

/// An Error of Source as an Ending.
Ending sourceFailed(const Error& error);

} // namespace stint::transfer
