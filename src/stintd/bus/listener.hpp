// The socket that the daemon listens on.
#pragma once
#include <filesystem>
#include <optional>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

/// The daemon's socket in the runtime directory.
class Listener {
public:
    /// Listens at `socket`. IllegalState if another daemon does; a socket that a dead one left behind is replaced.
    static Result<Listener> open(const std::filesystem::path& socket);
    Listener(Listener&&) noexcept = default;
    Listener& operator=(Listener&&) = delete;
    ~Listener();

    /// The descriptor to watch for reading, level-triggered.
    int socket() const { return socket_.get(); }
    /// Returns the next caller's socket, if one waits. If no descriptor is left for it, the caller is turned away:
    /// otherwise it would wake us forever, and callers behind it would never be seen.
    std::optional<Fd> accept();

private:
    Listener(std::filesystem::path path, Fd socket) : path_(std::move(path)), socket_(std::move(socket)) {
        keepSpare();
    }
    void keepSpare();
    void turnAway();

    std::filesystem::path path_;
    Fd socket_;
    Fd spare_; ///< released in order to accept a caller and turn it away
};

} // namespace stint
