// `stint`'s exit codes: sysexits (linux.md §A.10), so that a script can tell "never" from "not yet". `stint help
// exit-codes`, the manual and errors under --json walk the table.
#pragma once
#include <algorithm>
#include <array>
#include <string_view>

#include "base/unix/ends.hpp"
#include "stint/result.hpp"

namespace stint::cli {

namespace ends = stint::ends;

struct ExitCode {
    int code;
    std::string_view word; ///< the name in errors under --json
    std::string_view meaning;
};

// clang-format off
inline constexpr auto exitCodes = std::to_array<ExitCode>({
    {ends::ok,            "ok",             "done"},
    {ends::failure,       "failed",         "it failed, or did not come as it should: a job, an expectation of `stint sim`"},
    {ends::noScenario,    "no_scenario",    "of `stint sim`: a file could not be read, or is not a scenario"},
    {ends::usage,         "usage",          "wrong words on the command line, or values that no job may have"},
    {ends::badData,       "bad_data",       "a checksum that is not the file's; more on stdin than is kept"},
    {ends::noInput,       "not_found",      "there is no such job, app, file or key"},
    {ends::unavailable,   "unavailable",    "no stintd answers, and none could be started"},
    {ends::internal,      "internal",       "a fault of ours"},
    {ends::system,        "system",         "the operating system refused"},
    {ends::cannotCreate,  "cannot_create",  "a file cannot be where it should"},
    {ends::inputOutput,   "input_output",   "a disk is full or fails, or a server does"},
    {ends::waits,         "waits",          "not now: the job waits, and goes on by itself; or stintd is busy"},
    {ends::protocol,      "protocol",       "a server does not do what was asked: another protocol, redirects without end"},
    {ends::refused,       "refused",        "it may not be: by a limit, a permission, or because nobody is seen to watch"},
    {ends::notExecutable, "not_executable", "the command of `stint run` may not be executed"},
    {ends::noProgram,     "no_program",     "there is no such command for `stint run`"},
    {ends::interrupted,   "interrupted",    "by Ctrl-C: before there was a job, or of a verb that only looks on; a job goes on"},
    {ends::terminated,    "terminated",     "by SIGTERM; a job goes on"},
});
// clang-format on

/// "failed" for a code that is another program's own.
constexpr std::string_view wordOfExitCode(int code) {
    const auto row = std::ranges::find(exitCodes, code, &ExitCode::code);
    return row == exitCodes.end() ? "failed" : row->word;
}

inline int exitCodeOf(Errc code) {
    switch (code) {
    case Errc::ILLEGAL_ARGUMENT:
        return ends::usage;
    case Errc::ILLEGAL_STATE:
        return ends::failure;
    case Errc::SECURITY:
    case Errc::REFUSED:
        return ends::refused;
    case Errc::LIMIT_EXCEEDED:
        return ends::waits;
    case Errc::STORAGE:
        return ends::inputOutput;
    case Errc::BUSY:
        return ends::waits;
    case Errc::UNAVAILABLE:
        return ends::unavailable;
    case Errc::SYSTEM:
        return ends::system;
    }
    return ends::internal; // a newer daemon's code
}

} // namespace stint::cli
