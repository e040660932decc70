#include "stintd/daemon/recorder.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "contract/record/event_json.hpp"
#include "contract/record/happening.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"

namespace stint::record {
namespace {

Duration aheadOf(Now now) { return now.wall.time_since_epoch() - now.elapsed.time_since_epoch(); }

/// Quotes a line of JSON as a scalar of YAML.
std::string quoted(const std::string& json) {
    std::string text = "'";
    for (const char c : printableJson(json)) {
        if (c == '\'') text += '\'';
        text += c;
    }
    return text + "'";
}

// The scenario's head. The policy's version is a key of its own. job.boot_settle is always written, because a simulated
// boot settles at once unless a file sets it.
std::string headOf(const Beginning& beginning, const Constants& constants) {
    const Constants standard;
    std::string head = fmt::format("# Written by stintd; played by `stint sim`.\ntitle: What stintd saw from {} on\n"
                                   "start: {}\n",
                                   formatWall(beginning.now.wall), formatWall(beginning.now.wall));
    std::string others;
    for (const ConstantRow& row : constantRows()) {
        const std::string text = constantText(constants, row);
        if (row.key == "policy_version")
            head += fmt::format("policy: {}\n", text);
        else if (row.key == "job.boot_settle" || text != constantText(standard, row))
            others += fmt::format("  {}: {}\n", row.key, text);
    }
    head += "constants:\n" + others;
    if (!constants.networkBudgets.empty()) head += "network_budget:\n";
    for (const NetworkBudget& budget : constants.networkBudgets) {
        const BudgetWords words = wordsOf(budget);
        head += fmt::format("- {{app: '{}', class: {}, bytes: {}, period: {}}}\n", words.app, words.cost, words.bytes,
                            words.period);
    }
    return head + "from: recording.store\ntimeline:\n";
}

} // namespace

bool Recorder::wanted() const {
    std::error_code ignored;
    return std::filesystem::is_directory(directory_, ignored);
}

Result<void> Recorder::want() {
    std::error_code error;
    std::filesystem::create_directory(directory_, error);
    if (error) return fail(Errc::STORAGE, "cannot make {}: {}", directory_.string(), error.message());
    return {};
}

void Recorder::end() {
    file_ = {};
    size_ = 0;
    trouble_.clear();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

Result<void> Recorder::keep(Store& store) {
    file_ = {};
    size_ = 0;
    trouble_.clear();
    auto kept = store.copyTo(storeFile());
    if (!kept) trouble_ = kept.error().message;
    return kept;
}

Result<void> Recorder::begin(const Beginning& beginning, const Constants& constants, const Step& restored) {
    std::error_code ignored;
    std::filesystem::remove(scenarioFile(), ignored); // a program that reads the former file goes on reading that one
    file_ = Fd(::open(scenarioFile().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_) {
        trouble_ = fmt::format("cannot write {}: {}", scenarioFile().string(), std::generic_category().message(errno));
        return fail(Errc::STORAGE, "{}", trouble_);
    }
    since_ = beginning.now.wall;
    zero_ = beginning.now.elapsed;
    ahead_ = aheadOf(beginning.now);
    write(headOf(beginning, constants));
    entry(textOf(beginning), beginning.now, restored);
    return {};
}

void Recorder::handled(const Event& event, Now now, const Step& step) {
    if (file_) entry(textOf(event), now, step);
}

void Recorder::entry(const std::string& event, Now now, const Step& step) {
    std::string line = fmt::format("- {{at: {}, ", formatDuration(now.elapsed - zero_));
    if (const Duration ahead = aheadOf(now); ahead != ahead_) {
        ahead_ = ahead;
        line += fmt::format("wall: {}, ", formatWall(now.wall));
    }
    line += "event: " + quoted(event);
    std::string effects;
    for (const Effect& effect : step.effects)
        if (const auto* trace = std::get_if<Trace>(&effect))
            effects += (effects.empty() ? "" : ", ") + quoted(traceJson(happeningOf(*trace, now, zero_)));
    if (!effects.empty()) line += fmt::format(", effects: [{}]", effects);
    write(line + "}\n");
}

// Writes in one call, so that a file ends with a whole line wherever it is cut, unless the disk is full, which ends the
// recording.
void Recorder::write(const std::string& text) {
    if (!file_) return;
    size_ += std::ssize(text);
    if (size_ <= 2 * full && ::write(file_.get(), text.data(), text.size()) == std::ssize(text)) return;
    trouble_ = size_ > 2 * full ? fmt::format("it had {}, and something ran all the time", formatSize(size_))
                                : std::generic_category().message(errno);
    trouble_ = fmt::format("the recording in {} has ended: {}", scenarioFile().string(), trouble_);
    file_ = {};
}

} // namespace stint::record

namespace stint {

// `stint record` (scenario.md, Recordings): when a recording begins, and anew.

// A core's whole state is in the store at one moment only: before it begins. So a recording begins with another core,
// as after a failed commit: running jobs are stopped, and run again.
Result<void> Daemon::record(CallId call, bool on) {
    if (degraded_) return *degraded_;
    if (!on) {
        core_->tell(nullptr);
        recorder_.end();
        server_->reply(Reply{.call = call});
        return {};
    }
    if (recorder_.wanted() && recorder_.trouble().empty())
        return fail(Errc::REFUSED, "a recording is running already; stint record stop FILE.yaml keeps it, and "
                                   "stint record stop --forget throws it away");
    STINT_TRY(recorder_.want());
    recordFrom_ = call;
    return {};
}

void Daemon::recordAnew() {
    const bool again = recorder_.isFull() && hosts_->idle();
    if (degraded_ || (!recordFrom_ && !again)) return;
    const auto call = std::exchange(recordFrom_, std::nullopt);
    tryAgain(UnderWay::End);
    if (call)
        server_->reply(Reply{.call = *call,
                             .error = recorder_.trouble().empty()
                                          ? std::nullopt
                                          : std::optional(Error{Errc::STORAGE, recorder_.trouble()})});
    server_->failAll(Error{Errc::ILLEGAL_STATE, "a recording begins, and the daemon with it anew: ask again"});
}

// An error of a recording never stops the daemon.
void Daemon::keepSnapshot() {
    if (!recorder_.wanted()) return;
    if (auto kept = recorder_.keep(*store_); !kept) logWarning("nothing is recorded: " + kept.error().message);
}

void Daemon::beginRecording(Scheduler& core, const record::Beginning& beginning, const Step& restored) {
    if (!recorder_.wanted() || !recorder_.trouble().empty()) return;
    if (auto begun = recorder_.begin(beginning, policy_.constants, restored); !begun)
        return logWarning("nothing is recorded: " + begun.error().message);
    core.tell(&recorder_);
}

std::vector<wire::RecordingRow> Daemon::recordings() {
    if (!recorder_.wanted()) return {};
    return {{.scenario = recorder_.scenarioFile(),
             .snapshot = recorder_.storeFile(),
             .since = recorder_.since(),
             .bytes = recorder_.size(),
             .trouble = recorder_.trouble()}};
}

} // namespace stint
