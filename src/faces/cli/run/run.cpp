// `stint run`: a command as a job (commanding.hpp).
#include <fmt/core.h>

#include "faces/cli/line/job_options.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/run/commanding.hpp"
#include "programs/spool/spool.hpp"

namespace stint::cli {
namespace {

std::vector<Option> with(std::vector<Option> options, const std::vector<Option>& more,
                         const std::vector<Option>& last) {
    options.insert(options.end(), more.begin(), more.end());
    options.insert(options.end(), last.begin(), last.end());
    return options;
}

int run(const Arguments& given, const Screen& screen) { return Commanding("run", given, screen).run(); }

/// The help text, with the table of the variables that each run gets.
std::string_view about() {
    static const std::string text = [] {
        std::string variables;
        for (const RunVariable& variable : runVariables())
            variables += fmt::format("\n${}: {}.", variable.name, variable.meaning);
        return fmt::format(
            "The command runs as it would here: in this directory, with this umask and environment, but without a "
            "terminal. What is piped in or redirected to it (64 MiB at most) is read to its end before the command is "
            "scheduled, kept with the job, and read by each of its runs from the beginning; a terminal is not read, "
            "and < /dev/null gives it nothing, as in a loop that reads its own stdin. Its output is printed here, and "
            "kept for `stint logs` (the last 4 MiB at least, 8 at most). Ctrl-C detaches: the command goes on.\n"
            "Exit 0 is done. With any other code it is tried again, after 30 s and then twice as long each time (with "
            "--save-time, 30 s longer). Where "
            "its conditions are lost, or its time is up, it is stopped: SIGTERM to all of its processes, SIGKILL to "
            "what is left some seconds later; it runs again, from its beginning, as soon as it may. Nothing that it "
            "started outlives it, nor a stop: what forks away is killed when the command ends.\n"
            "Work that takes longer than a run ends if it goes on where it was: keep what is done in "
            "$STINT_STATE_DIRECTORY, and save the rest on SIGTERM, for which --save-time gives it as long as it needs "
            "before its limit. Whatever it ends with after that SIGTERM, it runs again. Each run is told:{}\n"
            "Ends as the command does: with its exit code, or 128 and the signal; with 126 or 127 at once where there "
            "is no such program; 75 where it goes on without this command, 77 where it was refused.",
            variables);
    }();
    return text;
}

} // namespace

Verb runVerb() {
    return {
        .name = "run",
        .words = "[OPTIONS] -- COMMAND [ARGS…]",
        .fewest = 1,
        .most = Verb::many,
        .passes = Verb::Passes::BehindDashes,
        .summary = "run a command as a job: when the device sees fit, until it ends well",
        .about = about(),
        .options = with(
            {{.names = "--user-initiated",
              .value = "",
              .help = "at once and for hours, as a person is waiting; needs a network",
              .setter = "setUserInitiated"},
             {.names = "--expedited", .value = "", .help = "at once, for minutes", .setter = "setExpedited"}},
            conditionOptions(&JobField::regular, "only with such a network (default: none is needed)"),
            {{.names = "--persisted", .value = "", .help = "it outlives a reboot, too", .setter = "setPersisted"},
             {.names = "--backoff",
              .value = "DURATION",
              .help = "the pause before the first retry (default: 30s; 10s at least)",
              .setter = "setBackoffCriteria"},
             {"--retries", "N", "give up after N retries (default: never)"},
             {"--success-exit", "CODES", "exit codes that count as success, beside 0: 3 or 3,4"},
             {.names = "--every",
              .value = "DURATION",
              .help = "again and again, once in each period (1d; 15min at least), also after a reboot",
              .setter = "setPeriodic"},
             {"--save-time", "DURATION", "SIGTERM comes so long before its limit, for it to save what it has"},
             {"--on-calendar", "SPEC",
              "again and again, at such times: \"Mon..Fri 09:00\", daily (systemd.time(7)); what the machine was "
              "off for runs once"},
             {"--on-success", "COMMAND", "a job of its own, by sh -c, when it has ended well"},
             {"--on-failure", "COMMAND", "a job of its own, by sh -c, when it has failed for good, or was cancelled"},
             {"--setenv", "NAME=VALUE", "set in its environment; without =VALUE, copied from here", true},
             {"--working-directory", "DIR", "run in this directory, not here"},
             {"-p,--property", "NAME=VALUE",
              "a limit of what it gets, by systemd's names: MemoryMax=512M, TasksMax=20, CPUQuota=50%, CPUWeight=20; "
              "refused where it cannot be held (stint doctor)",
              true},
             {"--name", "TEXT", "what lists of jobs call it (default: the command's words)"},
             {"--replace", "", "in the place of the job of that --name, if there is one: a script makes one timer"},
             {"--keep", "", "not if there is a job of that --name: it stays as it is"},
             {"--no-wait", "", "schedule it and return"}}),
        .examples = {{"stint run -- make -C ~/project test", "as it were here, but whatever becomes of the terminal"},
                     {"stint run --charging --unmetered -- ./backup.sh", "when it costs nothing"},
                     {"stint run --every 1d --device-idle -- updatedb", "while nobody looks"},
                     {"stint run --save-time 1min -- ./train.sh", "hours in pieces: it saves, and goes on, by itself"}},
        .run = run,
        .elsewhere = {"exec", "submit", "enqueue", "at", "batch", "cron", "crontab", "schedule", "systemd-run"}};
}

} // namespace stint::cli
