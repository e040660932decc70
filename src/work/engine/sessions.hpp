// Which processes have the file open: each holds a lock on a byte of its own of a file beside it, which the kernel lets
// go of when the process ends, however it ends.
#pragma once
#include <filesystem>

#include "base/unix/fd.hpp"
#include "work/engine/request.hpp"

namespace stint::work {

class SessionLocks {
public:
    static Result<SessionLocks> open(const std::filesystem::path& file);

    /// Takes this process's own, for as long as this object lives.
    Result<void> take(Session session);
    /// Touches the file: who watches its attributes is told that something was committed. A write to the log is seen
    /// before what it says can be read.
    void ring() const;

    /// By this process, or another that lives.
    bool isHeld(Session session) const;

private:
    explicit SessionLocks(Fd file) : file_(std::move(file)) {}
    Fd file_;
    Session own_ = 0;
};

} // namespace stint::work
