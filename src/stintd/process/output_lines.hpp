// What a started process writes to its stdout and stderr where nobody else takes it, by lines. It comes through a pipe
// that is read only so often: who writes more than that waits, and nobody else does.
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

class OutputLines {
public:
    /// A line without its end, which is not empty; of a longer one than 1 KiB so much at a time.
    using Take = std::function<void(std::string_view line)>;

    /// With the end that the process writes to. System where no descriptor is left.
    static Result<std::pair<std::unique_ptr<OutputLines>, Fd>> open(sd_event* loop, Take take);
    /// The process is gone: what it has left in the pipe, and a line that it has not ended.
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
