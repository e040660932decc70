// Prints a command's output: byte for byte into a file or a pipe, and on a terminal without control characters.
#pragma once
#include <filesystem>
#include <string>

#include "faces/screen/terminal.hpp"
#include "programs/spool/log.hpp"
#include "stint/result.hpp"

namespace stint::cli {

class LogTail {
public:
    /// Reads from the oldest kept byte. `follows`: fd() becomes readable when there may be more.
    static Result<LogTail> open(const std::filesystem::path& spool, const Screen& screen, bool follows);

    int fd() const { return reader_.fd(); }
    /// Prints all there is. System if it cannot be read any more.
    Result<void> take();
    bool hasPrinted() const { return printed_; }

private:
    LogTail(LogReader reader, const Screen& screen) : reader_(std::move(reader)), screen_(screen) {}
    void print(const LogReader::Piece& piece);

    LogReader reader_;
    const Screen& screen_;
    std::string cut_; ///< the beginning of an incomplete character
    bool printed_ = false;
};

} // namespace stint::cli
