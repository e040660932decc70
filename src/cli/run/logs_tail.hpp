// Prints what a command printed: byte for byte into a file or a pipe, and on a terminal without what would steer it.
#pragma once
#include <filesystem>
#include <string>

#include "cli/screen/terminal.hpp"
#include "spool/log.hpp"
#include "stint/result.hpp"

namespace stint::cli {

class LogTail {
public:
    /// From the oldest byte that is kept. `follows`: fd() then says when there may be more.
    static Result<LogTail> open(const std::filesystem::path& spool, const Screen& screen, bool follows);

    int fd() const { return reader_.fd(); }
    /// Prints all that is there. System where it cannot be read any more.
    Result<void> take();
    bool hasPrinted() const { return printed_; }

private:
    LogTail(LogReader reader, const Screen& screen) : reader_(std::move(reader)), screen_(screen) {}
    void print(const LogReader::Piece& piece);

    LogReader reader_;
    const Screen& screen_;
    std::string cut_; ///< the beginning of a character whose rest has not come
    bool printed_ = false;
};

/// As a terminal may show it: line ends and tabs stay, a carriage return begins a line, what else steers becomes
/// U+FFFD.
std::string shownOutput(std::string_view output);

} // namespace stint::cli
