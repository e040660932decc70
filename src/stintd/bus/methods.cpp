#include "stintd/bus/methods.hpp"

#include <span>
#include <vector>

#include <systemd/sd-id128.h>

#include "base/result/errors.hpp"
#include "link/wire/names.hpp"

namespace stint {
namespace {

constexpr std::string_view introspectableInterface = "org.freedesktop.DBus.Introspectable";
constexpr const char* peerInterface = "org.freedesktop.DBus.Peer";

Handled ping(Request&) { return done(); }

Handled getMachineId(Request&) {
    return answers([](wire::Writer& writer) -> Result<void> {
        sd_id128_t machine{};
        if (sd_id128_get_machine(&machine) < 0) return fail(Errc::SYSTEM, "this machine has no id");
        char text[SD_ID128_STRING_MAX];
        writer.string(sd_id128_to_string(machine, text));
        return {};
    });
}

constexpr Method peerMethods[] = {{peerInterface, "Ping", "", Allowed::Anyone, ping},
                                  {peerInterface, "GetMachineId", "", Allowed::Anyone, getMachineId}};

std::vector<Method> joined() {
    std::vector<Method> all;
    for (const auto topic :
         {methods::jobMethods(), methods::serviceMethods(), methods::taskMethods(), methods::operatorMethods(),
          methods::limitMethods(), methods::lineMethods(), std::span<const Method>(peerMethods)})
        all.insert(all.end(), topic.begin(), topic.end());
    return all;
}

/// Returns nullptr if there is no such method. A call may leave out the interface.
const Method* findMethod(std::string_view interface, std::string_view member) {
    for (const Method& method : everyMethod())
        if (member == method.member && (interface.empty() || interface == method.interface)) return &method;
    return nullptr;
}

Handled introspect(std::string_view path) {
    std::optional<std::string> xml = introspection(path);
    if (!xml) return fail(Errc::ILLEGAL_ARGUMENT, "no object {}; there is {}", path, wire::objectPath);
    return answers([xml = std::move(*xml)](wire::Writer& writer) -> Result<void> {
        writer.string(xml);
        return {};
    });
}

} // namespace

std::span<const Method> everyMethod() {
    static const std::vector<Method> all = joined();
    return all;
}

Handled dispatch(Request& request, const wire::Message& message) {
    const std::string_view interface = message.interface();
    if (interface == introspectableInterface && message.member() == "Introspect") return introspect(message.path());
    const Method* method = findMethod(interface, message.member());
    if (!method) return fail(Errc::ILLEGAL_ARGUMENT, "no method {}.{}", interface, message.member());
    // Ping is answered at any path.
    if (message.path() != wire::objectPath && std::string_view(method->interface) != peerInterface)
        return fail(Errc::ILLEGAL_ARGUMENT, "no object {}; there is {}", message.path(), wire::objectPath);
    if (message.signature() != method->signature)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}.{} takes ({}), not ({})", method->interface, method->member,
                    method->signature, message.signature());
    if (!request.caller.unknown.empty() && std::string_view(method->interface) != peerInterface)
        return fail(Errc::SECURITY, "nobody can say which app calls: {}", request.caller.unknown);
    const bool isForAgent = method->allowed == Allowed::Agent && request.caller.isAgent;
    const bool isOperators = method->allowed == Allowed::Operator || method->allowed == Allowed::Agent;
    if (isOperators && !request.caller.isOperator && !isForAgent)
        return onlyOperator(request.caller, fmt::format("{}.{}", method->interface, method->member));
    if (method->allowed == Allowed::Line && !request.caller.isLine)
        return fail(Errc::SECURITY, "only stint-push may use {}.{}", method->interface, method->member);
    return method->handle(request);
}

Handled answers(std::function<Result<void>(wire::Writer&)> write) {
    return std::variant<Answer, Waits>(Answer{std::move(write)});
}

Handled waits(std::function<void(wire::Writer&, const Reply&)> write) {
    return std::variant<Answer, Waits>(Waits{std::move(write)});
}

Handled done() {
    return answers([](wire::Writer&) { return Result<void>(); });
}

Handled waits() {
    return waits([](wire::Writer&, const Reply&) {});
}

Error onlyOperator(const BusCaller& caller, std::string_view what) {
    // architecture.md, who is calling.
    if (caller.app.name == shellPackage)
        return fail(Errc::SECURITY, "only the operator may use {}; a process inside a job may not", what);
    return fail(Errc::SECURITY, "only the operator may use {}; this caller is the app {}", what, caller.app.name);
}

Result<JobKey> readJobKey(Request& request) {
    JobKey key;
    STINT_TRY(request.arguments.read(key.app.name));
    STINT_TRY(request.arguments.read(key.space));
    STINT_TRY(request.arguments.read(key.id.value));
    return key;
}

Result<std::map<std::string, std::string>> readChanges(Request& request) {
    std::map<std::string, std::string> changes;
    STINT_TRY(request.arguments.array("{ss}", [&changes](wire::Reader& entries) {
        return entries.entry("ss", [&changes](wire::Reader& entry) -> Result<void> {
            std::string key = STINT_TRY(entry.string());
            std::string value = STINT_TRY(entry.string());
            if (!changes.emplace(key, std::move(value)).second)
                return fail(Errc::ILLEGAL_ARGUMENT, "changes: {} is given twice", key);
            return {};
        });
    }));
    return changes;
}

Result<void> mayRead(const Request& request, const AppId& app) {
    if (request.caller.isOperator || app == request.caller.app) return {};
    return fail(Errc::SECURITY, "{} may not look at the jobs of {}", request.caller.app.name, app.name);
}

namespace {

constexpr std::string_view documentType =
    "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\" "
    "\"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n";

constexpr std::string_view standardInterfaces =
    "  <interface name=\"org.freedesktop.DBus.Introspectable\">\n"
    "    <method name=\"Introspect\"><arg name=\"data\" type=\"s\" direction=\"out\"/></method>\n"
    "  </interface>\n"
    "  <interface name=\"org.freedesktop.DBus.Peer\">\n"
    "    <method name=\"Ping\"/>\n"
    "    <method name=\"GetMachineId\"><arg name=\"machine\" type=\"s\" direction=\"out\"/></method>\n"
    "  </interface>\n";

/// Returns the text between <node> and </node>, without the comment before it.
std::string_view insideNode(std::string_view text) {
    constexpr std::string_view opening = "<node>\n";
    const std::size_t begin = text.find(opening) + opening.size();
    return text.substr(begin, text.rfind("</node>") - begin);
}

std::string wholeObject() {
    std::string xml(documentType);
    xml += "<node>\n";
    xml += standardInterfaces;
    for (std::size_t which = 0; which < contractCount; ++which)
        xml += insideNode(contractTexts[which]);
    return xml + "</node>\n";
}

std::string parentOf(std::string_view child) {
    std::string xml(documentType);
    xml += "<node>\n  <node name=\"";
    xml += child;
    return xml + "\"/>\n</node>\n";
}

} // namespace

std::optional<std::string> introspection(std::string_view path) {
    if (path == wire::objectPath) return wholeObject();
    if (path == "/") return parentOf("org");
    if (path == "/org") return parentOf("stint");
    return std::nullopt;
}

} // namespace stint
