// `stint sim` and `stint demo`, which another program runs (src/faces/player): a download needs no simulator. `stint
// sim` has its own exit codes: 0 every expectation held, 1 one did not, 2 a file could not be read or is not a
// scenario.
#include "faces/cli/line/commands.hpp"

namespace stint::cli {

Verb simVerb() {
    return {.name = "sim",
            .words = "FILE…",
            .fewest = 1,
            .most = Verb::many,
            .summary = "play scenarios under a virtual clock, and judge what they expect",
            .about =
                "A scenario says what happens to a device and its apps, and what must come of it; it is played on "
                "the very core that the daemon runs, days in milliseconds. Prints what happened, then what came of "
                "each expectation; with --quiet only what did not hold, and a verdict for each file.\n"
                "Ends with 0 when every expectation of every file held, 1 when one did not, 2 when a file could not "
                "be read or is no scenario: FILE:LINE:COLUMN, what is wrong, what would be right.",
            .options = {{"--until", "DURATION", "end of the run, over the scenario's own (3d)"},
                        {"--policy", "FILE.toml", "constants, over the scenario's own"},
                        {"--diff", "", "what --policy would change: starts, stops, times, waits, bytes, wake-ups"},
                        {"--seed", "N", "what is random is drawn from it (default: 0)"},
                        {"--check", "", "read and check the files, play nothing"}},
            .examples = {{"stint sim rare.yaml", "what happens, and whether it is what was expected"},
                         {"stint sim --quiet scenarios/*.yaml", "verdicts only"},
                         {"stint sim --diff --policy mine.toml day.yaml", "what a change of policy does"}},
            .program = "stint-sim"};
}

Verb demoVerb() {
    return {.name = "demo",
            .words = "",
            .summary = "a day in the simulator, and why three things wait in it",
            .about =
                "Plays a scenario that is part of the program, as `stint sim` plays any, and asks `stint why` three "
                "times on the way. Needs no daemon and no network, and changes nothing.",
            .options = {},
            .examples = {{"stint demo", ""}},
            .elsewhere = {"example", "tutorial"},
            .program = "stint-sim"};
}

} // namespace stint::cli
