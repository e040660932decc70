// The table of methods against dbus/*.xml.
#include <regex>
#include <set>

#include <doctest/doctest.h>

#include "stintd/bus/methods.hpp"

using namespace stint;

namespace {

/// Each match of the expression in the text, from its first group on.
std::vector<std::smatch> matches(const std::string& text, const std::string& expression) {
    const std::regex wanted(expression);
    return {std::sregex_iterator(text.begin(), text.end(), wanted), std::sregex_iterator()};
}

/// "org.stint.Device1.Reset(asa{sv})": what a method is called with.
std::set<std::string> told() {
    std::set<std::string> methods;
    for (std::size_t which = 0; which < contractCount; ++which) {
        const std::string xml(contractTexts[which]);
        const std::string interface = matches(xml, "<interface name=\"([^\"]*)\"").front()[1];
        for (const std::smatch& method : matches(xml, "<method name=\"(\\w*)\">([^]*?)</method>")) {
            const std::string arguments = method[2];
            std::string taken;
            for (const std::smatch& in : matches(arguments, "type=\"([^\"]*)\" direction=\"in\""))
                taken += in[1];
            methods.insert(interface + "." + method[1].str() + "(" + taken + ")");
        }
    }
    return methods;
}

} // namespace

TEST_CASE("the daemon has each method of the contract, and no other") {
    std::set<std::string> had;
    for (const Method& method : everyMethod())
        if (std::string_view(method.interface).starts_with("org.stint."))
            had.insert(std::string(method.interface) + "." + method.member + "(" + method.signature + ")");
    const std::set<std::string> contract = told();
    for (const std::string& method : contract)
        CHECK_MESSAGE(had.contains(method), method, " is in dbus/, and in no table of src/stintd/bus");
    for (const std::string& method : had)
        CHECK_MESSAGE(contract.contains(method), method, " has a row in src/stintd/bus, and is not in dbus/");
}
