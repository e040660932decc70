// `stint guard`: a program that knows nothing of Stint is held to a person's condition (jobs.md §14.5).
#include <fmt/core.h>

#include "contract/rules/guard_condition.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/cli/run/commanding.hpp"

namespace stint::cli {
namespace {

int guard(const Arguments& given, const Screen& screen) { return Commanding("guard", given, screen).run(); }

std::string_view aboutGuard() {
    static const std::string text = [] {
        std::string words;
        for (const std::string& word : guardWords())
            words += (words.empty() ? "" : ", ") + word;
        return fmt::format(
            "The program runs as with `stint run`, but as a person's own: no quota, no limit of time, no Doze ends it, "
            "and "
            "it is not tried again when it ends. It is held to its condition alone, from its first instruction: while "
            "that does not hold, it stands still where it is (freeze), is stopped and started again (stop), or runs on "
            "without a network (offline, which needs stint-netguard). It begins when its condition holds, but for "
            "offline. What it starts is held with it, also what it leaves behind: a guard has ended when nothing of it "
            "is "
            "alive.\n"
            "A condition is of these words, joined by and, or, not and parentheses: {}; and network=any or the like of "
            "a "
            "job's own.\n"
            "It has an app of its own, org.stint.guard.NAME, in which `stint jobs`, `tasks`, `why` and `log` have it; "
            "`stint cancel NAME` ends it, and so does `stint tasks stop`. When stintd ends, so does what it guards, "
            "frozen or not; the next stintd starts it again.\n"
            "With --app it is an installed app that is held: whatever the desktop starts of it, a unit each of the "
            "user's service manager, is frozen while the condition does not hold, also what it starts then. Its guard "
            "runs while the app stands still, and the app goes on when its guard ends, whatever ends it: it is never "
            "killed.\n"
            "Ends as the program does, as `stint run` has it.",
            words);
    }();
    return text;
}

} // namespace

Verb guardVerb() {
    return {
        .name = "guard",
        .words = "[OPTIONS] -- PROGRAM [ARGS…]",
        .most = Verb::many,
        .passes = Verb::Passes::BehindDashes,
        .summary = "hold any program to conditions: frozen, stopped or offline without them",
        .about = aboutGuard(),
        .options = {{"--while", "CONDITION", "what it is held to: 'unmetered and not power-saver'"},
                    {"--else", "freeze|stop|offline", "what becomes of it without that (default: freeze)"},
                    {"--app", "ID", "in place of a program: what the desktop has started of an installed app"},
                    {"--name", "NAME", "what it is called, and its app (default: the program's name)"},
                    {.names = "--persisted",
                     .value = "",
                     .help = "it is started again after a reboot, too",
                     .setter = "setPersisted"},
                    {"--setenv", "NAME=VALUE", "in its environment; without =VALUE: as it is here", true},
                    {"--working-directory", "DIR", "runs there in place of here"},
                    {"-p,--property", "NAME=VALUE", "a limit of what it gets, as for `stint run`", true},
                    {"--no-wait", "", "start it and return"}},
        .examples = {{"stint guard --while 'unmetered and not power-saver' -- syncthing", "still on a hotspot"},
                     {"stint guard --while 'charging or screen-off' --else stop -- ./simulate", ""},
                     {"stint guard --while unmetered --else offline --name mail -- thunderbird", "no mail by the byte"},
                     {"stint guard --while plugged --app org.kde.kmail", "frozen on battery, however it was started"}},
        .run = guard,
        .elsewhere = {"throttle"},
        .optionsElsewhere = {{"--network,--unmetered,--charging,--battery-not-low,--device-idle",
                              "what it is held to is one condition: --while 'charging and unmetered'"}}};
}

} // namespace stint::cli
