// The rows of `stint push serve`, `invite`, `join`, `leave`, `doctor` and `devices`, which another program
// runs (src/faces/pushctl): who has no line needs none of it.
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/verbs/push.hpp"

namespace stint::cli {

std::vector<Option> servingOptions(std::vector<Option> before) {
    before.insert(before.end(),
                  {{"--port", "PORT", "of 127.0.0.1, where messages are posted (default: 7748)"},
                   {"--broker-port", "PORT", "of 127.0.0.1, where devices listen (default: the next)"},
                   {"--store", "SIZE", "what nats-server keeps at most (default: 8GiB)"},
                   {"--origin", "URL", "others reach it there, through a proxy: https://push.example"},
                   {"--listen", "ADDRESS", "of the broker, for devices on other machines: 0.0.0.0"},
                   {"--cert", "FILE", "the broker's certificate, for the host of --origin"},
                   {"--key", "FILE", "the certificate's key"},
                   {"--cluster", "ADDRESS", "of this machine, where others of a cluster reach it: 192.0.2.7:7750"},
                   {"--join", "URL", "join the cluster of that server, by CODE"}});
    return before;
}

Verb pushServeVerb() {
    return {
        .name = "push serve",
        .words = "[CODE]",
        .most = 1,
        .summary = "be a server of push messages, until Ctrl-C",
        .about =
            "Starts nats-server and stint-endpoint on this machine, for loopback alone, and starts either again "
            "when it ends. It needs no root; its keys and messages are in DIR, which nobody else may read. "
            "Applications' servers post to it over a proxy, which --origin names, or from this machine. "
            "Your own device joins it, if it has joined none.\n"
            "Three machines are a cluster, of which each may fail: the first one with --cluster, the second and the "
            "third with the line that `stint push invite --server` prints. From then on each is started without "
            "--join.",
        .options = servingOptions({pushDataOption}),
        .examples = {{"stint push serve", ""}, {"stint push serve --origin https://push.example", "behind a proxy"}},
        .program = "stint-pushctl"};
}

Verb pushInviteVerb() {
    return {.name = "push invite",
            .words = "",
            .summary = "print the line by which another device or server joins this one",
            .about = "Whoever has the code may join until it runs out, as often as they like.",
            .options = {pushDataOption,
                        {"--expires", "DURATION", "1min to 28d (default: 24h); with --server 1min to 24h (1h)"},
                        {"--server", "", "another server, for its cluster, in place of a device"}},
            .examples = {{"stint push invite --expires 1h", ""}, {"stint push invite --server", ""}},
            .program = "stint-pushctl"};
}

Verb pushJoinVerb() {
    return {.name = "push join",
            .words = "URL CODE",
            .fewest = 2,
            .most = 2,
            .summary = "get messages from elsewhere, over that server",
            .about =
                "This user's device makes its keys and is let in by the code, which `stint push invite` prints on the "
                "server. From then on apps that speak UnifiedPush get an endpoint there.",
            .options = {},
            .examples = {{"stint push join https://push.example 2N3FKQ8G7V1M5T0XA9BCDE4HJ6RSPWYZ", ""}},
            .program = "stint-pushctl"};
}

Verb pushLeaveVerb() {
    return {.name = "push leave",
            .words = "",
            .summary = "get no more messages over the server that this device has joined",
            .about = "The server forgets this device, and tells senders that its endpoints are gone. Apps stay "
                     "registered, and get new endpoints at the next server that is joined.",
            .options = {{"--force", "", "also where the server does not answer"}},
            .examples = {{"stint push leave", ""}},
            .program = "stint-pushctl"};
}

Verb pushDoctorVerb() {
    return {.name = "push doctor",
            .words = "",
            .summary = "which part of the way on which messages come is missing, and what mends it",
            .about = "Looks at the session bus, the daemon's line, the server that this device has joined, the clocks "
                     "of both, and the server on this machine, if there is one.\n"
                     "Ends with 1 where there is trouble, 69 where no daemon answers.",
            .options = {pushDataOption},
            .examples = {{"stint push doctor", ""}},
            .program = "stint-pushctl"};
}

Verb pushDevicesVerb() {
    return {.name = "push devices",
            .words = "",
            .summary = "devices that have joined the server on this machine",
            .about =
                "Each by its name: when it joined, how many registrations it has, and since when it gets in no more, "
                "because it has left or was revoked. A device has its own name in its line.toml.",
            .options = {pushDataOption},
            .examples = {{"stint push devices", ""}},
            .program = "stint-pushctl"};
}

} // namespace stint::cli
