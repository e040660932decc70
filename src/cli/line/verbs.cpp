#include "cli/line/verbs.hpp"

#include <algorithm>

#include "cli/line/commands.hpp"
#include "cli/line/constraint_options.hpp"

namespace stint::cli {
namespace {

constexpr std::string_view aboutJob =
    "A JOB is 7 (one of your own: a download or a command), PACKAGE/7, or PACKAGE/namespace#7.";

std::vector<Option> with(std::vector<Option> options, const std::vector<Option>& more,
                         const std::vector<Option>& last) {
    options.insert(options.end(), more.begin(), more.end());
    options.insert(options.end(), last.begin(), last.end());
    return options;
}

/// Of jobs, and what a person does with them.
std::vector<Verb> jobVerbs() {
    return {
        {.name = "run",
         .words = "[OPTIONS] -- COMMAND [ARGS…]",
         .fewest = 1,
         .most = Verb::many,
         .passes = Verb::Passes::BehindDashes,
         .summary = "run a command as a job: when the device sees fit, until it ends well",
         .about =
             "The command runs as it would here: in this directory, with this umask and environment, but without a "
             "terminal and with nothing to read. Its output is printed here, and kept for `stint logs` (the last 4 MiB "
             "at least, 8 at most). Ctrl-C detaches: the command goes on.\n"
             "Exit 0 is done. With any other code it is tried again, after 30 s and then twice as long each time. "
             "Where "
             "its conditions are lost, or its time is up, it is stopped: SIGTERM to all of its processes, SIGKILL to "
             "what is left some seconds later; it runs again, from its beginning, as soon as it may. Nothing that it "
             "started outlives it, nor a stop: what forks away is killed when the command ends.\n"
             "Ends as the command does: with its exit code, or 128 and the signal; with 126 or 127 at once where there "
             "is no such program; 75 where it goes on without this command, 77 where it was refused.",
         .options =
             with({{"--user-initiated", "", "at once and for hours, because a person looks on; needs a network"},
                   {"--expedited", "", "at once, for minutes"}},
                  constraintOptions(&JobField::regular),
                  {{"--network", "any|unmetered|not-roaming", "only with such a network (default: none is needed)"},
                   {"--persisted", "", "it outlives a reboot, too"},
                   {"--backoff", "DURATION", "the pause before the first retry (default: 30s; 10s at least)"},
                   {"--retries", "N", "tried again N times, then it has failed (default: without end)"},
                   {"--every", "DURATION", "again and again, once in each period (1d; 15min at least)"},
                   {"--name", "TEXT", "what lists of jobs call it (default: the command's words)"},
                   {"--no-wait", "", "schedule it and return"}}),
         .examples = {{"stint run -- make -C ~/project test", "as it were here, but whatever becomes of the terminal"},
                      {"stint run --requires-charging --network unmetered -- ./backup.sh", "when it costs nothing"},
                      {"stint run --every 1d --device-idle -- updatedb", "while nobody looks"}},
         .run = run},
        {.name = "start",
         .words = "PACKAGE [ARGS…]",
         .fewest = 1,
         .most = Verb::many,
         .passes = Verb::Passes::BehindFirstWord,
         .summary = "run an app's main program",
         .about = "The program reads from and writes to this terminal and ends with its own exit code. Ctrl-C is "
                  "handed on to it. Every word behind PACKAGE is the program's own.",
         .options = {},
         .examples = {{"stint start com.example.mail --fetch", "--fetch is the app's"}},
         .run = start},
        {.name = "cancel",
         .words = "JOB",
         .fewest = 1,
         .most = 1,
         .summary = "take a job away, waiting or running",
         .about = aboutJob,
         .options = {{"--all", "", "JOB is a PACKAGE: all of its jobs, in every namespace"}},
         .examples = {{"stint cancel 7", "the download org.stint.transfer/7"},
                      {"stint cancel --all com.example.mail", ""}},
         .run = cancel},
        {.name = "run-now",
         .words = "JOB",
         .fewest = 1,
         .most = 1,
         .summary = "run a job whatever keeps it waiting, and say what that was",
         .about = "Passes over all but a service that is missing and an app that the user stopped: the job's own "
                  "conditions, its back-off, and that no slot is free. Ends with 0 where it runs, 75 where that cannot "
                  "be passed over, 66 where there is no such job.",
         .options = {},
         .examples = {{"stint run-now com.example.mail/7", "as `stint cmd jobscheduler run -f com.example.mail 7`"}},
         .run = runNow},
        {.name = "jobs",
         .words = "[PACKAGE]",
         .fewest = 0,
         .most = 1,
         .summary = "list jobs: what runs, what waits and why",
         .about = "All that are tracked, or those of one app.",
         .options = {{"--finished", "", "the last completed jobs instead, newest first"}},
         .examples = {{"stint jobs --finished org.stint.transfer", "what became of the downloads"}},
         .run = jobs},
        {.name = "why",
         .words = "JOB",
         .fewest = 1,
         .most = 1,
         .summary = "say what keeps a job from running",
         .about = "Every reason, since when, and what would clear it: the very answer the scheduler decides by. Ends "
                  "with 0 where the job may run or runs, 75 where it waits, 66 where there is no such job.",
         .options = {{"--history", "", "and the reasons it had before, the last ten changes"}},
         .examples = {{"stint why 7", "the download org.stint.transfer/7"}},
         .run = why},
        {.name = "watch",
         .words = "JOB",
         .fewest = 1,
         .most = 1,
         .summary = "follow a job until it ends",
         .about = "Ends as the job does: 0, or its exit code. Ctrl-C leaves the job alone.",
         .options = {},
         .examples = {{"stint watch 7", "the download org.stint.transfer/7"}},
         .run = watch},
        {.name = "wait",
         .words = "JOB",
         .fewest = 1,
         .most = 1,
         .summary = "wait in silence until a job ends",
         .about = "Ends as the job does: 0, or its exit code.",
         .options = {},
         .examples = {{"stint wait 7 && mpv film.mkv", "when it is there"}},
         .run = wait},
        {.name = "logs",
         .words = "JOB",
         .fewest = 1,
         .most = 1,
         .summary = "what a command has printed, while it runs and when it has ended",
         .about = "Of a job of `stint run`: 7, or org.stint.shell/7. Its stdout and stderr as they came, of all its "
                  "runs; lines that begin with \"stint:\" stand between them. The last 4 MiB are kept at least, those "
                  "of the last 20 commands that have ended. Into a file or a pipe go the very bytes; on a terminal, "
                  "what would steer it is left out.",
         .options = {{"-f,--follow", "", "and what it prints from now on, until the job has ended"}},
         .examples = {{"stint logs -f 7", "live; Ctrl-C leaves the job alone"}},
         .run = logs},
        {.name = "tasks",
         .words = "",
         .summary = "the Task Manager: what runs on a person's behalf",
         .about = "One row for each app with a running user-initiated job, and its notifications beneath.",
         .options = {},
         .examples = {},
         .run = tasks},
        {.name = "tasks stop",
         .words = "PACKAGE",
         .fewest = 1,
         .most = 1,
         .summary = "stop an app: its processes die at once",
         .about = "The Task Manager's Stop button. Its running user-initiated jobs are gone for good; its waiting ones "
                  "become regular jobs.",
         .options = {},
         .examples = {{"stint tasks stop com.example.mail", ""}},
         .run = tasksStop},
    };
}

std::vector<Verb> simVerbs() {
    return {
        {.name = "sim",
         .words = "FILE…",
         .fewest = 1,
         .most = Verb::many,
         .summary = "play scenarios under a virtual clock, and judge what they expect",
         .about = "A scenario says what happens to a device and its apps, and what must come of it; it is played on "
                  "the very core that the daemon runs, days in milliseconds. Prints what happened, then what came of "
                  "each expectation; with --quiet only what did not hold, and a verdict for each file.\n"
                  "Ends with 0 when every expectation of every file held, 1 when one did not, 2 when a file could not "
                  "be read or is no scenario: FILE:LINE:COLUMN, what is wrong, what would be right.",
         .options = {{"--until", "DURATION", "end of the run, over the scenario's own (3d)"},
                     {"--policy", "FILE.toml", "constants, over the scenario's own"},
                     {"--seed", "N", "what is random is drawn from it (default: 0)"},
                     {"--check", "", "read and check the files, play nothing"}},
         .examples = {{"stint sim rare.yaml", "what happens, and whether it is what was expected"},
                      {"stint sim --quiet scenarios/*.yaml", "verdicts only"},
                      {"stint sim --policy mine.toml day.yaml", "what a change of policy does"}},
         .run = sim},
    };
}

std::vector<Verb> helpVerbs() {
    return {
        {.name = "completions",
         .words = "bash|zsh|fish",
         .fewest = 1,
         .most = 1,
         .summary = "print what lets a shell complete these verbs",
         .about = "An installed stint has them where the shells look; this is for any other. `jobs` and `packages` in "
                  "the shell's place print what the scripts ask for: one name a line, 69 where no daemon answers.",
         .options = {},
         .examples = {{"stint completions bash", "source <(…) in ~/.bashrc; zsh has the same"},
                      {"stint completions fish", "… | source in config.fish"}},
         .run = completions},
        {.name = "help",
         .words = "[VERB]",
         .fewest = 0,
         .most = 2,
         .summary = "this list, or all about one verb",
         .about = "",
         .options = {},
         .examples = {{"stint help get", ""}},
         .run = help},
        {.name = "help constraints",
         .words = "[TEXT]",
         .fewest = 0,
         .most = 1,
         .summary = "which kind of job may carry what",
         .about = "The table that jobs are checked by: each method of JobInfo.Builder, and whether a regular, an "
                  "expedited, a user-initiated job and the work layer may use it. TEXT is a part of a method's name.",
         .options = {{"--markdown", "", "as docs/constraints.md has it"}},
         .examples = {{"stint help constraints network", "what has to do with the network"}},
         .run = helpConstraints},
    };
}

std::vector<Verb> table() {
    std::vector<Verb> all;
    for (const auto& some : {transferVerbs(), jobVerbs(), limitVerbs(), simVerbs(), shellVerbs(), helpVerbs()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

} // namespace

std::string_view Option::longName() const {
    std::string_view last = names.substr(names.rfind(',') + 1); // npos + 1 is 0
    return last.substr(last.find_first_not_of('-'));
}

std::vector<std::string_view> Option::choices() const {
    std::vector<std::string_view> found;
    if (value.find('|') == std::string_view::npos) return found;
    for (std::string_view rest = value; !rest.empty();) {
        auto end = std::min(rest.find('|'), rest.size());
        found.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return found;
}

std::span<const Verb> verbs() {
    static const std::vector<Verb> all = table();
    return all;
}

std::span<const Option> commonOptions() {
    static const std::vector<Option> all{{"--json", "", "one JSON object a line, for programs"},
                                         {"--plain", "", "no colour and no redrawn lines"},
                                         {"-q,--quiet", "", "only results and trouble"},
                                         {"-h,--help", "", "all about this verb"}};
    return all;
}

const Verb* verbNamed(std::string_view name) {
    auto all = verbs();
    auto found = std::find_if(all.begin(), all.end(), [&](const Verb& verb) { return verb.name == name; });
    return found == all.end() ? nullptr : &*found;
}

} // namespace stint::cli
