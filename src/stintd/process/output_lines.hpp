// A started process's output, by lines.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

/// The lines that a started process writes to its stdout and stderr where nobody else takes them. They come through a
/// pipe that is read only so often: a process that writes more waits, and nothing else does.
class OutputLines {
public:
    /// Gets a line without its end, never an empty one; a line longer than 1 KiB comes in pieces.
    using Take = std::function<void(std::string_view line)>;

    /// Returns it with the end that the process writes to. System where no descriptor is left.
    static Result<std::pair<std::unique_ptr<OutputLines>, Fd>> open(sd_event* loop, Take take);
    /// Takes the rest of the pipe of a process that is gone, and a line that it has not ended.
    void finish();

private:
    OutputLines(Fd pipe, Take take) : pipe_(std::move(pipe)), take_(std::move(take)) {}
    static int readable(sd_event_source* source, int fd, std::uint32_t events, void* self);
    bool readSome();
    void tellWholeLines();

    Fd pipe_;
    Take take_;
    std::string unended_;
    EventSource source_;
};

} // namespace stint
