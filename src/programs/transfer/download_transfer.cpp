#include "programs/transfer/download_transfer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "programs/transfer/access.hpp"
#include "programs/transfer/curl_error.hpp"
#include "programs/transfer/digest.hpp"
#include "programs/transfer/finish.hpp"
#include "programs/transfer/sidecar.hpp"

namespace stint::transfer {
namespace {

constexpr Bytes longestSums = 64_KiB;

std::string lastPartOf(const std::string& url) {
    const std::string location = locationOf(url);
    return location.substr(location.rfind('/') + 1);
}

} // namespace

Sums::Sums(const Net& net, const Download& download)
    : name_(lastPartOf(download.url)),
      fetch_(net, {.url = withSuffix(download.url, ".sha256")}, download.access, *this) {}

Fetch::Take Sums::take(std::span<const char> bytes) {
    if (static_cast<Bytes>(text_.size() + bytes.size()) > longestSums) return Fetch::Take::Drop;
    text_.append(bytes.begin(), bytes.end());
    return Fetch::Take::All;
}

std::optional<Ending> Sums::conclude(CURLcode code, std::string& digest) const {
    const Response response = fetch_.response();
    const bool there = response.http ? response.status == 200 : code == CURLE_OK;
    const Fault fault = fetch_.fault(code);
    const bool tooLong = code == CURLE_WRITE_ERROR && !fault.endless;
    if (code != CURLE_OK && !tooLong) {
        Ending ending = endingOf(fault);
        // An ftp server reports a missing file by an error.
        if (ending.exitCode == ends::noInput) return std::nullopt;
        return ending;
    }
    if (!there) {
        Ending ending = refusal(response);
        return ending.fate == Fate::Later ? std::optional(ending) : std::nullopt;
    }
    if (std::string flaw = flawOf(response); !flaw.empty()) return never(ends::protocol, std::move(flaw));
    if (!tooLong) digest = digestInSums(text_, name_);
    if (!digest.empty()) return std::nullopt;
    return never(ends::badData, fmt::format("the .sha256 file has no SHA-256 of {}", name_));
}

namespace {

using Take = Fetch::Take;

// A body without a length may go on forever: it must leave this much of the disk free.
constexpr Bytes leftFree = 64_MiB;

/// nullopt if `size` bytes are allowed.
std::optional<Ending> tooLarge(const Download& download, Bytes size) {
    if (download.largest < 0 || size <= download.largest) return std::nullopt;
    return never(ends::badData,
                 fmt::format("the file is larger than the {} that are allowed", formatSize(download.largest)));
}

} // namespace

Ending DownloadTransfer::diskFailed(const Error& error) const {
    const std::string kept = part_->kept() > 0 ? fmt::format(" ({} of it are kept)", formatSize(part_->kept())) : "";
    return refusedHere(ends::inputOutput, {error.code, error.message + kept});
}

DownloadTransfer::DownloadTransfer(Download download, Watcher watcher, World world)
    : Transfer(std::move(watcher)), download_(std::move(download)), world_(std::move(world)), sources_(download_) {}

/// False: another process holds the lock. Ends the transfer if the file is already in place, or cannot be.
Result<bool> DownloadTransfer::openPart() {
    auto opened = STINT_TRY(Folder::open(download_.output.parent_path()));
    auto folder = std::make_shared<const Folder>(std::move(opened));
    std::optional<Ending> ending = STINT_TRY(alreadyInPlace(download_, folder));
    // If the server names the file, this is checked once it has.
    if (!ending && !download_.serverNames) ending = inTheWay(download_, "");
    if (ending) {
        end(*ending);
        return true;
    }
    PartPlace place = STINT_TRY(partPlaceFor(std::move(folder), download_.output));
    auto file = STINT_TRY(PartFile::open(place));
    if (!file) return false;
    part_ = std::make_unique<Part>(download_, std::move(place), std::move(*file), world_.boot, world_.disk);
    return true;
}

bool DownloadTransfer::begin() {
    auto opened = openPart();
    if (!opened || ending()) {
        if (!opened) end(refusedHere(ends::cannotCreate, opened.error()));
        return true;
    }
    if (!*opened) return false;
    auto recovered = part_->recover();
    if (!recovered) {
        end(diskFailed(recovered.error()));
        return true;
    }
    if (part_->size() > 0) sources_.turnTo(part_->known().source);
    if (part_->isWhole() && (download_.checksum != checksumAuto || !part_->known().digest.empty())) {
        // The last run died in its last steps. The bytes are of one version, whatever the server has now.
        finish();
    } else if (download_.checksum == checksumAuto) {
        sums_ = std::make_unique<Sums>(world_.net, download_);
    } else {
        ask(Request::Route::Any);
    }
    return true;
}

void DownloadTransfer::sumsEnded(CURLcode code) {
    auto ending = sums_->conclude(code, sumsDigest_);
    sums_.reset();
    if (ending) return end(std::move(*ending));
    if (!sumsDigest_.empty()) part_->learnDigest(sumsDigest_);
    ask(Request::Route::Any);
}

std::string DownloadTransfer::digestAtEnd() const {
    return download_.checksum.empty() ? part_->known().digest : download_.checksum;
}

std::optional<Elsewhere> DownloadTransfer::elsewhere() const {
    if (part_->size() == 0 || sources_.isAsked(part_->known().source)) return std::nullopt;
    return Elsewhere{.digest = digestAtEnd(), .given = !download_.checksum.empty()};
}

void DownloadTransfer::ask(Request::Route route) {
    const Sidecar& known = part_->known();
    asked_ = {part_->size(), 0, known.validator, known.total, known.location, distrusted_, elsewhere()};
    const bool canResume = known.validator.proves() || (asked_.elsewhere && !asked_.elsewhere->digest.empty());
    if (!plain_ && canResume && asked_.size > overlap) asked_.start = asked_.size - overlap;
    course_.reset();
    heldEnd_.reset();
    compared_ = 0;
    fetch_.reset(); // the old one first: its connection may be reused
    Request request{.url = sources_.url(), .start = asked_.start, .route = route};
    // The validator of one server says nothing to another.
    if (asked_.start > 0 && !asked_.elsewhere) request.headers = {fmt::format("If-Range: {}", asked_.validator.text)};
    Fetch::Client& client = *this;
    fetch_ = std::make_unique<Fetch>(world_.net, request, sources_.access(download_.access), client);
}

void DownloadTransfer::sourceFailed(Ending ending) {
    if (auto all = sources_.failed(std::move(ending))) return end(std::move(*all));
    plain_ = distrusted_ = false;
    plainReason_.clear();
    ask(Request::Route::Any);
}

void DownloadTransfer::adoptSource() {
    const Response response = fetch_->response();
    Sidecar version = part_->known();
    version.source = sourceOf(sources_.url());
    version.location = response.location;
    version.validator = strongValidator(response);
    version.total = course_->total;
    if (version.digest.empty()) version.digest = response.digest;
    part_->adopt(std::move(version));
    asked_.elsewhere.reset();
}

Take DownloadTransfer::take(std::span<const char> bytes) {
    if (!course_) setCourse(decide(asked_, fetch_->response()));
    switch (course_->kind) {
    case Course::Kind::Append:
        return join(bytes);
    case Course::Kind::TakeAnew:
        return part_->isEmptying() ? Take::Wait : store(bytes);
    case Course::Kind::AskAnew:
    case Course::Kind::Complete:
    case Course::Kind::End:
        return Take::Drop;
    }
    return Take::Drop;
}

Take DownloadTransfer::join(std::span<const char> bytes) {
    const Bytes expected = asked_.size - course_->start - compared_;
    auto known = bytes.first(std::min(bytes.size(), static_cast<std::size_t>(expected)));
    if (!known.empty()) {
        auto same = part_->holds(course_->start + compared_, known);
        if (!same) {
            failure_ = diskFailed(same.error());
            return Take::Drop;
        }
        if (!*same) {
            return distrust("the server's bytes do not join what was there");
        }
        compared_ += static_cast<Bytes>(known.size());
        // Not earlier: if the bytes do not join, the server's headers must not be stored.
        if (compared_ == asked_.size - course_->start)
            asked_.elsewhere ? adoptSource() : part_->learnTotal(course_->total);
    }
    auto fresh = bytes.subspan(known.size());
    if (part_->size() + static_cast<Bytes>(fresh.size()) > course_->end)
        return distrust("the server sent more than it announced");
    return store(fresh);
}

Take DownloadTransfer::distrust(std::string reason) {
    if (asked_.elsewhere && !asked_.elsewhere->given) {
        course_ = {.kind = Course::Kind::End, .ending = anotherFile()};
        return Take::Drop;
    }
    distrusted_ = true;
    course_ = {.kind = Course::Kind::AskAnew, .reason = std::move(reason)};
    return Take::Drop;
}

Take DownloadTransfer::store(std::span<const char> bytes) {
    const Bytes size = part_->size() + static_cast<Bytes>(bytes.size());
    if (auto ending = tooLarge(download_, size)) {
        failure_ = std::move(ending);
        worthless_ = true;
        return Take::Drop;
    }
    auto stored = part_->append(bytes);
    if (stored) return Take::All;
    failure_ = diskFailed(stored.error());
    return Take::Drop;
}

void DownloadTransfer::setCourse(Course course) {
    course_ = std::move(course);
    if (course_->kind == Course::Kind::TakeAnew) takeAnew();
}

/// Errors that are known before the first byte is received.
std::optional<Ending> DownloadTransfer::inVain(const Sidecar& version) const {
    if (download_.checksum == checksumAuto && version.digest.empty()) return unverifiable();
    if (auto ending = download_.serverNames ? inTheWay(download_, version.name) : std::nullopt) return ending;
    if (!version.total) return std::nullopt;
    if (auto ending = tooLarge(download_, *version.total)) return ending;
    auto free = freeBytes(download_.output.parent_path());
    if (!free || *version.total <= *free + part_->size()) return std::nullopt;
    return never(ends::inputOutput,
                 fmt::format("there is no room in {}: the file has {}, and {} are free",
                             download_.output.parent_path().native(), formatSize(*version.total), formatSize(*free)));
}

void DownloadTransfer::takeAnew() {
    const Response response = fetch_->response();
    Sidecar version;
    version.source = sourceOf(sources_.url());
    version.location = response.location;
    version.validator = strongValidator(response);
    version.total = course_->total;
    version.digest = sumsDigest_.empty() ? response.digest : sumsDigest_;
    if (download_.serverNames) version.name = response.name;
    if (auto ending = inVain(version)) {
        course_ = {.kind = Course::Kind::End};
        failure_ = std::move(ending);
        return;
    }
    std::string reason = std::exchange(plainReason_, "");
    if (reason.empty()) reason = course_->reason;
    if (!reason.empty()) part_->noteAnew(std::move(reason));
    plain_ = distrusted_ = false;
    auto begun = part_->begin(std::move(version), [this](const Result<void>& result) { emptied(result); });
    if (begun) return;
    course_ = {.kind = Course::Kind::End};
    failure_ = diskFailed(begun.error());
}

void DownloadTransfer::emptied(const Result<void>& result) {
    if (takenBack_) return;
    if (!result) return end(diskFailed(result.error()));
    if (std::exchange(reconnectWanted_, false)) return reconnect();
    if (auto code = std::exchange(heldEnd_, std::nullopt)) return conclude(*code);
    fetch_->go();
}

bool DownloadTransfer::fetchEnded(CURL* handle, CURLcode code) {
    if (sums_ && sums_->is(handle)) {
        sumsEnded(code);
        return true;
    }
    if (!fetch_ || !fetch_->is(handle)) return false;
    if (!course_ && code == CURLE_OK) setCourse(decide(asked_, fetch_->response())); // a response without a body
    if (part_->isEmptying()) {
        heldEnd_ = code;
    } else {
        conclude(code);
    }
    return true;
}

void DownloadTransfer::conclude(CURLcode code) {
    if (failure_) return worthless_ ? giveUp(*failure_) : end(*failure_);
    if (auto flushed = part_->flush(); !flushed) return end(diskFailed(flushed.error()));
    if (!course_) {
        std::string flaw = flawOf(fetch_->response()); // curl may have stumbled over it
        if (!flaw.empty()) return sourceFailed(never(ends::protocol, std::move(flaw)));
        const Fault fault = fetch_->fault(code);
        return isOwn(fault) ? end(endingOf(fault)) : sourceFailed(endingOf(fault));
    }
    switch (course_->kind) {
    case Course::Kind::Append:
    case Course::Kind::TakeAnew:
        return bodyEnded(code);
    case Course::Kind::AskAnew:
        plainReason_ = course_->reason;
        plain_ = true;
        return ask(Request::Route::Any);
    case Course::Kind::Complete:
        return finish();
    case Course::Kind::End:
        return sourceFailed(course_->ending);
    }
}

void DownloadTransfer::bodyEnded(CURLcode code) {
    const Bytes size = part_->size();
    auto total = course_->total;
    if (code != CURLE_OK) {
        const Fault fault = fetch_->fault(code);
        Ending ending = endingOf(fault);
        std::string of = total ? fmt::format(" of {}", formatSize(*total)) : "";
        ending.text = fmt::format("cut off at {}{}: {}", formatSize(size), of, ending.text);
        return isOwn(fault) ? end(std::move(ending)) : sourceFailed(std::move(ending));
    }
    // The body must not end before the bytes in place, which so far were the same as this very version's.
    if (course_->kind == Course::Kind::Append && compared_ < asked_.size - course_->start)
        return sourceFailed(later(fmt::format("the server ended at {}, and {} are there",
                                              formatSize(course_->start + compared_), formatSize(size))));
    // Without a length the end of the body is the end of the file: HTTP has no other sign of it.
    if (!total || *total == size) return finish();
    // A server may send less than was asked for, and say so. Ask again at once, as long as that makes progress.
    const bool announced = course_->kind == Course::Kind::Append && course_->end == size;
    if (announced && size - asked_.size >= overlap) return ask(Request::Route::Any);
    sourceFailed(later(fmt::format("the server ended at {} of {}", formatSize(size), formatSize(*total))));
}

void DownloadTransfer::finish() {
    fetch_.reset();
    phase_ = Progress::Phase::Finishing;
    part_->finish([this](Ending ending) {
        if (takenBack_) return;
        const bool wrong = ending.fate == Fate::Never && ending.exitCode == ends::badData;
        wrong&& sources_.areSeveral() ? digestFailed(std::move(ending)) : end(std::move(ending));
    });
}

// Where what was there came from several sources, the last of them may have the right file by itself. Else the next one
// is asked.
void DownloadTransfer::digestFailed(Ending ending) {
    const bool joined = part_->known().joined;
    part_.reset();
    auto opened = openPart();
    if (!opened) return end(refusedHere(ends::cannotCreate, opened.error()));
    if (this->ending()) return;
    if (!*opened) return end(later(ending.text));
    part_->noteAnew("the checksum of what was there was wrong");
    phase_ = Progress::Phase::Loading;
    joined ? ask(Request::Route::Any) : sourceFailed(std::move(ending));
}

void DownloadTransfer::reconnect() {
    if (!fetch_ || ending()) return; // the .sha256 file is small: it is fetched again as a whole
    if (part_->isEmptying()) {
        reconnectWanted_ = true;
        return;
    }
    if (auto flushed = part_->flush(); !flushed) return end(diskFailed(flushed.error()));
    sources_.forgive();
    if (part_->size() > 0 && !part_->known().validator.proves()) part_->noteAnew("the server cannot resume");
    ask(Request::Route::FreshConnection);
}

void DownloadTransfer::stop() {
    fetch_.reset();
    sums_.reset();
    if (part_) part_->leave();
}

bool DownloadTransfer::takeBack() {
    fetch_.reset();
    sums_.reset();
    if (!part_ || ending()) return false;
    hush();
    takenBack_ = true;
    part_->takeBack([this] { end(never(ends::refused, "cancelled")); });
    return true;
}

void DownloadTransfer::giveUp(Ending ending) {
    part_->discard();
    end(std::move(ending));
}

void DownloadTransfer::leave() {
    fetch_.reset();
    sums_.reset();
    if (part_ && ending()->fate != Fate::Done) part_->leave();
}

void DownloadTransfer::tidy(Clock::time_point now) {
    if (!part_ || part_->isEmptying() || takenBack_) return;
    // A small file that is there before it is told of is written once, as a whole; what is told is kept.
    const auto told = part_->isHeldBack() ? due() : now;
    if (told && *told <= now)
        if (auto flushed = part_->flush(); !flushed) return end(diskFailed(flushed.error()));
    part_->keepDurable(now, [this](const Error& error) {
        if (!takenBack_) end(diskFailed(error));
    });
    if (phase_ != Progress::Phase::Loading || part_->known().total || part_->size() < leftFree) return;
    auto free = freeBytes(download_.output.parent_path());
    if (free && *free < leftFree)
        giveUp(never(ends::inputOutput,
                     fmt::format("the disk is nearly full, and the server does not say when it ends (at {})",
                                 formatSize(part_->size()))));
}

std::optional<Progress> DownloadTransfer::progress() const {
    if (!part_) return std::nullopt; // it may wait for another transfer to end
    return Progress{phase_, part_->size(), part_->known().total, part_->anew(), sources_.mirrorAsked()};
}

} // namespace stint::transfer
