// The operator's methods: stop, start and pin apps (TaskManager1), set the device (Device1). Anyone may call Get and
// Shell.
#include <algorithm>
#include <array>
#include <iterator>

#include <limits.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"
#include "link/wire/views.hpp"
#include "stintd/bus/methods.hpp"

namespace stint::methods {
namespace {

using wire::deviceInterface;
using wire::DictionaryReader;
using wire::Reader;
using wire::taskManagerInterface;
using wire::UnknownKeys;
using wire::Writer;

/// jobs.md §8: the getters, which anyone may call.
constexpr std::array<std::string_view, 5> forAnyone{"get-battery-seq", "get-battery-charging", "get-battery-not-low",
                                                    "get-storage-seq", "get-storage-not-low"};

constexpr std::size_t shownOfDirectory = 100; ///< the part that a complaint shows

Result<std::vector<Fd>> readStdio(Request& request) {
    std::vector<Fd> stdio;
    STINT_TRY(request.arguments.array("h", [&stdio](Reader& element) -> Result<void> {
        Fd descriptor = STINT_TRY(element.descriptor());
        stdio.push_back(std::move(descriptor));
        return {};
    }));
    if (stdio.size() != 3)
        return fail(Errc::ILLEGAL_ARGUMENT, "stdio has {}; it must have 3: stdin, stdout, stderr",
                    counted(stdio.size(), "descriptor"));
    return stdio;
}

/// Reads a process state; nullopt for "auto": the state that is really seen.
Result<std::optional<ProcessState>> pinned(const std::string& word) {
    if (word == "auto") return std::optional<ProcessState>();
    const std::optional<ProcessState> state = processStateNamed(word);
    if (state && *state != ProcessState::NotRunning) return state;
    return fail(Errc::ILLEGAL_ARGUMENT, "changes: state is \"{}\"; it must be {}, {}, {} or auto", word,
                nameOf(ProcessState::Top), nameOf(ProcessState::Visible), nameOf(ProcessState::Background));
}

Handled stop(Request& request) {
    AppId app{STINT_TRY(request.arguments.string())};
    request.owner.arrived(StopApp{request.call, std::move(app)});
    return waits([](Writer& writer, const Reply& reply) { writer.uint32(reply.count); });
}

/// True if a person sees to it in a terminal's foreground (limits.md §2.2).
bool isTyped(const Request& request) { return request.owner.presence().visibleNow(request.from); }

Handled hold(Request& request) {
    JobKey key = STINT_TRY(readJobKey(request));
    const bool held = STINT_TRY(request.arguments.boolean());
    request.owner.arrived(HoldJob{request.call, std::move(key), held, isTyped(request)});
    return waits();
}

Handled edit(Request& request) {
    JobKey key = STINT_TRY(readJobKey(request));
    auto conditions = STINT_TRY(wire::readRows<Condition>(request.arguments));
    request.owner.arrived(EditJob{request.call, std::move(key), std::move(conditions), isTyped(request)});
    return waits();
}

Handled retry(Request& request) {
    JobKey key = STINT_TRY(readJobKey(request));
    request.owner.arrived(RetryJob{request.call, std::move(key), isTyped(request)});
    return waits();
}

Handled move(Request& request) {
    JobKey key = STINT_TRY(readJobKey(request));
    const std::string where = STINT_TRY(request.arguments.string());
    const std::optional<MoveTo> to = moveToNamed(where);
    if (!to)
        return fail(Errc::ILLEGAL_ARGUMENT, "where is \"{}\"; it must be top, up, down or bottom", printable(where));
    request.owner.arrived(MoveJob{request.call, std::move(key), *to, isTyped(request)});
    return waits();
}

Handled clear(Request& request) {
    JobKey key = STINT_TRY(readJobKey(request));
    bool all = false;
    DictionaryReader options("options", UnknownKeys::Ignore);
    options.take("all", all);
    STINT_TRY(options.read(request.arguments));
    request.owner.arrived(ClearEnded{request.call, std::move(key), all});
    return waits([](Writer& writer, const Reply& reply) { writer.uint32(reply.count); });
}

Handled shell(Request& request) {
    std::vector<std::string> words = STINT_TRY(request.arguments.strings());
    const std::vector<std::string> jobScheduler{"cmd", "jobscheduler"};
    std::vector<std::string> whole = jobScheduler;
    DictionaryReader options("options", UnknownKeys::Ignore);
    options.take("before", whole);
    STINT_TRY(options.read(request.arguments));
    const bool onlyLooks =
        whole == jobScheduler && !words.empty() && std::ranges::find(forAnyone, words.front()) != forAnyone.end();
    if (!onlyLooks && !request.caller.isOperator) return onlyOperator(request.caller, "these verbs");
    std::ranges::move(words, std::back_inserter(whole));
    request.owner.shell(request.call, std::move(whole));
    return waits([](Writer& writer, const Reply& reply) {
        const VerbAnswer answer = reply.answer.value_or(VerbAnswer{});
        writer.int32(answer.code).string(answer.out).string(answer.err);
    });
}

Handled startApp(Request& request) {
    BusOwner::MainProgram program;
    AppId app{STINT_TRY(request.arguments.string())};
    program.app = std::move(app);
    program.arguments = STINT_TRY(request.arguments.strings());
    program.stdio = STINT_TRY(readStdio(request));
    DictionaryReader options("options", UnknownKeys::Ignore);
    options.take("directory", program.directory);
    STINT_TRY(options.read(request.arguments));
    // The directory itself is not looked at: a file system that does not answer must not hold us. The program's start
    // shows if it exists.
    const bool isPlace = program.directory.empty() || program.directory.starts_with('/');
    if (!isPlace || program.directory.size() >= PATH_MAX)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "options: directory is \"{}\"; it must be absolute, and shorter than {} bytes",
                    printable(std::string_view(program.directory).substr(0, shownOfDirectory)), PATH_MAX);
    const pid_t pid = STINT_TRY(request.owner.startApp(request.from, request.call, std::move(program)));
    return waits([pid](Writer& writer, const Reply&) { writer.uint32(static_cast<std::uint32_t>(pid)); });
}

Handled openApp(Request& request) {
    const AppId app{STINT_TRY(request.arguments.string())};
    const std::vector<std::string> command = STINT_TRY(request.owner.openApp(request.call, app));
    const auto write = [command](Writer& writer) -> Result<void> {
        writer.strings(command);
        return {};
    };
    if (command.empty()) return answers(write);
    return waits([command](Writer& writer, const Reply&) { writer.strings(command); });
}

Handled setApp(Request& request) {
    const AppId app{STINT_TRY(request.arguments.string())};
    std::optional<std::string> state;
    std::optional<std::vector<std::string>> revoked;
    DictionaryReader changes("changes", UnknownKeys::Refuse);
    changes.take("state", state).take("revoked", "as", [&revoked](Reader& value) -> Result<void> {
        revoked = STINT_TRY(value.strings());
        return {};
    });
    STINT_TRY(changes.read(request.arguments));
    if (!state && !revoked) return fail(Errc::ILLEGAL_ARGUMENT, "changes: nothing to change; give a state");
    if (state && revoked) return fail(Errc::ILLEGAL_ARGUMENT, "changes: give state or revoked, one at a time");
    if (state && !request.caller.isOperator) return onlyOperator(request.caller, "changes: state");
    if (revoked) {
        request.owner.arrived(PermissionsRevoked{request.call, app, {revoked->begin(), revoked->end()}});
        return waits();
    }
    const std::optional<ProcessState> wanted = STINT_TRY(pinned(*state));
    request.owner.arrived(AppStatePinned{request.call, app, wanted});
    return waits();
}

Handled meters(Request& request) {
    return answers([&owner = request.owner](Writer& writer) -> Result<void> {
        wire::writeRows(writer, owner.meters());
        return {};
    });
}

Handled diagnose(Request& request) {
    return answers([&owner = request.owner](Writer& writer) -> Result<void> {
        wire::writeRows(writer, owner.findings());
        return {};
    });
}

Handled versions(Request& request) {
    return answers([&owner = request.owner](Writer& writer) -> Result<void> {
        wire::writeRows(writer, owner.programs());
        return {};
    });
}

Handled record(Request& request) {
    const bool begins = STINT_TRY(request.arguments.boolean());
    STINT_TRY(request.owner.record(request.call, begins));
    return waits();
}

Handled recordings(Request& request) {
    return answers([&owner = request.owner](Writer& writer) -> Result<void> {
        wire::writeRows(writer, owner.recordings());
        return {};
    });
}

Handled getDevice(Request& request) {
    return answers([&owner = request.owner](Writer& writer) -> Result<void> {
        wire::writeRows(writer, owner.device());
        return {};
    });
}

Handled setDevice(Request& request) {
    const auto changes = STINT_TRY(readChanges(request));
    STINT_TRY(request.owner.setDevice(request.call, changes));
    return waits();
}

Handled resetDevice(Request& request) {
    const auto keys = STINT_TRY(request.arguments.strings());
    STINT_TRY(request.owner.resetDevice(request.call, keys));
    return waits();
}

Handled networks(Request& request) {
    return answers([&owner = request.owner](Writer& writer) -> Result<void> {
        wire::writeRows(writer, owner.networks());
        return {};
    });
}

Handled markNetwork(Request& request) {
    const std::string network = STINT_TRY(request.arguments.string());
    const std::string word = STINT_TRY(request.arguments.string());
    const auto metered = STINT_TRY(meteredNamed(word));
    STINT_TRY(request.owner.markNetwork(request.call, network, metered));
    return waits();
}

} // namespace

