// The table of verbs, with their arguments and help. The parser, `stint help` and the shells' completions are made
// from it. A verb's row and the function that runs it stand together, in a file of its subject; a new verb is declared
// and listed at the end of this file.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "faces/screen/terminal.hpp"

namespace stint::cli {

/// A verb's words in order, and its options, checked against the table of verbs.
struct Arguments {
    std::vector<std::string> words;
    /// The options by their long names without dashes ("output"); a flag has an empty value.
    std::map<std::string, std::string, std::less<>> options;
    /// All values, in order, of options that may be given more than once; the first is in `options`, too.
    std::map<std::string, std::vector<std::string>, std::less<>> repeated = {};
    /// The words behind `--`, of a verb that may have words before it, too.
    std::vector<std::string> command = {};

    bool has(std::string_view option) const { return options.contains(option); }
    std::vector<std::string> values(std::string_view option) const {
        auto found = repeated.find(option);
        return found == repeated.end() ? std::vector<std::string>{} : found->second;
    }
    std::optional<std::string> value(std::string_view option) const {
        auto found = options.find(option);
        if (found == options.end()) return std::nullopt;
        return found->second;
    }
};

struct Option {
    std::string_view names; ///< "-o,--output"; the last is the long one
    std::string_view value; ///< "FILE"; empty: a flag. "any|unmetered": one of these
    std::string_view help;
    bool repeats = false;         ///< may be given more than once
    std::string_view setter = {}; ///< the method of JobInfo::Builder that it stands for

    bool isFlag() const { return value.empty(); }
    /// The last of its names, without dashes: "output".
    std::string_view longName() const;
    /// True for each of its names, and for its androidName().
    bool isCalled(std::string_view name) const;
    /// A further name, which is listed nowhere: "--requires-charging" for setRequiresCharging; empty: it has no setter.
    std::string androidName() const;
    /// The choices in `value`, if it lists any.
    std::vector<std::string_view> choices() const;
};

struct Example {
    std::string_view line;
    std::string_view what;
};

/// An option of other programs, for people who type it here.
struct OptionElsewhere {
    std::string_view names; ///< in the form of Option::names
    std::string_view here;  ///< follows a colon: how it is here, or what to write

    bool isCalled(std::string_view name) const;
};

struct Verb {
    static constexpr std::size_t many = 1000;

