#include "transfer/transfer.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <unistd.h>

#include "base/check.hpp"
#include "base/time.hpp"
#include "transfer/finish.hpp"
#include "transfer/resume.hpp"
#include "transfer/trouble.hpp"

namespace stint::transfer {
namespace {

using Take = Fetch::Take;

// design.md, transfers: what a power loss may cost.
constexpr Bytes durableStep = 32_MiB;
constexpr auto durableEvery = 10s;
constexpr auto reportEvery = 1s;

Ending diskFailed(const Error& error) {
    return never(ends::inputOutput, fmt::format("{} (what was received is kept)", error.message));
}

} // namespace

Transfer::Transfer(Download download, Watcher watcher, const World& world)
    : download_(std::move(download)), watcher_(std::move(watcher)), world_(world),
      paths_(partPathsOf(download_.output)), errands_(world_.workbench), checkpointed_(Clock::now()) {}

bool Transfer::begin() {
    auto sidecar = loadSidecar(paths_.state);
    if (isInPlace(download_, sidecar)) {
        end(saved(download_, *sidecar->total, sidecar->anew));
        return true;
    }
    if (auto ending = inTheWay(download_)) {
        end(*ending);
        return true;
    }
    auto opened = PartFile::open(paths_.part);
    if (!opened) {
        end(never(ends::cannotCreate, opened.error().message));
        return true;
    }
    if (!*opened) return false;
    part_ = std::make_shared<PartFile>(std::move(**opened));
    goOn(loadSidecar(paths_.state)); // again: only the holder of the lock writes it
    return true;
}

void Transfer::goOn(const std::optional<Sidecar>& sidecar) {
    Resume resume = resumeOf(sidecar, download_.url, part_->size(), world_.boot);
    if (sidecar && sidecar->url == download_.url) anew_ = sidecar->anew;
    if (!resume.reason.empty()) anew_ = resume.reason;
    if (part_->size() > resume.offset) {
        if (auto cut = part_->cut(resume.offset); !cut) return end(diskFailed(cut.error()));
    }
    if (resume.offset == 0) return ask(Fetch::Route::Any);

    known_ = *sidecar;
    if (known_.boot != world_.boot) {
        // The part is now as long as it is durable: from here on its size counts in this boot.
        known_.boot = world_.boot;
        if (auto kept = saveSidecar(paths_, known_, Durability::OverPowerLoss); !kept)
            return end(diskFailed(kept.error()));
    }
    // Whole already: the last run died on the last steps. The bytes are one version's, whatever the server has now.
    if (known_.total == resume.offset) return finish();
    ask(Fetch::Route::Any);
}

void Transfer::ask(Fetch::Route route) {
    asked_ = {part_->size(), 0, known_.validator, known_.total, known_.location};
    if (!plain_ && known_.validator.proves() && asked_.size > overlap) asked_.start = asked_.size - overlap;
    course_.reset();
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
        return preparing_ ? Take::Wait : store(bytes);
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
    if (course_->kind == Course::Kind::Append) known_.total = course_->total;
    if (course_->kind == Course::Kind::TakeAnew) takeAnew();
}

void Transfer::takeAnew() {
    Answer answer = fetch_->answer();
    if (!course_->reason.empty()) anew_ = course_->reason;
    plain_ = false;
    known_ = {.url = download_.url,
              .location = answer.location,
              .validator = strongValidator(answer),
              .total = course_->total,
              .boot = world_.boot,
              .anew = anew_};
    preparing_ = true;
    auto result = std::make_shared<Result<void>>();
    auto prepare = [part = part_, paths = paths_, sidecar = known_]() -> Result<void> { // in the order of sidecar.hpp
        STINT_TRY(removeSidecar(paths));
        STINT_TRY(part->cut(0));
        return saveSidecar(paths, sidecar, Durability::InThisBoot);
    };
    errands_.run([prepare, result] { *result = prepare(); },
                 [this, result] {
                     preparing_ = false;
                     if (ending_) return;
                     if (!*result) return end(diskFailed(result->error()));
                     if (std::exchange(reconnectWanted_, false)) return reconnect();
                     if (auto code = std::exchange(heldEnd_, std::nullopt)) return conclude(*code);
                     fetch_->go();
                 });
}

bool Transfer::fetchEnded(CURL* handle, CURLcode code) {
    if (!fetch_ || !fetch_->is(handle)) return false;
    if (!course_ && code == CURLE_OK) setCourse(decide(asked_, fetch_->answer())); // an answer without a body
    if (preparing_) {
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
        anew_ = course_->reason;
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
    if (code != CURLE_OK) {
        std::string of = known_.total ? fmt::format(" of {}", formatSize(*known_.total)) : "";
        Ending ending = endingOf(code, fetch_->trouble(code));
        ending.text = fmt::format("cut off at {}{}: {}", formatSize(size), of, ending.text);
        return end(std::move(ending));
    }
    // Without a length the end of the body is that of the file: HTTP has no other word for it.
    if (!known_.total || *known_.total == size) return finish();
    // A server may give less than was asked for, and say so. Asked again at once as long as that leads somewhere.
    bool announced = course_->kind == Course::Kind::Append && course_->end == size;
    if (announced && size - asked_.size >= overlap) return ask(Fetch::Route::Any);
    end(later(fmt::format("the server ended at {} of {}", formatSize(size), formatSize(*known_.total))));
}

void Transfer::finish() {
    fetch_.reset();
    phase_ = Progress::Phase::Finishing;
    auto ending = std::make_shared<Ending>();
    errands_.run([download = download_, sidecar = known_, part = part_, cancelled = cancelled_,
                  ending] { *ending = putInPlace(download, sidecar, *part, *cancelled); },
                 [this, ending] { end(*ending); });
}

void Transfer::reconnect() {
    if (!fetch_ || ending_) return;
    if (preparing_) {
        reconnectWanted_ = true;
        return;
    }
    if (auto flushed = part_->flush(); !flushed) return end(diskFailed(flushed.error()));
    if (part_->size() > 0 && !known_.validator.proves()) anew_ = "the server cannot resume";
    ask(Fetch::Route::FreshConnection);
}

void Transfer::stop() {
    *cancelled_ = true;
    fetch_.reset();
    leave();
}

void Transfer::end(Ending ending) {
    if (ending_) return;
    fetch_.reset();
    ending_ = std::move(ending);
    if (ending_->fate != Fate::Done) leave();
}

void Transfer::leave() {
    if (!part_ || preparing_ || phase_ == Progress::Phase::Finishing) return; // the workbench's, or gone
    (void)part_->flush(); // what the disk does not take is asked for again
    if (!errands_.idle()) return;
    if (part_->size() == 0) { // nothing to go on from: no litter
        (void)removeSidecar(paths_);
        ::unlink(paths_.part.c_str());
        return;
    }
    if (!known_.validator.proves() || known_.durable >= part_->flushed()) return;
    // Not one of the errands: it is to be done after this transfer is gone. The part's lock goes when it is.
    Sidecar sidecar = known_;
    sidecar.durable = part_->flushed();
    world_.workbench.run(
        [part = part_, paths = paths_, sidecar] {
            if (part->sync()) (void)saveSidecar(paths, sidecar, Durability::OverPowerLoss);
        },
        [] {});
}

void Transfer::checkpoint(Clock::time_point now) {
    Bytes waiting = part_->flushed() - known_.durable;
    if (!known_.validator.proves() || !errands_.idle() || !fetch_ || waiting <= 0) return;
    if (waiting < durableStep && now - checkpointed_ < durableEvery) return;
    checkpointed_ = now;
    Sidecar sidecar = known_;
    sidecar.durable = part_->flushed();
    auto result = std::make_shared<Result<void>>();
    auto makeDurable = [part = part_, paths = paths_, sidecar]() -> Result<void> {
        STINT_TRY(part->sync());
        return saveSidecar(paths, sidecar, Durability::OverPowerLoss);
    };
    errands_.run([makeDurable, result] { *result = makeDurable(); },
                 [this, result, durable = sidecar.durable] {
                     if (preparing_ || ending_) return; // of bytes that are given up by now
                     if (*result) {
                         known_.durable = durable;
                         return;
                     }
                     // The kernel drops pages that it failed to write and says so once: only what was durable is sure.
                     fetch_.reset();
                     (void)part_->cut(known_.durable);
                     end(diskFailed(result->error()));
                 });
}

void Transfer::settle(Clock::time_point now) {
    if (ending_) return;
    if (part_ && !preparing_) {
        if (auto flushed = part_->flush(); !flushed) return end(diskFailed(flushed.error()));
        checkpoint(now);
    }
    report(now);
}

Progress Transfer::progress() const {
    // While preparing the part is the workbench's, and all that was in it is given up.
    return {phase_, part_ && !preparing_ ? part_->size() : 0, known_.total, anew_};
}

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
