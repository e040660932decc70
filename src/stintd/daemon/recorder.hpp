// `stint record` (scenario.md, Recordings): the recording of a daemon's core, when it begins, and when it begins anew.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/unix/fd.hpp"
#include "contract/core/scheduler.hpp"
#include "contract/record/event_json.hpp"
#include "stintd/store/store.hpp"

namespace stint::record {

/// Writes the events that a daemon's core is given, and their effects, as a scenario that plays them again
/// (scenario.md, Recordings). A recording begins where a core begins, with the stored state. It is kept in a directory;
/// if that exists, the next daemon is to record, too.
class Recorder final : public Witness {
public:
    /// The size at which a recording is to begin anew, as soon as nothing runs. At twice this size it ends.
    static constexpr Bytes full = 16_MiB;

    explicit Recorder(std::filesystem::path directory) : directory_(std::move(directory)) {}

    /// True if a recording is to be made.
    bool wanted() const;
    Result<void> want();
    /// Ends the recording and deletes it.
    void end();

    std::filesystem::path scenarioFile() const { return directory_ / "recording.yaml"; }
    std::filesystem::path storeFile() const { return directory_ / "recording.store"; }

    /// Keeps a copy of the store, before a core takes it in. After an error nothing is recorded.
    Result<void> keep(Store& store);
    /// Begins a recording with the core's beginning and `restored`; the core is then to report to this recorder. After
    /// an error nothing is recorded. To be called only after keep().
    Result<void> begin(const Beginning& beginning, const Constants& constants, const Step& restored);
    void handled(const Event& event, Now now, const Step& step) override;

    bool isFull() const { return size_ > full; }
    Bytes size() const { return size_; }
    std::optional<WallTime> since() const { return file_ ? std::optional(since_) : std::nullopt; }
    /// The reason why a recording that is wanted is not made; empty: it is made.
    const std::string& trouble() const { return trouble_; }

private:
    void entry(const std::string& event, Now now, const Step& step);
    void write(const std::string& text);

    std::filesystem::path directory_;
    Fd file_;
    Bytes size_ = 0;
    WallTime since_{};
    Instant zero_{};
    Duration ahead_{0}; ///< the wall clock's lead, as it was last written
    std::string trouble_;
};

} // namespace stint::record