std::span<const Method> operatorMethods() {
    using enum Allowed;
    // clang-format off
    static constexpr Method rows[] = {
        {taskManagerInterface, "Meters",      "a{sv}",          Operator, meters},
        {taskManagerInterface, "Diagnose",    "a{sv}",          Operator, diagnose},
        {taskManagerInterface, "Versions",    "a{sv}",          Operator, versions},
        {taskManagerInterface, "Record",      "ba{sv}",         Operator, record},
        {taskManagerInterface, "Recordings",  "a{sv}",          Operator, recordings},
        {taskManagerInterface, "Stop",        "sa{sv}",         Operator, stop},
        {taskManagerInterface, "Hold",        "ssiba{sv}",      Operator, hold},
        {taskManagerInterface, "Edit",        "ssiaa{sv}a{sv}", Operator, edit},
        {taskManagerInterface, "Retry",       "ssia{sv}",       Operator, retry},
        {taskManagerInterface, "Move",        "ssisa{sv}",      Operator, move},
        {taskManagerInterface, "Clear",       "ssia{sv}",       Operator, clear},
        {taskManagerInterface, "Shell",       "asa{sv}",        Anyone,   shell},
        {taskManagerInterface, "StartApp",    "sasaha{sv}",     Operator, startApp},
        {taskManagerInterface, "OpenApp",     "sa{sv}",         Operator, openApp},
        {taskManagerInterface, "SetApp",      "sa{sv}a{sv}",    Agent,    setApp},
        {deviceInterface,      "Get",         "a{sv}",          Anyone,   getDevice},
        {deviceInterface,      "Set",         "a{ss}a{sv}",     Operator, setDevice},
        {deviceInterface,      "Reset",       "asa{sv}",        Operator, resetDevice},
        {deviceInterface,      "Networks",    "a{sv}",          Anyone,   networks},
        {deviceInterface,      "MarkNetwork", "ssa{sv}",        Operator, markNetwork},
    };
    // clang-format on
    return rows;
}

} // namespace stint::methods
