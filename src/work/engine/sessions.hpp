// The processes that have the file open: each holds a lock on a byte of its own in a file beside it, which the kernel
// releases when the process ends, however it ends.
#pragma once
#include <filesystem>

#include "base/unix/fd.hpp"
#include "work/engine/request.hpp"

namespace stint::work {

/// The processes that have the file open: each holds a lock on a byte of its own in a file beside it, which the
/// kernel releases when the process ends, however it ends.
class SessionLocks {
public:
    static Result<SessionLocks> open(const std::filesystem::path& file);

    /// Locks this process's own byte, for as long as this object lives.
    Result<void> take(Session session);
    /// Touches the file: a process that watches its attributes learns that something was committed. A write to
    /// SQLite's log would be noticed before its content can be read.
    void ring() const;

    /// True if the session is held by this process, or by another that lives.
    bool isHeld(Session session) const;

private:
    explicit SessionLocks(Fd file) : file_(std::move(file)) {}
    Fd file_;
    Session own_ = 0;
};

} // namespace stint::work
