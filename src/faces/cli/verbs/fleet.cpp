// The rows of `stint fleet`, which another program runs (src/faces/fleetctl): who has no fleet needs none of it.
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/verbs/push.hpp"

namespace stint::cli {

namespace {

constexpr std::string_view fleetProgram = "stint-fleetctl";
constexpr Option fleetDataOption{"--data", "DIR", "the fleet's directory (default: ~/.local/state/stint/fleet-server)"};
constexpr Option fleetPushOption{"--push", "DIR",
                                 "the directory of its server of push (default: ~/.local/state/stint/push-server)"};
constexpr Option operatorOption{"--operator", "FILE",
                                "the operator's key (default: operator.key in the fleet's directory)"};
constexpr Option allOption{"--all", "", "it may mean every device of the fleet"},
    dryRunOption{"--dry-run", "", "say what it means, and how many devices are done by when, and sign nothing"};

/// The row of an operator's word for a campaign; `about` says what becomes of it.
Verb instructionVerb(std::string_view name, std::string_view summary, std::string_view about, Example example) {
    return {.name = name,
            .words = "ID",
            .fewest = 1,
            .most = 1,
            .summary = summary,
            .about = about,
            .options = {fleetDataOption, operatorOption},
            .examples = {example},
            .program = fleetProgram};
}

} // namespace

Verb fleetVerb() {
    return {.name = "fleet",
            .words = "",
            .summary = "a fleet: one order for many devices",
            .about = "Prints the verbs of a fleet.",
            .options = {},
            .examples = {},
            .program = fleetProgram};
}

Verb fleetInitVerb() {
    return {
        .name = "fleet init",
        .words = "",
        .summary = "found a fleet: its keys, and the list of who may give it orders",
        .about =
            "Makes root's key, which signs that list and lies offline from then on; the first operator's key, "
            "which signs orders; and the two keys of the fleet's server. Root's and the operator's are behind "
            "passwords of their own: typed twice on a terminal, else a line of stdin each, root's first. The "
            "files are minisign's. Root's key is wanted again when an operator is added or removed: stint-fleet(5).\n"
            "The directory is there whole or not at all. Ends with 73 where it is there already, 75 where "
            "another one is at it, 77 where others could put their keys in the place of yours.",
        .options = {{"--name", "NAME", "the fleet's, for people (default: this machine's)"},
                    {"--dir", "DIR", "a new directory (default: ~/.local/state/stint/fleet-server)"},
                    {"--operator", "NAME", "the operator's, for people (default: your own)"}},
        .examples = {{"stint fleet init --name office", ""},
                     {"stint fleet init --dir /media/stick/office --operator ann", "on a machine without a network"}},
        .program = fleetProgram};
}

Verb fleetServeVerb() {
    return {.name = "fleet serve",
            .words = "[CODE]",
            .most = 1,
            .summary = "be the server of a fleet, until Ctrl-C",
            .about = "Does what `stint push serve` does, for a fleet goes over a server of push, and has stint-fleetd "
                     "beside it, which lets devices in and decides who of them may begin. `stint fleet init` comes "
                     "before it. Your own device does not join by itself.\n"
                     "Three machines are a cluster, of which each may fail: the first one with --cluster, the second "
                     "and the third with the line that `stint fleet invite --server` prints. One of them leads, and "
                     "is the one to ask; another goes on when it is gone.\n"
                     "Ends with 66 where no fleet was founded.",
            .options = servingOptions({fleetDataOption,
                                       fleetPushOption,
                                       {"--files", "DIR", "answer devices the files in there (`stint fleet send`)"}}),
            .examples = {{"stint fleet serve", ""},
                         {"stint fleet serve --files /srv/fleet", ""},
                         {"stint fleet serve --origin https://push.example --listen 0.0.0.0 --cert c.pem --key k.pem",
                          "for devices on other machines"}},
            .program = fleetProgram};
}

Verb fleetInviteVerb() {
    return {.name = "fleet invite",
            .words = "",
            .summary = "print the line by which a device joins the fleet",
            .about = "Whoever has the line may join, until it runs out or is used up. A device's labels, by which "
                     "campaigns mean it, are those of the invitation.",
            .options = {fleetDataOption,
                        fleetPushOption,
                        {"--labels", "NAME=VALUE,…", "of who joins by it"},
                        {"--uses", "N", "how many may join by it, 1 to 10000 (default: 1)"},
                        {"--expires", "DURATION", "1min to 28d (default: 24h)"},
                        {"--server", "", "another server, for its cluster, in place of a device"}},
            .examples = {{"stint fleet invite --labels site=berlin,model=p1 --uses 50 --expires 7d", ""}},
            .program = fleetProgram};
}

Verb fleetJoinVerb() {
    return {.name = "fleet join",
            .words = "URL CODE",
            .fewest = 2,
            .most = 2,
            .summary = "let this device join a fleet, which may give it orders",
            .about =
                "Shows first what orders may do here: no more than fleet.toml lets them, in ~/.config/stint or in "
                "/etc/stint, and nothing without one; then asks. Its server of push is joined, too, by the same "
                "code. `stint fleet invite` prints the line on the fleet's server.\n"
                "Ends with 1 where you say no, 73 where the device has joined another server or is in another fleet, "
                "75 where the job that joins still waits, 77 where the server says no. stint-fleet(5) has fleet.toml's "
                "keys: kinds, "
                "commands, hours, bytes, ask.",
            .options = {{"--yes", "", "join unasked, as in an image's first start"}},
            .examples = {{"stint fleet join https://push.example CODE", ""}},
            .program = fleetProgram};
}

Verb fleetLeaveVerb() {
    return {
        .name = "fleet leave",
        .words = "",
        .summary = "let this device leave its fleet",
        .about =
            "Asks first. What the fleet has under way here is stopped, and its jobs, policies, keys and papers "
            "go; what else it has done here stays. The server is told, if it can be reached. The device stays with its "
            "server of push: `stint push leave`.\n"
            "Ends with 1 where you say no, 66 where the device is in no fleet, 75 where the job that leaves still "
            "waits.",
        .options = {{"--yes", "", "leave unasked"}},
        .examples = {{"stint fleet leave", ""}},
        .program = fleetProgram};
}

Verb fleetAllowVerb() {
    return {.name = "fleet allow",
            .words = "ID",
            .fewest = 1,
            .most = 1,
            .summary = "let a campaign begin on this device, which asks you first",
            .about = "With `ask = true` in fleet.toml each order waits for a person's word; `stint jobs` has it, by "
                     "its id. Its conditions hold as before. An operator's retry asks anew.\n"
                     "Ends with 66 where no such campaign waits here.",
            .options = {},
            .examples = {{"stint fleet allow 20261123-nvc38b7g", ""}},
            .program = fleetProgram};
}

Verb fleetRefuseVerb() {
    return {.name = "fleet refuse",
            .words = "ID",
            .fewest = 1,
            .most = 1,
            .summary = "have this device refuse a campaign",
            .about = "The fleet's server hears it. What has begun is stopped, unless it is behind the step with "
                     "`commit` (77).\n"
                     "Ends with 66 where no such campaign waits here.",
            .options = {},
            .examples = {{"stint fleet refuse 20261123-nvc38b7g", ""}},
            .program = fleetProgram};
}

Verb fleetDevicesVerb() {
    return {.name = "fleet devices",
            .words = "[QUERY…]",
            .fewest = 0,
            .most = Verb::many,
            .summary = "devices of the fleet, or those that a query means",
            .about =
                "Each with its labels, the version of its Stint, and when it was last there. A query may be several "
                "words; < and > want quotes in a shell: \"label site=berlin and not (version<0.12 or seen>7d)\". "
                "The same stands in a campaign's `targets`.",
            .options = {fleetDataOption},
            .examples = {{"stint fleet devices", ""},
                         {"stint fleet devices label site=berlin", ""},
                         {"stint fleet devices \"label site=berlin and seen<7d\"", ""}},
            .program = fleetProgram};
}

Verb fleetRemoveVerb() {
    return {.name = "fleet remove",
            .words = "DEVICE",
            .fewest = 1,
            .most = 1,
            .summary = "have a device in the fleet no more",
            .about = "It gets no orders, and no certificate, until it joins by another code. `stint push revoke` cuts "
                     "its line, too: for one that was stolen.\n"
                     "Ends with 66 where it is none of the fleet.",
            .options = {fleetDataOption},
            .examples = {{"stint fleet remove 0123456789ABCDEFGHJKMNPQRS", ""}},
            .program = fleetProgram};
}

Verb fleetLabelVerb() {
    return {.name = "fleet label",
            .words = "DEVICE NAME=VALUE…",
            .fewest = 2,
            .most = Verb::many,
            .summary = "give a device other labels",
            .about =
                "A value of nothing takes a label away. The device has them when it says hello next, within a day; "
                "campaigns that are open to who joins later mean it then.\n"
                "Ends with 66 where it is none of the fleet.",
            .options = {fleetDataOption},
            .examples = {{"stint fleet label 0123456789ABCDEFGHJKMNPQRS site=oslo lab=", ""}},
            .program = fleetProgram};
}

Verb fleetDeviceVerb() {
    return {.name = "fleet device",
            .words = "[DEVICE]",
            .fewest = 0,
            .most = 1,
            .summary = "a device, or this one, and whether it is as `stint fleet set` wants it",
            .about = "Without a name: this device's own, its fleet, and what that may do here by fleet.toml.\n"
                     "Ends with 64 where that file is wrong, 66 where the device is in no fleet, or not in this one.",
            .options = {fleetDataOption},
            .examples = {{"stint fleet device 0123456789ABCDEFGHJKMNPQRS", ""}, {"stint fleet device", ""}},
            .program = fleetProgram};
}

Verb fleetSetVerb() {
    return {
        .name = "fleet set",
        .words = "QUERY [KEY=VALUE…]",
        .fewest = 1,
        .most = Verb::many,
        .summary = "say how devices are to be: limits, and settings of apps",
        .about =
            "A KEY is that of a limit (`stint policy` lists them), as in job.slots=3, or PACKAGE/bucket, "
            "PACKAGE/battery, PACKAGE/data-saver-exempt, PACKAGE/revoke or PACKAGE/grant, as `stint app` sets "
            "them. All of it stands in place of all that was set for the same devices before: what is left out "
            "is desired no more. Of several that mean a device the newest counts, also on one that joins later. "
            "The operator's key signs it. Each device's owner has to allow it: `kinds` in its fleet.toml has policy, "
            "and settings for an app's. `stint fleet drift` tells where it is not so.\n"
            "Ends with 64 where a value is wrong, 77 where that operator may not do it.",
        .options = {fleetDataOption, operatorOption, allOption},
        .examples = {{"stint fleet set 'label site=berlin' job.slots=3 com.example.mail/battery=restricted", ""},
                     {"stint fleet set 'label site=berlin'", "nothing is desired there any more"}},
        .program = fleetProgram};
}

Verb fleetDriftVerb() {
    return {.name = "fleet drift",
            .words = "",
            .summary = "devices that are not as `stint fleet set` wants them, and why",
            .about = "unheard: it has told nothing yet. older: it has told of another version. waiting: it could not "
                     "be made so yet. refused: it refuses it, or its owner does. changed: it was so, and somebody has "
                     "changed it there since, or its owner's policy has another value.\n"
                     "Ends with 1 where there is any.",
            .options = {fleetDataOption},
            .examples = {{"stint fleet drift", ""}, {"stint fleet drift --json", ""}},
            .program = fleetProgram};
}

Verb fleetStartVerb() {
    return {.name = "fleet start",
            .words = "FILE.toml",
            .fewest = 1,
            .most = 1,
            .summary = "start a campaign: one order for many devices",
            .about =
                "Prints what the file means, asks for the password of the operator's key, signs the campaign and "
                "hands it to the fleet's server; its id is printed. From anything but a terminal one line is "
                "read for the password.\n"
                "The file has name, targets (a query) and expires, and a [[step]] for each thing to do: get, run, "
                "verify, policy, app or settings. [job] has conditions: charging, network, wait-max, late. "
                "[rollout] has at-a-time, wave = [10, \"10%\", \"100%\"] with ok and soak, and stop = { failures = "
                "\"2%\", min = 50 }. stint-fleet(5) has each key, with an example.\n"
                "Ends with 64 where the file is wrong, 66 where it is not there, 77 where that operator may not "
                "do it.",
            .options = {fleetDataOption, operatorOption, allOption, dryRunOption},
            .examples = {{"stint fleet start night.toml --dry-run", ""},
                         {"stint fleet start night.toml --operator ~/ann.key", ""}},
            .program = fleetProgram};
}

Verb fleetSendVerb() {
    return {
        .name = "fleet send",
        .words = "[FILE] [-- COMMAND…]",
        .fewest = 0,
        .most = 1,
        .passes = Verb::Passes::AlsoBehindDashes,
        .summary = "a campaign in one line: a file or a command, to these devices",
        .about = "FILE goes among the files of a server that was started with --files, and into the campaign's "
                 "folder on each device, where COMMAND is run. That begins with its program's whole path. The folder "
                 "goes when the campaign has ended there: COMMAND puts FILE to where it is to stay. On the server it "
                 "lies under its SHA-256, and may be removed once no campaign needs it any more. What is left out is "
                 "as in a campaign's file that leaves it out. It is shown, signed and handed over as "
                 "`stint fleet start` does, and ends so.",
        .options = {{"--to", "QUERY", "the devices: \"label site=berlin\", or all"},
                    {"--charging", "", "each while it charges"},
                    {"--unmetered", "", "each on an unmetered network"},
                    {"--at-a-time", "N", "how many may have begun and not ended (default: 200)"},
                    {"--stop-at", "SHARE", "of failures, such as 2%, or none (default: 10%)"},
                    {"--expires", "DURATION", "no device begins it later; 1min to 90d (default: 7d)"},
                    fleetDataOption,
                    operatorOption,
                    allOption,
                    dryRunOption},
        .examples = {{"stint fleet send notes.txt --to all --all -- /usr/bin/install -m 644 notes.txt /srv/notes.txt",
                      ""},
                     {"stint fleet send fw.img --to 'label site=berlin' --unmetered -- /usr/bin/apply-fw fw.img", ""},
                     {"stint fleet send --to 'version<0.13' --stop-at 2% -- /usr/bin/update --now", ""}},
        .program = fleetProgram};
}

Verb fleetCampaignsVerb() {
    return {.name = "fleet campaigns",
            .words = "",
            .summary = "campaigns of the fleet, and how far each has come",
            .about = "Each by its id: its state, and how many of its devices have ended, and how.",
            .options = {fleetDataOption},
            .examples = {{"stint fleet campaigns", ""}},
            .program = fleetProgram};
}

Verb fleetStatusVerb() {
    return {.name = "fleet status",
            .words = "ID",
            .fewest = 1,
            .most = 1,
            .summary = "how far a campaign has come, by waves",
            .about = "A bar for each wave, the devices by what has become of them, and what the campaign waits for.\n"
                     "Ends with 0 where it has ended and no device failed, 1 where failures stopped it, or it ended "
                     "with some or was cancelled, 75 while it goes on.",
            .options = {fleetDataOption, {"--watch", "", "again each second, until it has ended or been stopped"}},
            .examples = {{"stint fleet status 20261123-nvc38b7g --watch", ""}},
            .program = fleetProgram};
}

Verb fleetResultsVerb() {
    return {.name = "fleet results",
            .words = "ID",
            .fewest = 1,
            .most = 1,
            .summary = "what became of each device in a campaign",
            .about = "Each device's end, or how far it is, and its last words: a command's last lines where it failed. "
                     "An end in brackets is the server's word: the device has not told its own yet.\n"
                     "Ends as `stint fleet status` does.",
            .options = {fleetDataOption,
                        {"--failed", "", "those that failed, refused it, or were too late"},
                        {"--is", "WORD,…", "those that are so: running, waiting, failed, timed-out, unreachable, …"},
                        {"--open", "", "what is sealed, by the key of an operator who signed the campaign"},
                        operatorOption},
            .examples = {{"stint fleet results 20261123-nvc38b7g --failed", ""},
                         {"stint fleet results 20261123-nvc38b7g --is waiting,running --json", ""}},
            .program = fleetProgram};
}

Verb fleetWhyVerb() {
    return {.name = "fleet why",
            .words = "ID DEVICE",
            .fewest = 2,
            .most = 2,
            .summary = "why a device has not ended a campaign, or how it did",
            .about = "Ends with 0 where it succeeded, 1 where it did not, 75 while it goes on, 66 where the campaign "
                     "does not mean it.",
            .options = {fleetDataOption},
            .examples = {{"stint fleet why 20261123-nvc38b7g 0123456789ABCDEFGHJKMNPQRS", ""}},
            .program = fleetProgram};
}

Verb fleetAuditVerb() {
    return {.name = "fleet audit",
            .words = "",
            .summary = "who did what in the fleet, and when",
            .about =
                "Each word of an operator's or of root's, each certificate, each device that was removed or labelled, "
                "each campaign that failures stopped. Each entry has the hash of the one before it: with --verify "
                "they are checked, and the last one's hash is printed. Whoever has noted it can tell later that "
                "nothing before it has changed.\n"
                "Ends with 1 where an entry is wrong, and names the first.",
            .options = {fleetDataOption, {"--verify", "", "check that each entry follows the one before it"}},
            .examples = {{"stint fleet audit", ""}, {"stint fleet audit --verify", ""}},
            .program = fleetProgram};
}

Verb fleetDoctorVerb() {
    return {.name = "fleet doctor",
            .words = "",
            .summary = "what is missing for the fleet's campaigns to go",
            .about = "The fleet's server, its broker and store, certificates that end soon, devices that were long not "
                     "there, this machine's clock, and the replicas of a cluster: each with what mends it.\n"
                     "Ends with 1 where something is wrong, 69 where no server of the fleet answers.",
            .options = {fleetDataOption, fleetPushOption},
            .examples = {{"stint fleet doctor", ""}},
            .program = fleetProgram};
}

Verb fleetUiVerb() {
    return {.name = "fleet ui",
            .words = "",
            .summary = "the fleet in a browser",
            .about = "Its devices, its campaigns, and one campaign with its waves, what its devices wait for, and its "
                     "ends over the time, as a page of this machine, which changes as they do. The fleet's server "
                     "serves it to this user alone; the address has a token in it, and is printed where no browser can "
                     "be opened. The page shows, and gives no order: it says what to type.",
            .options = {fleetDataOption,
                        {"--print", "", "print the whole address, to open it elsewhere on this machine"},
                        {"--no-open", "", "open no browser"}},
            .examples = {{"stint fleet ui", ""}},
            .program = fleetProgram};
}

Verb fleetPauseVerb() {
    return instructionVerb("fleet pause", "let no further device begin a campaign",
                           "Those that have begun go on. `stint fleet resume` ends it.",
                           {"stint fleet pause 20261123-nvc38b7g", ""});
}

Verb fleetResumeVerb() {
    return instructionVerb(
        "fleet resume", "go on with a campaign that was paused, held or stopped",
        "A wave that was not good enough is excused, and what has failed until now stops it no more.",
        {"stint fleet resume 20261123-nvc38b7g", ""});
}

Verb fleetRetryVerb() {
    return instructionVerb("fleet retry", "give a campaign's order once more to those that failed",
                           "Every device that failed, timed out or refused the order gets it again.",
                           {"stint fleet retry 20261123-nvc38b7g", ""});
}

Verb fleetCancelVerb() {
    return instructionVerb("fleet cancel", "end a campaign before all have done it",
                           "Nobody begins any more. Who has begun stops, unless it is behind the step with `commit`.",
                           {"stint fleet cancel 20261123-nvc38b7g", ""});
}

} // namespace stint::cli
