// The output of a command, as much of it as is kept: files named by the offset of their first byte in all that was
// written. The oldest goes when a new one begins, so between one and two lengths of the newest output are kept; by the
// offsets, a reader that comes late, or is slow, knows how much it has missed.
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

/// The least length of a command's newest output that is kept.
inline constexpr Bytes logKept = 4_MiB;

/// The newest file of a command's output; empty: it has written nothing.
std::filesystem::path newestOutput(const std::filesystem::path& directory);

class LogWriter {
public:
    /// Continues where an earlier writer ended. `kept`: another length, for tests.
    static Result<LogWriter> open(std::filesystem::path directory, Bytes kept = logKept);

    /// System where the output, or a part of it, cannot be kept: the disk is full.
    Result<void> write(std::string_view output);
    /// True if nothing was written yet, or the last line is whole.
    bool isAtLineStart() const { return lineStart_; }

private:
    LogWriter(std::filesystem::path directory, Bytes kept) : directory_(std::move(directory)), kept_(kept) {}
    Result<Fd> fileFrom(Bytes start) const;
    Result<void> turnOver();

    std::filesystem::path directory_;
    Bytes kept_;
    Bytes start_ = 0; ///< the newest file's offset
    Bytes size_ = 0;  ///< the newest file's size
    bool lineStart_ = true;
    Fd file_;
};

class LogReader {
public:
    /// Begins at the oldest byte that is kept. More may be written meanwhile.
    static Result<LogReader> open(std::filesystem::path directory);

    /// Begins at so many of the newest bytes, or at the oldest that is kept.
    static Result<LogReader> openEnd(std::filesystem::path directory, Bytes last);

    struct Piece {
        Bytes lost = 0; ///< bytes before it that were written, and are not kept
        std::string text;
    };
    /// nullopt: all that is there now was read.
    Result<std::optional<Piece>> next();

    /// Readable when there may be more. System where the kernel has no watch left.
    Result<void> watch();
    int fd() const { return changes_.get(); }
    /// Clears the events that made it readable: call it before next().
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
