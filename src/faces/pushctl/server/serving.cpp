#include "faces/pushctl/server/serving.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/time/time.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"
#include "faces/pushctl/server/post.hpp"
#include "faces/screen/exit_code.hpp"

namespace stint::pushctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

constexpr std::uint16_t usualPort = 7748; // PROPOSAL
constexpr Bytes smallestStore = 64 << 20;

Result<std::uint16_t> portOf(const Arguments& given, const char* option, std::uint16_t otherwise) {
    const auto text = given.value(option);
    if (!text) return otherwise;
    const auto port = numberIn<std::uint16_t>(*text);
    if (!port || *port == 0) return fail(Errc::ILLEGAL_ARGUMENT, "--{} is 1 to 65535", option);
    return *port;
}

/// A file's path, seen from "/", where the parts of a server are started.
Result<std::filesystem::path> fileOf(const Arguments& given, const char* option) {
    const std::filesystem::path here = STINT_TRY(workingDirectory());
    const std::filesystem::path file = here / given.value(option).value_or("");
    if (!readFile(file))
        return fail(Errc::ILLEGAL_ARGUMENT, "--{}: cannot read {}: {}", option, printable(file.string()),
                    std::strerror(errno));
    return file;
}

Result<push::Serving::Settings::Listening> listeningOf(const Arguments& given, const std::string& origin) {
    if (!given.has("listen") || !given.has("cert") || !given.has("key") || !origin.starts_with("https://"))
        return fail(Errc::ILLEGAL_ARGUMENT, "--listen, --cert, --key and an --origin of https:// stand together");
    push::Serving::Settings::Listening listening;
    listening.address = *given.value("listen");
    listening.host = hostOf(origin);
    listening.certificate = STINT_TRY(fileOf(given, "cert"));
    listening.key = STINT_TRY(fileOf(given, "key"));
    return listening;
}

} // namespace

Result<std::filesystem::path> directoryOf(const Arguments& given, std::string_view option,
                                          const std::filesystem::path& usual) {
    const auto named = given.value(option);
    if (!named) return usual;
    if (named->empty()) return fail(Errc::ILLEGAL_ARGUMENT, "--{} is a directory", option);
    const std::filesystem::path here = STINT_TRY(workingDirectory());
    return (here / *named).lexically_normal();
}

Result<push::Serving::Settings> servingOf(const Arguments& given, const std::filesystem::path& data) {
    push::Serving::Settings settings;
    settings.data = data;
    settings.port = STINT_TRY(portOf(given, "port", usualPort));
    settings.brokerPort = STINT_TRY(portOf(given, "broker-port", static_cast<std::uint16_t>(settings.port + 1)));
    if (settings.brokerPort == settings.port || settings.brokerPort == 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "--broker-port is 1 to 65535, and not --port");
    if (const auto text = given.value("store")) {
        const auto size = parseSize(*text);
        if (!size.ok()) return within("--store", size.error());
        if (*size < smallestStore) return fail(Errc::ILLEGAL_ARGUMENT, "--store is 64MiB or more");
        settings.store = *size;
    }
    if (const auto origin = given.value("origin")) {
        auto read = serverOriginOf(*origin);
        if (!read.ok()) return within("--origin", read.error());
        settings.origin = *std::move(read);
    }
    if (given.has("listen") || given.has("cert") || given.has("key"))
        settings.listening = STINT_TRY(listeningOf(given, settings.origin));
    return settings;
}

int serveUntilSignal(const push::Serving::Settings& settings, const Whereupon& whereupon, const Screen& screen) {
    sd_event* loop = nullptr;
    if (sd_event_new(&loop) < 0) return screen.fail(ends::system, "cannot make a loop");
    std::unique_ptr<push::Serving> serving;
    auto opened = push::Serving::open(loop, settings,
                                      {.ready = [&] { whereupon.ready(*serving); },
                                       .first = whereupon.first,
                                       .tell = [&](const std::string& sentence) { screen.warn(sentence); }});
    if (!opened.ok()) return screen.fail("cannot serve", opened.error());
    serving = std::move(opened).value();
    struct Ending {
        sd_event* loop;
        push::Serving& serving;
    } ending{loop, *serving};
    const auto end = [](sd_event_source*, const signalfd_siginfo*, void* it) {
        auto& self = *static_cast<Ending*>(it);
        self.serving.end([&self] { sd_event_exit(self.loop, ends::ok); });
        return 0;
    };
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        if (sd_event_add_signal(loop, nullptr, signal, end, &ending) < 0)
            return screen.fail(ends::system, "cannot follow signals");
    const int code = sd_event_loop(loop);
    serving.reset();
    sd_event_unref(loop);
    return code < 0 ? ends::internal : code;
}

} // namespace stint::pushctl