    std::string_view name;  ///< "get", "tasks stop"
    std::string_view words; ///< its arguments: "URL", "[PACKAGE]", "KEY=VALUE…"
    std::size_t fewest = 0; ///< how many words it takes
    std::size_t most = 0;
    /// The words that belong to another program, dashes included: none of them is an option of ours.
    enum class Passes : std::uint8_t {
        Nothing,
        BehindFirstWord,
        BehindDashes,
        AlsoBehindDashes, ///< as Arguments::command: there are words before it, or there may be
        Everything
    } passes = Passes::Nothing;
    std::string_view summary;
    std::string_view about; ///< paragraphs for `stint help VERB`
    std::vector<Option> options;
    std::vector<Example> examples;
    int (*run)(const Arguments&, const Screen&) = nullptr;
    std::vector<std::string_view> elsewhere = {}; ///< its names in other programs, for people who type those
    std::vector<OptionElsewhere> optionsElsewhere = {};
    std::string_view program = {}; ///< in place of `run`: the program of ours that does it, given the same line
    /// True: `program` does it, though `run` is there, too.
    bool (*isForProgram)(const Arguments&) = nullptr;
    /// In place of `program`, where an option asks for it: what few devices have.
    struct Other {
        std::string_view option; ///< without dashes
        std::string_view program;
    };
    Other other = {};
};

std::span<const Verb> verbs();

/// The options of every verb: --json, --plain, --quiet, --help.
std::span<const Option> commonOptions();

/// The sentence, with our option before each setter in it: "--every (setPeriodic)" for "setPeriodic".
std::string withOptionsOf(const Verb& verb, std::string_view sentence);

/// The verb of exactly this name; nullptr: none.
const Verb* verbNamed(std::string_view name);
/// The verbs of two words that begin with this one: `tasks stop` of `tasks`.
std::vector<Verb> verbsBelow(const Verb& verb);

// The row of each verb, which stands beside its code.
Verb getVerb();
Verb putVerb();
Verb runVerb();
Verb guardVerb();
Verb startVerb();
Verb cancelVerb();
Verb pauseVerb();
Verb resumeVerb();
Verb retryVerb();
Verb editVerb();
Verb moveVerb();
Verb cleanVerb();
Verb clearVerb();
Verb runNowVerb();
Verb jobsVerb();
Verb logVerb();
Verb whyVerb();
Verb watchVerb();
Verb waitVerb();
Verb logsVerb();
Verb topVerb();
Verb uiVerb();
Verb tasksVerb();
Verb tasksStopVerb();
Verb workVerb();
Verb appsVerb();
Verb appVerb();
Verb quotaVerb();
Verb alarmsVerb();
Verb pushVerb();
Verb pushMessagesVerb();
Verb pushAppsVerb();
Verb pushRotateVerb();
Verb pushRevokeVerb();
Verb pushStatusVerb();
Verb pushSendVerb();
Verb pushTestVerb();
Verb pushServeVerb();
Verb pushInviteVerb();
Verb pushJoinVerb();
Verb pushLeaveVerb();
Verb pushDoctorVerb();
Verb pushDevicesVerb();
Verb fleetVerb();
Verb fleetInitVerb();
Verb fleetServeVerb();
Verb fleetInviteVerb();
Verb fleetJoinVerb();
Verb fleetLeaveVerb();
Verb fleetAllowVerb();
Verb fleetRefuseVerb();
Verb fleetDevicesVerb();
Verb fleetRemoveVerb();
Verb fleetLabelVerb();
Verb fleetDeviceVerb();
Verb fleetSetVerb();
Verb fleetDriftVerb();
Verb fleetStartVerb();
Verb fleetSendVerb();
Verb fleetCampaignsVerb();
Verb fleetStatusVerb();
Verb fleetResultsVerb();
Verb fleetWhyVerb();
Verb fleetAuditVerb();
Verb fleetDoctorVerb();
Verb fleetUiVerb();
Verb fleetPauseVerb();
Verb fleetResumeVerb();
Verb fleetRetryVerb();
Verb fleetCancelVerb();
Verb deviceVerb();
Verb deviceSetVerb();
Verb deviceResetVerb();
Verb netVerb();
Verb netMarkVerb();
Verb policyVerb();
Verb doctorVerb();
Verb recordVerb();
Verb recordStartVerb();
Verb recordSaveVerb();
Verb recordStopVerb();
Verb simVerb();
Verb demoVerb();
Verb cmdVerb();
Verb amVerb();
Verb dumpsysVerb();
Verb completionsVerb();
Verb helpVerb();
Verb helpConstraintsVerb();
Verb helpExitCodesVerb();

/// Runs `stint` without a verb; returns the exit code.
int now(const Screen& screen);
/// `stint --version`: this build; as JSON, also the builds of what runs.
int version(const Screen& screen);

/// All verbs, in the order of `stint help`: `tasks` before `tasks stop`.
inline constexpr std::array everyVerb{getVerb,
                                      putVerb,
                                      runVerb,
                                      guardVerb,
                                      startVerb,
                                      cancelVerb,
                                      cleanVerb,
                                      clearVerb,
                                      pauseVerb,
                                      resumeVerb,
                                      retryVerb,
                                      editVerb,
                                      moveVerb,
                                      runNowVerb,
                                      jobsVerb,
                                      logVerb,
                                      whyVerb,
                                      watchVerb,
                                      waitVerb,
                                      logsVerb,
                                      topVerb,
                                      uiVerb,
                                      tasksVerb,
                                      tasksStopVerb,
                                      workVerb,
                                      appsVerb,
                                      appVerb,
                                      quotaVerb,
                                      alarmsVerb,
                                      pushVerb,
                                      pushMessagesVerb,
                                      pushAppsVerb,
                                      pushRotateVerb,
                                      pushRevokeVerb,
                                      pushStatusVerb,
                                      pushSendVerb,
                                      pushTestVerb,
                                      pushServeVerb,
                                      pushInviteVerb,
                                      pushJoinVerb,
                                      pushLeaveVerb,
                                      pushDoctorVerb,
                                      pushDevicesVerb,
                                      fleetVerb,
                                      fleetInitVerb,
                                      fleetServeVerb,
                                      fleetInviteVerb,
                                      fleetJoinVerb,
                                      fleetLeaveVerb,
                                      fleetAllowVerb,
                                      fleetRefuseVerb,
                                      fleetDevicesVerb,
                                      fleetRemoveVerb,
                                      fleetLabelVerb,
                                      fleetDeviceVerb,
                                      fleetSetVerb,
                                      fleetDriftVerb,
                                      fleetStartVerb,
                                      fleetSendVerb,
                                      fleetCampaignsVerb,
                                      fleetStatusVerb,
                                      fleetResultsVerb,
                                      fleetWhyVerb,
                                      fleetPauseVerb,
                                      fleetResumeVerb,
                                      fleetRetryVerb,
                                      fleetCancelVerb,
                                      fleetAuditVerb,
                                      fleetDoctorVerb,
                                      fleetUiVerb,
                                      deviceVerb,
                                      deviceSetVerb,
                                      deviceResetVerb,
                                      netVerb,
                                      netMarkVerb,
                                      policyVerb,
                                      doctorVerb,
                                      recordVerb,
                                      recordStartVerb,
                                      recordSaveVerb,
                                      recordStopVerb,
                                      simVerb,
                                      demoVerb,
                                      cmdVerb,
                                      amVerb,
                                      dumpsysVerb,
                                      completionsVerb,
                                      helpVerb,
                                      helpConstraintsVerb,
                                      helpExitCodesVerb};

} // namespace stint::cli
