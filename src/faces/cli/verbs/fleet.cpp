// The rows of `stint fleet`, which another program runs (src/faces/fleetctl): who has no fleet needs none of it.
#include "faces/cli/line/verbs.hpp"

namespace stint::cli {

Verb fleetVerb() {
    return {.name = "fleet",
            .words = "",
            .summary = "a fleet: one order for many devices",
            .about = "Prints the verbs of a fleet.",
            .options = {},
            .examples = {},
            .program = "stint-fleetctl"};
}

Verb fleetInitVerb() {
    return {
        .name = "fleet init",
        .words = "",
        .summary = "found a fleet: its keys, and the list of who may give it orders",
        .about = "Makes root's key, which signs that list and lies offline from then on; the first operator's key, "
                 "which signs orders; and the two keys of the fleet's server. Root's and the operator's are behind "
                 "passwords of their own: typed twice on a terminal, else a line of stdin each, root's first. The "
                 "files are minisign's.\n"
                 "The directory is there whole or not at all. Ends with 73 where it is there already, 75 where "
                 "another one is at it, 77 where others could put their keys in the place of yours.",
        .options = {{"--name", "NAME", "the fleet's, for people (default: this machine's)"},
                    {"--dir", "DIR", "a new directory (default: ~/.local/state/stint/fleet-server)"},
                    {"--operator", "NAME", "the operator's, for people (default: your own)"}},
        .examples = {{"stint fleet init --name office", ""},
                     {"stint fleet init --dir /media/stick/office --operator ann", "on a machine without a network"}},
        .program = "stint-fleetctl"};
}

} // namespace stint::cli
