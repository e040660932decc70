// The output of commands (programs/spool/log.hpp): the last lines of one, as text; all that is kept, as a file; and a
// word in the stream once more has come, and not again before somebody has looked. A command may have made anything of
// its own directory: what is read has an end, and no file is waited for.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <string>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "faces/taskmanager/daemon_line.hpp"
#include "faces/taskmanager/paths.hpp"
#include "programs/spool/log.hpp"

namespace stint::taskmanager {

/// The newest bytes of a command's output.
struct OutputEnd {
    Bytes before = 0; ///< bytes that were written before them
    std::string text;
};
/// `most` bytes of it at most. System: it cannot be read.
Result<OutputEnd> outputEnd(const std::filesystem::path& directory, Bytes most);

/// Its last whole lines, made printable.
std::string lastLines(const OutputEnd& end, std::size_t most);

class Outputs {
public:
    /// `changed` is called when topic() has changed.
    Outputs(sd_event* loop, std::function<void()> changed) : loop_(loop), changed_(std::move(changed)) {}
    Outputs(const Outputs&) = delete;
    Outputs& operator=(const Outputs&) = delete;

    /// Nobody looks any more.
    void forget() { watched_.clear(); }
    /// {"jobs":[{"key":…,"changes":…}]}: of those that were looked at last, how often more has come since.
    std::string topic() const;
    /// Watches for more from now on; returns how often more had come. Of the outputs watched, the one that was looked
    /// at longest ago goes when there are too many.
    std::uint32_t look(const std::string& key, const std::filesystem::path& directory);

private:
    struct Watched {
        Outputs* home;
        std::string key;
        LogReader reader;
        EventSource more = {};
        std::uint32_t changes = 0;
    };
    static int hasMore(sd_event_source*, int, std::uint32_t, void* watched);

    sd_event* loop_;
    std::function<void()> changed_;
    std::list<Watched> watched_; ///< sd-event holds pointers to them
};

/// Answers GET /api/output?job=KEY: {"key":…,"text":…,"all": bytes that were written,"changes":…}.
void answerOutput(Outputs& outputs, DaemonLine& line, const Request& request, const Done& done);
/// Answers GET /api/output/file?job=KEY with the bytes themselves.
void answerOutputFile(DaemonLine& line, const Request& request, Done done);

} // namespace stint::taskmanager
