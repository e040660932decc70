#include "stintd/bus/introspection.hpp"

#include "link/wire/names.hpp"

namespace stint {
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
