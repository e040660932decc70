// The file to send, and its marks of change; its bytes, for one request; and an upload by one PUT.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "base/unix/fd.hpp"
#include "programs/transfer/ending.hpp"
#include "programs/transfer/engine.hpp"
#include "programs/transfer/fetch.hpp"
#include "programs/transfer/spec.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::transfer {

/// Identifies one state of one file: a write changes its ctime, even if it restores the old mtime.
struct SourceMark {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    Bytes size = 0;
    std::int64_t modified = 0; ///< mtime, ns since 1970
    std::int64_t changed = 0;  ///< ctime

    bool operator==(const SourceMark&) const = default;
};

/// The file to send: a server gets one version of it or nothing.
class Source {
public:
    /// System if it cannot be read or is not a regular file.
    static Result<Source> open(const std::filesystem::path& path);

    const SourceMark& mark() const { return mark_; }
    Bytes size() const { return mark_.size; }
    int descriptor() const { return fd_.get(); }
    /// False: it was written in the same kernel clock tick in which it was opened, so another write in that tick would
    /// not show. Such a mark is not used to resume.
    bool proves() const { return proves_; }

    /// Fills `bytes` from `offset`; the range is within the file. IllegalState: the file has changed.
    Result<void> read(Bytes offset, std::span<char> bytes) const;
    /// IllegalState: the file has changed since it was opened.
    Result<void> checkUnchanged() const;

private:
    Source(std::filesystem::path path, Fd fd, const SourceMark& mark, bool proves);

    std::filesystem::path path_;
    Fd fd_;
    SourceMark mark_;
    bool proves_ = false;
};

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

/// An upload by one PUT. It cannot be resumed: after a break the next run sends the whole file.
class PutTransfer final : public Transfer {
public:
    PutTransfer(Upload upload, Watcher watcher, World world);

    bool begin() override;
    void stop() override;
    bool takeBack() override;
    void reconnect() override;
    bool fetchEnded(CURL* handle, CURLcode code) override;

private:
    void leave() override;
    std::optional<Progress> progress() const override;

    void ask(Request::Route route);
    Ending endingFor(CURLcode code) const;

    Upload upload_;
    World world_;
    std::shared_ptr<const Source> source_;
    std::unique_ptr<Body> body_;
    std::unique_ptr<Fetch> fetch_;
};

} // namespace stint::transfer
