#include "programs/transfer/part.hpp"

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "programs/transfer/finish.hpp"
#include "programs/transfer/sidecar.hpp"
#include "programs/transfer/sources.hpp"

namespace stint::transfer {
namespace {

// architecture.md, transfers: the most that a power loss may cost.
constexpr Bytes durableStep = 32_MiB;
constexpr auto durableEvery = 10s;

/// May run in any thread: fdatasync first, and only then the record of it. If the record cannot be written, the last
/// one remains, with a smaller offset.
Result<void> makeDurable(const PartFile& file, const PartPlace& place, const Sidecar& sidecar) {
    STINT_TRY(file.sync());
    (void)saveSidecar(place, sidecar, Durability::OverPowerLoss);
    return {};
}

/// Empties the part, in the order of sidecar.hpp.
Result<void> empty(PartFile& file, const PartPlace& place, const Sidecar& sidecar) {
    STINT_TRY(removeSidecar(place));
    STINT_TRY(file.cut(0));
    return saveSidecar(place, sidecar, Durability::InThisBoot);
}

} // namespace

Part::Part(const Download& download, PartPlace place, PartFile file, std::string boot, DiskThreads& disk)
    : download_(download), place_(std::move(place)), boot_(std::move(boot)),
      file_(std::make_shared<PartFile>(std::move(file))), disk_(disk), diskQueue_(disk), checkpointed_(Clock::now()) {}

Result<void> Part::recover() {
    const std::optional<Sidecar> sidecar = STINT_TRY(loadSidecar(place_));
    const bool ours = sidecar && !urlOf(sidecar->source, download_).empty();
    const std::string source = ours ? sidecar->source : sourceOf(download_.url);
    const Resume resume = resumeOf(sidecar, source, file_->size(), boot_);
    if (ours) anew_ = sidecar->anew;
    if (!resume.reason.empty()) anew_ = resume.reason;
    if (file_->size() > resume.offset) STINT_TRY(file_->cut(resume.offset));
    if (resume.offset == 0) return {};
    known_ = *sidecar;
    learnTotal(known_.total);
    if (known_.boot == boot_) return {};
    // The part is now exactly as long as its durable bytes: from here on its size counts in this boot.
    known_.boot = boot_;
    return saveSidecar(place_, known_, Durability::OverPowerLoss);
}

void Part::learnTotal(std::optional<Bytes> total) {
    known_.total = total;
    file_->expect(total.value_or(0));
}

Result<bool> Part::begin(Sidecar version, std::function<void(Result<void>)> done) {
    known_ = std::move(version);
    known_.boot = boot_;
    known_.anew = anew_;
    recordDue_ = false;
    if (file_->size() == 0 && diskQueue_.idle() &&
        place_.folder->standing(place_.names.state) == Folder::Standing::Absent) {
        recordDue_ = known_.total && *known_.total < PartFile::mostBuffered;
        if (!recordDue_) STINT_TRY(empty(*file_, place_, known_));
        learnTotal(known_.total);
        return true;
    }
    emptying_ = true;
    auto result = std::make_shared<Result<void>>();
    diskQueue_.run([file = file_, place = place_, sidecar = known_, result] { *result = empty(*file, place, sidecar); },
                   [this, result, done = std::move(done)] {
                       emptying_ = false;
                       learnTotal(known_.total);
                       done(*result);
                   });
    return false;
}

Result<void> Part::flush() {
    if (!isWhole()) STINT_TRY(keepRecord());
    return file_->flush();
}

Result<void> Part::keepRecord() {
    if (!recordDue_ || file_->size() == 0) return {};
    STINT_TRY(saveSidecar(place_, known_, Durability::InThisBoot));
    recordDue_ = false;
    return {};
}

void Part::adopt(Sidecar version) {
    version.boot = boot_;
    version.durable = known_.durable;
    version.anew = anew_;
    version.joined = true;
    known_ = std::move(version);
    learnTotal(known_.total);
    // Whichever record a kill leaves, its bytes are those of one file by linux.md §B.
    diskQueue_.run([place = place_, sidecar = known_] { (void)saveSidecar(place, sidecar, Durability::InThisBoot); },
                   [] {});
}

void Part::keepDurable(Clock::time_point now, std::function<void(const Error&)> failed) {
    const Bytes waiting = file_->flushed() - known_.durable;
    if (!known_.validator.proves() || !diskQueue_.idle() || waiting <= 0) return;
    if (waiting < durableStep && now - checkpointed_ < durableEvery) return;
    checkpointed_ = now;
    Sidecar sidecar = known_;
    sidecar.durable = file_->flushed();
    auto result = std::make_shared<Result<void>>();
    diskQueue_.run([file = file_, place = place_, sidecar, result] { *result = makeDurable(*file, place, sidecar); },
                   [this, result, durable = sidecar.durable, failed = std::move(failed)] {
                       if (emptying_ || finishing_) return; // those bytes are given up, or will be synced again
                       if (*result) {
                           known_.durable = durable;
                           return;
                       }
                       // The kernel drops pages that it failed to write, and reports that once: only the durable bytes
                       // are safe.
                       (void)file_->cut(known_.durable);
                       failed(result->error());
                   });
}

void Part::finish(std::function<void(Ending)> done) {
    finishing_ = true;
    known_.anew = anew_;
    auto ending = std::make_shared<Ending>();
    diskQueue_.run([download = download_, place = place_, sidecar = known_, file = file_, cancelled = cancelled_,
                    ending] { *ending = putInPlace(download, place, sidecar, *file, *cancelled); },
                   [ending, done = std::move(done)] { done(*ending); });
}

void Part::discard() {
    (void)removeSidecar(place_);
    if (place_.folder->names(place_.names.part, file_->descriptor())) (void)place_.folder->remove(place_.names.part);
    discarded_ = true;
}

void Part::takeBack(std::function<void()> done) {
    *cancelled_ = true;
    diskQueue_.run([] {},
                   [this, done = std::move(done)] {
                       discard();
                       done();
                   });
}

void Part::leave() {
    *cancelled_ = true;
    if (emptying_ || finishing_ || discarded_) return;
    if (keepRecord().ok()) (void)file_->flush(); // bytes that the disk does not take are downloaded again
    file_->giveBack();
    if (!diskQueue_.idle()) return;
    if (file_->size() == 0) return discard(); // nothing to resume: leave no files
    if (!known_.validator.proves() || known_.durable >= file_->flushed()) return;
    // Not in the queue: it must run even after this is destroyed.
    Sidecar sidecar = known_;
    sidecar.durable = file_->flushed();
    disk_.run([file = file_, place = place_, sidecar] { (void)makeDurable(*file, place, sidecar); }, [] {});
}

} // namespace stint::transfer
