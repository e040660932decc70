// The rows of `stint get` and `stint put`, which have most of their options in common.
#include "faces/cli/line/job_options.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/transfer/orders.hpp"

namespace stint::cli {
namespace {

/// Options of the way in which the job is scheduled.
const std::vector<Option> manner{{"--no-wait", "", "schedule it and return"},
                                 {"--user-initiated", "", "as a user-initiated job or not at all"}};

/// Options of the way in which the server is reached: curl's names.
const std::vector<Option> reach{
    {"-H,--header", "LINE", "\"Name: value\" to send; @FILE: each line of it (@-: of stdin)", true},
    {"-b,--cookie", "COOKIES", "\"a=1; b=2\", or a file of Netscape's format"},
    {"-u,--user", "NAME:PASSWORD", "name and password"},
    {"-n,--netrc", "", "name and password from ~/.netrc"},
    {"--netrc-file", "FILE", "name and password from this file"},
    {"--location-trusted", "", "send these to other servers, too, when a redirect leads there"},
    {"-x,--proxy", "URL", "through this proxy (default: http_proxy, https_proxy, all_proxy as they are now)"},
    {"--noproxy", "HOSTS", "no proxy for these hosts, separated by commas"},
    {"--cacert", "FILE", "trust the certificates in it, and no others"},
    {"-k,--insecure", "", "do not verify the server: anybody may be it"},
    {"-E,--cert", "FILE", "the client certificate, PEM"},
    {"--key", "FILE", "its private key (default: in the certificate's file)"},
    {"--pass", "PHRASE", "the passphrase of that key"},
    {"-A,--user-agent", "NAME", "what to call itself (default: stint and its version)"},
    {"-e,--referer", "URL", "where the link was found"},
    {"-4,--ipv4", "", "over IPv4 only"},
    {"-6,--ipv6", "", "over IPv6 only"},
    {"--resolve", "HOST:PORT:ADDRESS", "use this address for the host, without DNS", true},
    {"--interface", "NAME", "from this interface, address or host name"},
    {"--retries", "N", "give up after N retries (default: never)"},
    {"--max-time", "SECONDS", "a request that takes longer is ended, and tried again from where it was"},
    {"--connect-timeout", "SECONDS", "(default: 30)"},
    {"--limit-rate", "RATE", "a second at most: 500KB, 2MiB, curl's 200k"},
    {"--speed-limit", "RATE", "a transfer that stays slower for --speed-time is stopped and retried (default: 1B)"},
    {"--speed-time", "SECONDS", "(default: 60)"}};

std::vector<Option> with(std::vector<Option> own) {
    const auto conditions = conditionOptions(&JobField::userInitiated, "the network to wait for (default: any)");
    for (const auto& some : {conditions, manner, reach})
        own.insert(own.end(), some.begin(), some.end());
    return own;
}

/// Options of curl, wget and aria2, and the answers of both verbs to them.
const std::vector<OptionElsewhere> reachElsewhere{
    {"-L,--location,--follow", "redirects are followed anyway"},
    {"-f,--fail,--fail-with-body", "what a server refuses is a failure anyway, and nothing of it is saved"},
    {"-s,--silent,-S,--show-error,-#,--progress-bar,--no-progress-meter,--no-verbose",
     "write -q for results and trouble alone"},
    {"-v,--verbose", "`stint log JOB` tells what happened to it, and `stint why JOB` what keeps it"},
    {"-t,--tries,--retry,--max-tries", "it is tried again without end, or as often as --retries says"},
    {"--retry-delay,--retry-max-time,--retry-wait,--waitretry", "the pauses between its tries grow by themselves"},
    {"-m,--timeout,--read-timeout", "write --max-time or --connect-timeout SECONDS"},
    {"--background", "write --no-wait, or press Ctrl-C: it goes on"},
    {"-X,--request,-d,--data,--data-raw,--data-binary,-F,--form,--post-data,--post-file,--method",
     "`stint get` asks by GET, `stint put` by PUT, or POST and PATCH of tus; neither sends forms"},
    {"--no-check-certificate", "write --insecure"},
    {"--ca-certificate,--ca-cert", "write --cacert FILE"},
    {"--certificate,--private-key", "write --cert FILE and --key FILE"},
    {"--http-user,--http-password,--http-passwd,--password,--ftp-user,--ftp-password", "write --user NAME:PASSWORD"},
    {"--load-cookies,--cookie-jar", "write --cookie FILE; no cookies are written"},
    {"-U,--proxy-user,--all-proxy", "write --proxy http://NAME:PASSWORD@HOST:PORT"},
    {"--url", "write the URL alone"}};

/// The answers of `stint get` alone.
const std::vector<OptionElsewhere> getElsewhere{
    {"-c,--continue,-C,--continue-at",
     "a download goes on where it was anyway, and begins anew where the file has changed"},
    {"-P,--directory-prefix,--output-dir,--dir", "write -o DIR/"},
    {"--output-document,--out", "write -o FILE"},
    {"-N,--timestamping,--time-cond,-z", "a file that is there is not replaced; --force has it fetched anew"},
    {"-nc,--no-clobber,--skip-existing", "a file that is there is not replaced without --force"},
    {"--allow-overwrite,--clobber", "write --force to replace a file that is there"},
    {"-J,--remote-header-name,--content-disposition",
     "it is called as the server says anyway; with -O as the URL ends"},
    {"-r,--range,--recursive,-l,--level,--page-requisites",
     "whole files are downloaded, those that are named; a list of URLs: -i FILE"},
    {"-Z,--parallel,--parallel-max,--max-concurrent-downloads",
     "several URLs are downloaded at once anyway; -j N says how many"},
    {"--split,--max-connection-per-server", "each file is downloaded over one connection"},
    {"-I,--head,--spider", "it only downloads; curl -I shows what a server says"},
    {"--sha256,--sha512,--sha1,--md5,--hash", "write --checksum sha256:HEX"},
    {"-T,--upload-file", "write stint put FILE URL"}};

const std::vector<OptionElsewhere> putElsewhere{
    {"-T,--upload-file", "write stint put FILE URL"},
    {"-c,--continue,-C,--continue-at", "with --tus an upload goes on where it was; a PUT is sent again as a whole"},
    {"-o,--output", "what the server answers is not kept"},
    {"-a,--append", "a file is sent as a whole"}};

std::vector<OptionElsewhere> with(std::vector<OptionElsewhere> own) {
    own.insert(own.end(), reachElsewhere.begin(), reachElsewhere.end());
    return own;
}

constexpr std::string_view aboutSecrets =
    "\nWhat is said in --header, --cookie, --user and --pass is kept with the job in stintd's store, which is yours "
    "alone, and "
    "is shown nowhere. It goes to the URL's own server (scheme, host and port) and to no other that a redirect leads "
    "to, "
    "as do the cookies of a file, what netrc says and the client certificate, unless --location-trusted is given. "
    "Other users may see a "
    "command's words while it starts: @FILE and --netrc keep out of them.";

std::string_view aboutGet() {
    static const std::string text =
        std::string(
            "Schedules each download for org.stint.transfer and follows them. They start at once, wait when there is "
            "no "
            "network that fits, and go on where they were after a restart of anything. Ctrl-C detaches: the transfers "
            "go on. From a terminal's foreground the jobs are user-initiated; elsewhere they are regular ones with the "
            "same conditions, and a line says so.\n"
            "A file is called as -o says, else as the server says (Content-Disposition), else as the URL ends; what a "
            "stranger calls it is made harmless first, and replaces nothing without --force. A digest that the server "
            "sends along (Repr-Digest, Digest) is verified.\n"
            "With --mirror, what is there is kept for the next source where --checksum says which file it is, or "
            "length and date of both agree; else it begins anew, and says so. Secrets go to no other server than the "
            "URL's.\n"
            "Ends with 0 when the files are in place, 64 for a URL that is not supported, 65 for a wrong checksum, 73 "
            "where a file cannot be, 74 when its --retries are used up, 75 when it goes on without this command, 77 "
            "where it was refused, else with what "
            "the first transfer that failed says.") +
        std::string(aboutSecrets);
    return text;
}

std::string_view aboutPut() {
    static const std::string text =
        std::string(
            "Schedules the upload for org.stint.transfer and follows it, as `stint get` does a download. By PUT, what "
            "is cut off is sent again as a whole; a URL that ends with a slash gets the file's name. With --tus the "
            "URL is where a server of the tus protocol (tus.io) has uploads created: what it has got is gone on from, "
            "after a restart of anything, for as long as the file is the very one it was; a file that changed is begun "
            "anew.\n"
            "Ends with 0 when the server has it all, 66 where there is no such file, 74 when its --retries are used "
            "up, 75 when it goes on without this "
            "command, 77 where it was refused, else with what the transfer says.") +
        std::string(aboutSecrets);
    return text;
}

} // namespace

Verb getVerb() {
    return {.name = "get",
            .words = "[URL…]",
            .most = Verb::many,
            .summary = "download files as jobs that outlive this terminal",
            .about = aboutGet(),
            .options =
                with({{"-o,--output", "FILE", "the file, or the directory, to save to (default: here)"},
                      {"-i,--input-file", "FILE", "and the URLs in it, one a line, # begins a comment; -: stdin"},
                      {"-j,--at-once", "N",
                       "of several URLs so many at once, the others in their order (default: 8; 4 over a metered or "
                       "cellular network, or to a disk that turns)"},
                      {"-O,--remote-name", "", "call it as the URL ends, whatever the server says"},
                      {"--mirror", "URL", "another source of the same file: goes on where one fails", true},
                      {"--checksum", "sha256:HEX",
                       "the file is kept only if this is its digest, or sha512:HEX; auto: the digest that the "
                       "server sends along or has beside it as URL.sha256, and nothing without one"},
                      {"--force", "", "replace a regular file that is there"},
                      {"--create-dirs", "", "make the directories that it is saved to"},
                      {"--max-filesize", "BYTES", "refuse what is larger"},
                      {"--size", "BYTES", "about how large it is (1.5GiB): decides how long the job may run"}}),
            .examples = {{"stint get https://example.org/debian.iso", "with a progress bar"},
                         {"stint get -o ~/isos/ URL URL URL", "three jobs, in one directory"},
                         {"stint get -i urls.txt -o ~/isos/", "all that a list has, or nothing where a line is wrong"},
                         {"stint get -j 2 -i urls.txt", "two at once, and `stint move JOB top` for the next"},
                         {"stint get --unmetered --charging -o ~/big.img URL", "when it costs nothing"},
                         {"stint get --checksum auto URL", "verified by what the server says of it"},
                         {"stint get --mirror URL --checksum sha256:HEX URL", "from two servers"},
                         {"stint get --no-wait URL", "and `stint watch 7` later"}},
            .run = get,
            .elsewhere = {"add", "download", "fetch", "wget", "curl"},
            .optionsElsewhere = with(getElsewhere)};
}

Verb putVerb() {
    return {.name = "put",
            .words = "FILE URL",
            .fewest = 2,
            .most = 2,
            .summary = "upload a file as a job that outlives this terminal",
            .about = aboutPut(),
            .options =
                with({{"--tus", "", "by the tus protocol, which can go on where it was"},
                      {"--discard-on-cancel", "", "with --tus: `stint cancel` has the server drop what it got"}}),
            .examples = {{"stint put talk.mp4 https://example.org/files/", "by PUT, as files/talk.mp4"},
                         {"stint put --tus talk.mp4 https://example.org/uploads", "resumable"}},
            .run = put,
            .elsewhere = {"upload", "send"},
            .optionsElsewhere = with(putElsewhere)};
}

} // namespace stint::cli
