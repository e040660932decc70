// The bytes of a source that one request sends; what the server says back beside its head is dropped.
#pragma once
#include <memory>
#include <optional>

#include "transfer/ending.hpp"
#include "transfer/fetch.hpp"
#include "transfer/source.hpp"

namespace stint::transfer {

class Body final : public Fetch::Peer {
public:
    /// From `start` to `end`.
    Body(std::shared_ptr<const Source> source, Bytes start, Bytes end);

    Bytes length() const { return end_ - start_; }
    /// What was handed to curl ends here.
    Bytes position() const { return position_; }
    /// Why no more could be sent: the file has changed, or cannot be read.
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

/// An Error of Source, in the words of the job contract.
Ending sourceFailed(const Error& error);

} // namespace stint::transfer
