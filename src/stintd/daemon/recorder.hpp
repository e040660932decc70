// `stint record`: what a daemon's core is told and what comes of it, written as a scenario that plays it again
// (scenario.md, Recordings). A recording begins where a core begins, with what is stored; it is kept in a directory,
// whose being there says that the next daemon is to record, too.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/unix/fd.hpp"
#include "contract/core/scheduler.hpp"
#include "contract/record/beginning.hpp"
#include "stintd/store/store.hpp"

namespace stint::record {

class Recorder final : public Witness {
public:
    /// After so much a recording is to begin anew, as soon as nothing runs; after twice as much it ends.
    static constexpr Bytes full = 16_MiB;

    explicit Recorder(std::filesystem::path directory) : directory_(std::move(directory)) {}

    /// Whether what happens is to be recorded.
    bool wanted() const;
    Result<void> want();
    /// Ends the recording and forgets it.
    void end();

    std::filesystem::path scenarioFile() const { return directory_ / "recording.yaml"; }
    std::filesystem::path storeFile() const { return directory_ / "recording.store"; }

    /// Before a core takes the store in: keeps a copy of it. An error: nothing is recorded.
    Result<void> keep(Store& store);
    /// The core has begun, by `restored`; it is told to tell this recorder. An error: nothing is recorded. To be called
    /// only after keep().
    Result<void> begin(const Beginning& beginning, const Constants& constants, const Step& restored);
    void handled(const Event& event, Now now, const Step& step) override;

    bool isFull() const { return size_ > full; }
    Bytes size() const { return size_; }
    std::optional<WallTime> since() const { return file_ ? std::optional(since_) : std::nullopt; }
    /// Why a recording that is wanted is not made; empty: it is.
    const std::string& trouble() const { return trouble_; }

private:
    void entry(const std::string& event, Now now, const Step& step);
    void write(const std::string& text);

    std::filesystem::path directory_;
    Fd file_;
    Bytes size_ = 0;
    WallTime since_{};
    Instant zero_{};
    Duration ahead_{0}; ///< of the wall's clock, as it was written last
    std::string trouble_;
};

} // namespace stint::record
