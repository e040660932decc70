#include "programs/transfer/upload.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "base/unix/folder.hpp"
#include "programs/transfer/access.hpp"
#include "programs/transfer/curl_error.hpp"
#include "programs/transfer/ending.hpp"

namespace stint::transfer {
namespace {

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

SourceMark markOf(const struct stat& file) {
    return {file.st_dev, file.st_ino, file.st_size, nanoseconds(file.st_mtim), nanoseconds(file.st_ctim)};
}

Error unreadable(const std::filesystem::path& path) {
    const int error = errno;
    return fail(systemCode(error), "cannot read {}: {}", path.native(), std::strerror(error));
}

} // namespace

Source::Source(std::filesystem::path path, Fd fd, const SourceMark& mark, bool proves)
    : path_(std::move(path)), fd_(std::move(fd)), mark_(mark), proves_(proves) {}

Result<Source> Source::open(const std::filesystem::path& path) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)); // a FIFO must not block the loop
    struct stat file = {};
    if (!fd || ::fstat(fd.get(), &file) != 0) return unreadable(path);
    if (!S_ISREG(file.st_mode)) return fail(Errc::SYSTEM, "{} is not a regular file", path.native());
    // The clock of file times. A network file system has another: there sizes and times must suffice.
    timespec tick = {};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &tick);
    const SourceMark mark = markOf(file);
    return Source(path, std::move(fd), mark, nanoseconds(tick) > std::max(mark.modified, mark.changed));
}

Result<void> Source::read(Bytes offset, std::span<char> bytes) const {
    while (!bytes.empty()) {
        const ssize_t count = ::pread(fd_.get(), bytes.data(), bytes.size(), offset);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unreadable(path_);
        if (count == 0) break; // the file was truncated
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += count;
    }
    return checkUnchanged(); // after reading, so that writes before it are seen
}

Result<void> Source::checkUnchanged() const {
    struct stat file = {};
    if (::fstat(fd_.get(), &file) != 0) return unreadable(path_);
    if (markOf(file) == mark_) return {};
    return fail(Errc::ILLEGAL_STATE, "{} changed while it was sent", path_.native());
}

namespace {

// A response to an upload is a line or a page, not a stream.
constexpr Bytes longestAnswer = 1_MiB;

} // namespace

Body::Body(std::shared_ptr<const Source> source, Bytes start, Bytes end)
    : source_(std::move(source)), start_(start), end_(end), position_(start) {}

Fetch::Take Body::take(std::span<const char> bytes) {
    heard_ += static_cast<Bytes>(bytes.size());
    return heard_ <= longestAnswer ? Fetch::Take::All : Fetch::Take::Drop;
}

std::optional<std::size_t> Body::give(std::span<char> bytes) {
    auto count = std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(end_ - position_));
    if (auto done = source_->read(position_, bytes.first(count)); !done) {
        failure_ = sourceFailed(done.error());
        return std::nullopt;
    }
    position_ += static_cast<Bytes>(count);
    return count;
}

bool Body::rewind() {
    position_ = start_;
    return true;
}

Ending sourceFailed(const Error& error) {
    if (error.code == Errc::ILLEGAL_STATE) return later(fmt::format("{}; it is begun anew", error.message));
    return refusedHere(ends::noInput, error);
}

PutTransfer::PutTransfer(Upload upload, Watcher watcher, World world)
    : Transfer(std::move(watcher)), upload_(std::move(upload)), world_(std::move(world)) {}

bool PutTransfer::begin() {
    auto opened = Source::open(upload_.source);
    if (!opened) {
        end(refusedHere(ends::noInput, opened.error()));
        return true;
    }
    source_ = std::make_shared<const Source>(std::move(*opened));
    ask(Request::Route::Any);
    return true;
}

void PutTransfer::ask(Request::Route route) {
    fetch_.reset(); // it refers to the old body
    body_ = std::make_unique<Body>(source_, 0, source_->size());
    const Request request{.method = Request::Method::Put, .url = upload_.url, .body = body_->length(), .route = route};
    fetch_ = std::make_unique<Fetch>(world_.net, request, upload_.access, *body_);
}

bool PutTransfer::fetchEnded(CURL* handle, CURLcode code) {
    if (!fetch_ || !fetch_->is(handle)) return false;
    end(endingFor(code));
    return true;
}

Ending PutTransfer::endingFor(CURLcode code) const {
    if (body_->failure()) return *body_->failure();
    Response response = fetch_->response();
    // A server may answer before it has received all, and send more than is read: its status counts.
    const bool answered = code == CURLE_OK || (response.http && response.status >= 200);
    if (!response.http && code == CURLE_UPLOAD_FAILED && response.status >= 500) // RFC 959 §4.2: a permanent negative
        return never(ends::refused, fmt::format("the server refuses it ({})", statusText(response)));
    if (!answered) {
        Ending ending = endingOf(fetch_->fault(code));
        if (body_->position() > 0)
            ending.text = fmt::format("cut off at {} of {}: {}", formatSize(body_->position()),
                                      formatSize(source_->size()), ending.text);
        return ending;
    }
    if (response.http && response.status >= 300) return uploadRefusal(response);
    if (body_->position() < source_->size())
        return later(fmt::format("the server heard {} of {} and said that it was all", formatSize(body_->position()),
                                 formatSize(source_->size())));
    return sent(upload_, source_->size(), hostOf(upload_.url), "");
}

void PutTransfer::reconnect() {
    if (fetch_ && !ending()) ask(Request::Route::FreshConnection);
}

void PutTransfer::stop() { fetch_.reset(); }

bool PutTransfer::takeBack() {
    stop();
    return false;
}

void PutTransfer::leave() { fetch_.reset(); }

std::optional<Progress> PutTransfer::progress() const {
    if (!body_) return std::nullopt;
    return Progress{Progress::Phase::Loading, body_->position(), source_->size(), ""};
}

} // namespace stint::transfer
