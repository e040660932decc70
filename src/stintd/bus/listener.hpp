// The daemon's socket in the runtime directory.
#pragma once
#include <filesystem>
#include <optional>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

class Listener {
public:
    /// IllegalState if another daemon listens there; a socket that a dead one left behind is replaced.
    static Result<Listener> open(const std::filesystem::path& socket);
    Listener(Listener&&) noexcept = default;
    Listener& operator=(Listener&&) = delete;
    ~Listener();

    /// To be watched for reading, level-triggered.
    int socket() const { return socket_.get(); }
    /// The next caller's socket, if one waits. Where no descriptor is left for it, it is turned away: left waiting, it
    /// would wake us forever, and callers behind it would never be seen.
    std::optional<Fd> accept();

private:
    Listener(std::filesystem::path path, Fd socket) : path_(std::move(path)), socket_(std::move(socket)) {
        keepSpare();
    }
    void keepSpare();
    void turnAway();

    std::filesystem::path path_;
    Fd socket_;
    Fd spare_; ///< released to accept, and turn away, a caller
};

} // namespace stint
