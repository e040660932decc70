// The verbs about apps, the device and their limits, and those of Android's shell.
#include "cli/line/commands.hpp"
#include "cli/line/verbs.hpp"
#include "model/bucket.hpp"

namespace stint::cli {
namespace {

std::vector<Verb> appVerbs() {
    static const std::string buckets = bucketChoices("|");
    return {
        {.name = "apps",
         .words = "",
         .summary = "list the apps that are installed, and how each stands with its limits",
         .about = "An app is a manifest in ~/.local/share/stint/apps or /usr/share/stint/apps.",
         .options = {},
         .examples = {},
         .run = apps},
        {.name = "app",
         .words = "PACKAGE",
         .fewest = 1,
         .most = 1,
         .summary = "show an app with its bucket, network and quotas, or change its settings",
         .about = "--state overrides what is seen; auto removes the override. --bucket holds until the app is "
                  "used again. --battery is the user's choice: an unrestricted app runs in Doze and has no bucket's "
                  "limits, a restricted one runs nothing in the background, on the charger either.\n"
                  "Ends with 66 where there is no such app, 77 where it stays in another bucket because that is the "
                  "lowest it can have.",
         .options = {{"--state", "top|visible|background|auto", "as if a window told so"},
                     {"--bucket", buckets, "put it into this bucket"},
                     {"--battery", "unrestricted|optimized|restricted", "what it may use the battery for"},
                     {"--data-saver-exempt", "yes|no", "it may use metered networks under Data Saver"},
                     {"--revoke", "PERMISSION",
                      "take back one that its manifest declares, such as SCHEDULE_EXACT_ALARM"},
                     {"--grant", "PERMISSION", "give it back"}},
         .examples = {{"stint app com.example.mail --state top", "it may start user-initiated jobs"},
                      {"stint app com.example.mail --bucket rare", "as if it were hardly used"},
                      {"stint app com.example.mail --battery unrestricted", "its jobs run in Doze"}},
         .run = app},
        {.name = "quota",
         .words = "[PACKAGE]",
         .fewest = 0,
         .most = 1,
         .summary = "what apps have left of their time, and when it comes back",
         .about =
             "Of regular and of expedited jobs: used, left, the allowance in its window. For one app also when each "
             "piece that was used comes back.",
         .options = {},
         .examples = {{"stint quota com.example.mail", "with the times at which each minute comes back"}},
         .run = quota},
        {.name = "alarms",
         .words = "[PACKAGE]",
         .fewest = 0,
         .most = 1,
         .summary = "what will wake an app, when, and what holds it",
         .about = "All pending alarms, or those of one app: what each was set for, and when it goes off if nothing "
                  "disturbs.",
         .options = {},
         .examples = {{"stint alarms com.example.mail", ""}},
         .run = alarms},
        {.name = "push",
         .words = "PACKAGE",
         .fewest = 1,
         .most = 1,
         .summary = "send a message to an app's receiver",
         .about =
             "It is kept until the app may have it: one of high priority at once, a normal one not while the device "
             "dozes. A sender whose high-priority messages show the user nothing loses them.",
         .options = {{"--priority", "high|normal", "how urgent it is (default: normal)"},
                     {"--data", "TEXT", "what the app gets, at most 64 KiB"},
                     {"--receiver", "NAME", "of the app's manifest (default: its only one)"}},
         .examples = {{"stint push com.example.mail --priority high --data hello", ""}},
         .run = push},
    };
}

std::vector<Verb> deviceVerbs() {
    return {
        {.name = "device",
         .words = "",
         .summary = "the device's state as the scheduler sees it, and what that holds back",
         .about =
             "Each value, and where it comes from; whether power counts as charging; where Doze's two machines are; "
             "and, for each kind of work, whether it goes on, what holds it, since when and until when, and by "
             "which table's cell.",
         .options = {},
         .examples = {},
         .run = device},
        {.name = "device set",
         .words = "KEY=VALUE…",
         .fewest = 1,
         .most = Verb::many,
         .summary = "set values of the device's state",
         .about = "All of the changes or none. They hold until `stint device reset`.",
         .options = {},
         .examples = {{"stint device set charging=false battery=12", ""},
                      {"stint device set network=none", "no network at all"}},
         .run = deviceSet},
        {.name = "device reset",
         .words = "[KEY…]",
         .fewest = 0,
         .most = Verb::many,
         .summary = "remove what was set, all of it or some keys",
         .about = "The values are the machine's again, or the defaults.",
         .options = {},
         .examples = {{"stint device reset charging", ""}},
         .run = deviceReset},
        {.name = "policy",
         .words = "[KEY]",
         .fewest = 0,
         .most = 1,
         .summary = "every constant of the limits, and where its value came from",
         .about = "Value, default, and the file and line that set it. KEY is one of them, or the beginning of several: "
                  "doze, quota.window.",
         .options = {{"--changed", "", "only those that differ from the default"}},
         .examples = {{"stint policy quota.window", "the windows of every bucket"},
                      {"stint policy --changed", "what the policy files say"}},
         .run = policy},
        {.name = "doctor",
         .words = "",
         .summary = "what Stint found on this machine, what it enforces, and how to get more",
         .about = "Each thing is enforced (it holds, whatever an app does), advisory (it holds for apps that "
                  "cooperate), absent (Stint does without), or trouble (something to fix).\n"
                  "Ends with 1 where there is trouble, 69 where no daemon answers.",
         .options = {},
         .examples = {{"stint doctor --json", "one object a line, for a bug report"}},
         .run = doctor},
    };
}

} // namespace

std::vector<Verb> limitVerbs() {
    std::vector<Verb> all;
    for (const auto& some : {appVerbs(), deviceVerbs()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

std::vector<Verb> shellVerbs() {
    return {
        {.name = "cmd",
         .words = "jobscheduler|deviceidle|battery VERB…",
         .fewest = 0,
         .most = Verb::many,
         .passes = Verb::Passes::Everything,
         .summary = "Android's shell verbs: run, timeout, stop, …; force-idle, step, …; unplug, …",
         .about = "Prints what Android prints, and ends with the low byte of what Android returns: 255 (-1) for words "
                  "that are wrong, 24 (-1000) where there is no such package, 23 (-1001) no such job, 22 (-1002) where "
                  "the job cannot run, 20 where there is no such service. Every word behind cmd is Android's; `--json` "
                  "may stand before it.",
         .options = {},
         .examples = {{"stint cmd jobscheduler help", "the verbs"},
                      {"stint cmd jobscheduler run -f com.example.mail 7", "run it now"},
                      {"stint cmd jobscheduler timeout com.example.mail 7", "as if its time were up"},
                      {"stint cmd deviceidle force-idle", "Doze, until `unforce`"},
                      {"stint cmd deviceidle whitelist +com.example.mail", "its battery is unrestricted"},
                      {"stint cmd battery unplug", "as stint device set plugged=false, until `reset`"}},
         .run = cmd},
        {.name = "am",
         .words = "VERB…",
         .fewest = 0,
         .most = Verb::many,
         .passes = Verb::Passes::Everything,
         .summary = "Android's verbs for standby buckets: set-standby-bucket, …",
         .about = "Prints what Android prints. A bucket is a name or a value from 10 to 50; what is forced holds until "
                  "the app is used. Ends with 255 where a word is wrong or there is no such app.",
         .options = {},
         .examples = {{"stint am set-standby-bucket com.example.mail rare", ""},
                      {"stint am get-standby-bucket", "of every app: 10 active, 20 working set, …"}},
         .run = am},
        {.name = "dumpsys",
         .words = "jobscheduler|alarm|deviceidle [PACKAGE]",
         .fewest = 1,
         .most = Verb::many,
         .summary = "everything that is known of jobs, alarms or Doze",
         .about = "jobscheduler: the device, the apps, each job with what it asks for and what keeps it waiting, what "
                  "runs, and what has ended; last, what the daemon does not tell. alarm: the settings and each pending "
                  "alarm. Both of one app, where PACKAGE is given. deviceidle: the settings, the allowlists and the "
                  "machines; a verb behind it is the same as with cmd.",
         .options = {},
         .examples = {{"stint dumpsys jobscheduler com.example.mail", ""},
                      {"stint dumpsys deviceidle force-idle", "as stint cmd deviceidle force-idle"}},
         .run = dumpsys},
    };
}

} // namespace stint::cli
