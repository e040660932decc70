#include "transfer/transfer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/time.hpp"
#include "transfer/finish.hpp"
#include "transfer/resume.hpp"
#include "transfer/trouble.hpp"

namespace stint::transfer {
namespace {

using Take = Fetch::Take;

constexpr auto reportEvery = 1s;

Ending diskFailed(const Error& error) {
    return never(ends::inputOutput, fmt::format("{} (what was received is kept)", error.message));
}

} // namespace

Transfer::Transfer(Download download, Watcher watcher, const World& world)
    : download_(std::move(download)), watcher_(std::move(watcher)), world_(world) {}

bool Transfer::begin() {
    PartPaths paths = partPathsOf(download_.output);
    auto sidecar = loadSidecar(paths.state);
    if (isInPlace(download_, sidecar)) {
        end(saved(download_, *sidecar->total, sidecar->anew));
        return true;
    }
    if (auto ending = inTheWay(download_)) {
        end(*ending);
        return true;
    }
    auto opened = PartFile::open(paths.part);
    if (!opened) {
        end(never(ends::cannotCreate, opened.error().message));
        return true;
    }
    if (!*opened) return false;
    part_ = std::make_unique<Part>(download_, std::move(**opened), world_.boot, world_.workbench);
    auto recovered = part_->recover();
    if (!recovered) {
        end(diskFailed(recovered.error()));
    } else if (part_->isWhole()) {
        // The last run died on the last steps. The bytes are one version's, whatever the server has now.
        finish();
    } else {
        ask(Fetch::Route::Any);
    }
    return true;
}

void Transfer::ask(Fetch::Route route) {
    const Sidecar& known = part_->known();
    asked_ = {part_->size(), 0, known.validator, known.total, known.location};
    if (!plain_ && known.validator.proves() && asked_.size > overlap) asked_.start = asked_.size - overlap;
    course_.reset();
    heldEnd_.reset();
    compared_ = 0;
    fetch_.reset(); // the old one first: its connection may serve again
    Fetch::Sink& sink = *this;
    fetch_ = std::make_unique<Fetch>(world_.multi, download_.url, asked_, route, sink);
}

Take Transfer::take(std::span<const char> bytes) {
    if (!course_) setCourse(decide(asked_, fetch_->answer()));
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

Take Transfer::join(std::span<const char> bytes) {
    Bytes expected = asked_.size - asked_.start - compared_;
    auto known = bytes.first(std::min(bytes.size(), static_cast<std::size_t>(expected)));
    if (!known.empty()) {
        auto same = part_->holds(asked_.start + compared_, known);
        if (!same) {
            failure_ = diskFailed(same.error());
            return Take::Drop;
        }
        if (!*same) {
            course_ = {.kind = Course::Kind::AskAnew, .reason = "the server's bytes do not join what was there"};
            return Take::Drop;
        }
        compared_ += static_cast<Bytes>(known.size());
        // Only now: what a server says whose bytes do not join is not to be noted.
        if (compared_ == asked_.size - asked_.start) part_->learnTotal(course_->total);
    }
    auto fresh = bytes.subspan(known.size());
    if (part_->size() + static_cast<Bytes>(fresh.size()) > course_->end) {
        course_ = {.kind = Course::Kind::AskAnew, .reason = "the server sent more than it announced"};
        return Take::Drop;
    }
    return store(fresh);
}

Take Transfer::store(std::span<const char> bytes) {
    auto stored = part_->append(bytes);
    if (stored) return Take::All;
    failure_ = diskFailed(stored.error());
    return Take::Drop;
}

void Transfer::setCourse(Course course) {
    course_ = std::move(course);
    if (course_->kind == Course::Kind::TakeAnew) takeAnew();
}

void Transfer::takeAnew() {
    Answer answer = fetch_->answer();
    if (!course_->reason.empty()) part_->noteAnew(course_->reason);
    plain_ = false;
    Sidecar version;
    version.location = answer.location;
    version.validator = strongValidator(answer);
    version.total = course_->total;
    part_->begin(std::move(version), [this](const Result<void>& result) { emptied(result); });
}

void Transfer::emptied(const Result<void>& result) {
    if (!result) return end(diskFailed(result.error()));
    if (std::exchange(reconnectWanted_, false)) return reconnect();
    if (auto code = std::exchange(heldEnd_, std::nullopt)) return conclude(*code);
    fetch_->go();
}

bool Transfer::fetchEnded(CURL* handle, CURLcode code) {
    if (!fetch_ || !fetch_->is(handle)) return false;
    if (!course_ && code == CURLE_OK) setCourse(decide(asked_, fetch_->answer())); // an answer without a body
    if (part_->isEmptying()) {
        heldEnd_ = code;
    } else {
        conclude(code);
    }
    return true;
}

void Transfer::conclude(CURLcode code) {
    if (failure_) return end(*failure_);
    if (auto flushed = part_->flush(); !flushed) return end(diskFailed(flushed.error()));
    if (!course_) return end(endingOf(code, fetch_->trouble(code)));
    switch (course_->kind) {
    case Course::Kind::Append:
    case Course::Kind::TakeAnew:
        return bodyEnded(code);
    case Course::Kind::AskAnew:
        part_->noteAnew(course_->reason);
        plain_ = true;
        return ask(Fetch::Route::Any);
    case Course::Kind::Complete:
        return finish();
    case Course::Kind::End:
        return end(course_->ending);
    }
}

void Transfer::bodyEnded(CURLcode code) {
    Bytes size = part_->size();
    auto total = course_->total;
    if (code != CURLE_OK) {
        Ending ending = endingOf(code, fetch_->trouble(code));
        std::string of = total ? fmt::format(" of {}", formatSize(*total)) : "";
        ending.text = fmt::format("cut off at {}{}: {}", formatSize(size), of, ending.text);
        return end(std::move(ending));
    }
    // Without a length the end of the body is that of the file: HTTP has no other word for it.
    if (!total || *total == size) return finish();
    // A server may give less than was asked for, and say so. Asked again at once as long as that leads somewhere.
    bool announced = course_->kind == Course::Kind::Append && course_->end == size;
    if (announced && size - asked_.size >= overlap) return ask(Fetch::Route::Any);
    end(later(fmt::format("the server ended at {} of {}", formatSize(size), formatSize(*total))));
}

void Transfer::finish() {
    fetch_.reset();
    phase_ = Progress::Phase::Finishing;
    part_->finish([this](Ending ending) { end(std::move(ending)); });
}

void Transfer::reconnect() {
    if (!fetch_ || ending_) return;
    if (part_->isEmptying()) {
        reconnectWanted_ = true;
        return;
    }
    if (auto flushed = part_->flush(); !flushed) return end(diskFailed(flushed.error()));
    if (part_->size() > 0 && !part_->known().validator.proves()) part_->noteAnew("the server cannot resume");
    ask(Fetch::Route::FreshConnection);
}

void Transfer::stop() {
    fetch_.reset();
    if (part_) part_->leave();
}

void Transfer::end(Ending ending) {
    if (ending_) return;
    fetch_.reset();
    ending_ = std::move(ending);
    if (part_ && ending_->fate != Fate::Done) part_->leave();
}

void Transfer::settle(Clock::time_point now) {
    if (ending_) return;
    if (part_ && !part_->isEmptying()) {
        if (auto flushed = part_->flush(); !flushed) return end(diskFailed(flushed.error()));
        part_->keepDurable(now, [this](const Error& error) { end(diskFailed(error)); });
    }
    report(now);
}

Progress Transfer::progress() const { return {phase_, part_->size(), part_->known().total, part_->anew()}; }

void Transfer::report(Clock::time_point now) {
    auto from = due();
    if (!from || now < *from) return;
    nextReport_ = now + reportEvery;
    reported_ = progress();
    if (watcher_.progressed) watcher_.progressed(*reported_);
}

std::optional<Transfer::Clock::time_point> Transfer::due() const {
    // Before the part is had there is nothing to tell: another's end may be waited for.
    if (ending_ || !part_ || reported_ == progress()) return std::nullopt;
    return nextReport_;
}

} // namespace stint::transfer
