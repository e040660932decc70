// The output of a command, as much of it as is kept: files named by the offset of their first byte in all that was
// written. The oldest goes when a new one begins, so what is kept is between one and two lengths of the newest output;
// offsets make a reader that comes late, or is slow, know how much it has missed.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// The newest so much of a command's output is kept, at least.
inline constexpr Bytes logKept = 4_MiB;

class LogWriter {
public:
    /// Goes on where an earlier one has ended. `kept`: another length, for tests.
    static Result<LogWriter> open(std::filesystem::path directory, Bytes kept = logKept);

    /// System where it cannot be kept, all or in part: the disk is full.
    Result<void> write(std::string_view output);
    /// Nothing was written yet, or a whole line was.
    bool isAtLineStart() const { return lineStart_; }

private:
    LogWriter(std::filesystem::path directory, Bytes kept) : directory_(std::move(directory)), kept_(kept) {}
    Result<Fd> fileFrom(Bytes start) const;
    Result<void> turnOver();

    std::filesystem::path directory_;
    Bytes kept_;
    Bytes start_ = 0; ///< of the newest file
    Bytes size_ = 0;  ///< of it
    bool lineStart_ = true;
    Fd file_;
};

class LogReader {
public:
    /// From the oldest byte that is kept. More may be written meanwhile.
    static Result<LogReader> open(std::filesystem::path directory);

    struct Piece {
        Bytes lost = 0; ///< before it: written, and not kept
        std::string text;
    };
    /// nullopt: all is read that is there now.
    Result<std::optional<Piece>> next();

    /// Readable when there may be more. System where the kernel has no watch left.
    Result<void> watch();
    int fd() const { return changes_.get(); }
    /// Forgets what made it readable: before next() is asked again.
    void quiet();

private:
    explicit LogReader(std::filesystem::path directory) : directory_(std::move(directory)) {}
    Result<bool> openNext();

    std::filesystem::path directory_;
    Bytes position_ = 0;
    Bytes lost_ = 0;
    Fd file_;
    Fd changes_;
};

} // namespace stint
