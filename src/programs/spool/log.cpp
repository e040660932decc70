#include "programs/spool/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/unix/inotify.hpp"

namespace stint {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "output.";

fs::path fileAt(const fs::path& directory, Bytes start) { return directory / fmt::format("{}{}", prefix, start); }

/// The offset at which each file begins, in order.
std::vector<Bytes> starts(const fs::path& directory) {
    std::vector<Bytes> found;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(prefix)) continue;
        auto start = numberIn<Bytes>(std::string_view(name).substr(prefix.size()));
        if (start && *start >= 0) found.push_back(*start);
    }
    std::sort(found.begin(), found.end());
    return found;
}

Bytes sizeOf(const Fd& file) {
    struct stat status {};
    return ::fstat(file.get(), &status) == 0 ? status.st_size : 0;
}

bool endsWithLine(const Fd& file, Bytes size) {
    char last = '\n';
    return size == 0 || ::pread(file.get(), &last, 1, size - 1) != 1 || last == '\n';
}

} // namespace

fs::path newestOutput(const fs::path& directory) {
    const std::vector<Bytes> files = starts(directory);
    return files.empty() ? fs::path() : fileAt(directory, files.back());
}

Result<LogWriter> LogWriter::open(fs::path directory, Bytes kept) {
    LogWriter log(std::move(directory), kept);
    std::vector<Bytes> files = starts(log.directory_);
    if (!files.empty()) log.start_ = files.back();
    log.file_ = STINT_TRY(log.fileFrom(log.start_));
    log.size_ = sizeOf(log.file_);
    log.lineStart_ = endsWithLine(log.file_, log.size_);
    return log;
}

Result<Fd> LogWriter::fileFrom(Bytes start) const {
    const fs::path name = fileAt(directory_, start);
    Fd file(::open(name.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return fail(Errc::SYSTEM, "cannot open {}: {}", name.string(), std::strerror(errno));
    return file;
}

Result<void> LogWriter::turnOver() {
    std::error_code ignored;
    for (const Bytes start : starts(directory_)) // removed before the next is made: there are never more than two
        if (start < start_) fs::remove(fileAt(directory_, start), ignored);
    file_ = STINT_TRY(fileFrom(start_ + size_));
    start_ += std::exchange(size_, 0);
    return {};
}

Result<void> LogWriter::write(std::string_view output) {
    while (!output.empty()) {
        if (size_ >= kept_) STINT_TRY(turnOver());
        auto room = static_cast<std::size_t>(kept_ - size_);
        const ssize_t written = ::write(file_.get(), output.data(), std::min(room, output.size()));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail(Errc::SYSTEM, "cannot keep output: {}", std::strerror(errno));
        lineStart_ = output[static_cast<std::size_t>(written) - 1] == '\n';
        size_ += written;
        output.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<LogReader> LogReader::open(fs::path directory) {
    LogReader reader(std::move(directory));
    STINT_TRY(reader.openNext());
    return reader;
}

Result<LogReader> LogReader::openEnd(fs::path directory, Bytes last) {
    LogReader reader(std::move(directory));
    const std::vector<Bytes> files = starts(reader.directory_);
    const Bytes newest = files.empty() ? 0 : files.back();
    std::error_code gone;
    const auto size = fs::file_size(fileAt(reader.directory_, newest), gone);
    Bytes end = newest;
    if (gone || __builtin_add_overflow(newest, size, &end)) end = newest;
    reader.lost_ = reader.position_ = std::max(Bytes{0}, end - last);
    STINT_TRY(reader.openNext());
    return reader;
}

/// Opens the file that has the next byte, or the first one that is left; false where there is none yet.
Result<bool> LogReader::openNext() {
    std::vector<Bytes> files = starts(directory_);
    auto next = std::upper_bound(files.begin(), files.end(), position_);
    const bool passed = next == files.begin();
    if (passed && next == files.end()) return false;
    const Bytes start = passed ? *next : *std::prev(next);
    const fs::path name = fileAt(directory_, start);
    Fd file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file && errno == ENOENT) return openNext(); // it was the oldest, and has just gone
    if (!file) return fail(Errc::SYSTEM, "cannot open {}: {}", name.string(), std::strerror(errno));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) // a pipe would be waited for
        return fail(Errc::SYSTEM, "{} is not the file that a command's output is kept in", name.string());
    if (start > position_) lost_ += start - std::exchange(position_, start);
    ::lseek(file.get(), position_ - start, SEEK_SET);
    file_ = std::move(file);
    return true;
}

Result<std::optional<LogReader::Piece>> LogReader::next() {
    constexpr std::size_t most = 65536;
    std::optional<Piece> piece;
    // Another file may follow one that is read to its end; looked for once.
    for (const bool again : {true, false}) {
        std::string text(most, '\0');
        const ssize_t size = file_ ? ::read(file_.get(), text.data(), text.size()) : 0;
        if (size < 0) return fail(Errc::SYSTEM, "cannot read output: {}", std::strerror(errno));
        if (size > 0) {
            text.resize(static_cast<std::size_t>(size));
            position_ += size;
            return std::optional(Piece{std::exchange(lost_, 0), std::move(text)});
        }
        if (!again) break;
        if (!STINT_TRY(openNext())) break;
    }
    return piece;
}

Result<void> LogReader::watch() {
    changes_ = openInotify();
    if (!changes_ || ::inotify_add_watch(changes_.get(), directory_.c_str(), IN_MODIFY | IN_CREATE) < 0)
        return fail(Errc::SYSTEM, "cannot watch {}: {}", directory_.string(), std::strerror(errno));
    return {};
}

void LogReader::quiet() { dropEvents(changes_); }

} // namespace stint
