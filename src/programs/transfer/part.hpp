// A part and its sidecar, kept in step: bytes of one version never stand under another's validator, wherever the
// process is killed (sidecar.hpp has the order of writing). Work that may block is done on the disk threads.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "programs/transfer/disk_threads.hpp"
#include "programs/transfer/ending.hpp"
#include "programs/transfer/part_file.hpp"
#include "programs/transfer/sidecar.hpp"
#include "programs/transfer/spec.hpp"

namespace stint::transfer {

class Part {
public:
    using Clock = std::chrono::steady_clock;

    /// `file` is the part of `download`, at `place`, locked.
    Part(const Download& download, PartPlace place, PartFile file, std::string boot, DiskThreads& disk);

    /// Truncates the part to its trusted bytes: those of any of the download's sources.
    Result<void> recover();
    /// The record of the bytes in place. Its total may be learned later than its validator.
    const Sidecar& known() const { return known_; }
    void learnTotal(std::optional<Bytes> total);
    void learnDigest(std::string digest) { known_.digest = std::move(digest); }
    /// The reason why the file was begun anew, if it was, in this run or an earlier one; it is shown to the person.
    const std::string& anew() const { return anew_; }
    void noteAnew(std::string reason) { anew_ = std::move(reason); }
    /// Bytes in place; 0 while it is being emptied.
    Bytes size() const { return emptying_ ? 0 : file_->size(); }
    /// Bytes that the next run can resume from.
    Bytes kept() const { return known_.validator.proves() && !emptying_ ? file_->flushed() : 0; }
    bool isWhole() const { return size() > 0 && known_.total == size(); }

    /// The bytes in place go on as `version`, of another source: its bytes are about to be appended.
    void adopt(Sidecar version);

    /// Begins `version`, whose source is known, with no byte. False: there are bytes or a record of another to be
    /// removed first, which takes the disk's time; then `done` is called, and until then nothing but size() may be.
    Result<bool> begin(Sidecar version, std::function<void(Result<void>)> done);
    bool isEmptying() const { return emptying_; }

    Result<void> append(std::span<const char> bytes) { return file_->append(bytes); }
    Result<bool> holds(Bytes offset, std::span<const char> bytes) const { return file_->holds(offset, bytes); }
    /// Hands the bytes to the kernel: they survive this process. Their record comes first, but not where the part is
    /// whole: then finish() follows, which writes one.
    Result<void> flush();
    /// True where the whole file fits into the buffer and none of it was flushed: its record waits for the first flush,
    /// so that a file that is there at once never has one of its beginning.
    bool isHeldBack() const { return recordDue_; }

    /// Every 32 MiB or 10 s: syncs the flushed bytes. `failed`: the disk lost some; the durable bytes are still
    /// there.
    void keepDurable(Clock::time_point now, std::function<void(const Error&)> failed);
    /// All bytes are there: puts the file in place, and calls `done` with the result.
    void finish(std::function<void(Ending)> done);
    /// The run ends here: keeps the received bytes, and syncs them in the background. Cancels finish().
    void leave();
    /// No run will resume it: deletes the received bytes.
    void discard();
    /// Likewise, after work under way, which would write a record again; then calls `done`.
    void takeBack(std::function<void()> done);

private:
    /// Writes the record that waits, before the first byte that is handed over.
    Result<void> keepRecord();

    Download download_;
    PartPlace place_;
    std::string boot_;
    std::shared_ptr<PartFile> file_; ///< shared with work under way; the last owner releases the lock
    Sidecar known_;
    std::string anew_;
    DiskThreads& disk_;
    DiskQueue diskQueue_;
    bool recordDue_ = false; ///< known_ is not written yet, nor is a byte
    bool emptying_ = false;  ///< the file belongs to the disk threads alone
    bool finishing_ = false;
    bool discarded_ = false;
    Clock::time_point checkpointed_;
    std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
};

} // namespace stint::transfer
