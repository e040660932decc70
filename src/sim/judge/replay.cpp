#include "sim/judge/replay.hpp"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "base/unix/folder.hpp"
#include "stintd/store/store.hpp"

namespace stint::sim {
namespace {

namespace files = std::filesystem;

/// Copies the snapshot there, as a store.
Result<void> copySnapshot(const files::path& file, const files::path& directory) {
    std::error_code error;
    files::copy_file(file, directory / "stint.db", error);
    if (!error) files::permissions(directory / "stint.db", files::perms::owner_read | files::perms::owner_write, error);
    if (error) return fail(Errc::ILLEGAL_ARGUMENT, "cannot read the snapshot {}: {}", file.string(), error.message());
    return {};
}

} // namespace

Result<Snapshot> snapshotOf(const Scenario& recording, const BootId& boot) {
    // A copy, since a store that is opened may be brought to our version.
    const ScratchDirectory copy = STINT_TRY(ScratchDirectory::make(files::temp_directory_path(), "stint-sim"));
    STINT_TRY(copySnapshot(files::path(recording.file).parent_path() / *recording.from, copy.path()));
    Store store = STINT_TRY(Store::open({.directory = copy.path(), .boot = boot}));
    return store.load();
}

Result<Step> RecordedCore::tell(const Entry& entry, const action::Recorded& recorded) {
    if (const auto* beginning = std::get_if<record::Beginning>(&recorded.input))
        return begin(entry, recorded, *beginning);
    if (!begun_) return problem(entry, "a recording's first entry is the event \"begin\"");
    advance(at(entry.at));
    read(recorded);
    return core.handle(std::get<Event>(recorded.input), now());
}

Result<Step> RecordedCore::begin(const Entry& entry, const action::Recorded& recorded,
                                 const record::Beginning& beginning) {
    if (begun_) return problem(entry, "a recording begins once");
    begun_ = true;
    zero_ = beginning.now.elapsed - entry.at;
    elapsed_ = beginning.now.elapsed;
    ahead_ = beginning.now.wall.time_since_epoch() - elapsed_.time_since_epoch();
    read(recorded);
    auto snapshot = STINT_TRY(snapshotOf(recording_, beginning.boot));
    snapshot.goingOn = beginning.goingOn;
    return core.restore(std::move(snapshot), beginning.boot, beginning.device, now(), beginning.heldBack);
}

void RecordedCore::read(const action::Recorded& recorded) {
    if (recorded.wall) ahead_ = recorded.wall->time_since_epoch() - elapsed_.time_since_epoch();
}

Error RecordedCore::problem(const Entry& entry, std::string_view what) const {
    return fail(Errc::ILLEGAL_ARGUMENT, "{}:{}:{}: {}", recording_.file, entry.location.line, entry.location.column,
                what);
}

namespace {

class Replay {
public:
    Replay(const Scenario& recording, Constants constants)
        : recording_(recording), device_(recording, std::move(constants)) {}

    Result<void> act(const Entry& entry) {
        at_ = entry.at;
        device_.advance(device_.at(entry.at));
        return std::visit(Overloaded{[&](const action::Recorded& recorded) { return take(entry, recorded); },
                                     [&](const action::ExpectJob& expect) { return judged(entry, expect); },
                                     [&](const action::ExpectApp& expect) { return judged(entry, expect); },
                                     [&](const action::ExpectDevice& expect) { return judged(entry, expect); },
                                     [&](const auto&) -> Result<void> {
                                         return device_.problem(entry, "a recording has events and expectations alone");
                                     }},
                          entry.action);
    }

    Played done() {
        for (Finding& finding : judgeTrace(recording_.trace, played_.history))
            played_.findings.push_back(std::move(finding));
        for (const ExpectedTotal& total : recording_.totals)
            played_.findings.push_back(judge(total, played_.history, at_));
        return std::move(played_);
    }

private:
    Result<void> take(const Entry& entry, const action::Recorded& recorded) {
        const Step step = STINT_TRY(device_.tell(entry, recorded));
        ++played_.events;
        compare(entry, recorded.effects, step);
        return {};
    }

    /// Compares the effects of one event with those that stintd had: to the byte.
    void compare(const Entry& entry, const std::vector<std::string>& expected, const Step& step) {
        std::vector<std::string> happened;
        for (const Effect& effect : step.effects) {
            const auto* trace = std::get_if<Trace>(&effect);
            if (!trace) continue;
            played_.history.push_back(happeningOf(*trace, device_.now(), device_.at(Duration{0})));
            happened.push_back(traceJson(played_.history.back()));
        }
        if (expected.empty() && happened.empty()) return;
        Finding finding{
            .location = entry.location, .expected = fmt::format("{}", fmt::join(expected, " ")), .at = entry.at};
        if (expected.empty()) finding.expected = "no effect";
        if (happened != expected)
            finding.happened = happened.empty() ? "no effect" : fmt::format("{}", fmt::join(happened, " "));
        played_.findings.push_back(std::move(finding));
    }

    template <class Expect> Result<void> judged(const Entry& entry, const Expect& expect) {
        const Moment moment{device_.core, device_.now(), device_.at(Duration{0}), entry.location};
        played_.findings.push_back(judge(expect, moment));
        return {};
    }

    const Scenario& recording_;
    RecordedCore device_;
    Played played_;
    Duration at_{0}; ///< the last entry's
};

} // namespace

Result<Played> replay(const Scenario& recording, Constants constants, const Options& options) {
    Replay replay(recording, std::move(constants));
    for (const Entry& entry : recording.timeline)
        if (!options.until || entry.at <= *options.until) STINT_TRY(replay.act(entry));
    return replay.done();
}

} // namespace stint::sim
