#include "arguments.hpp"

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <set>

namespace testapp {
namespace {

const std::set<std::string> withValue{"network", "estimate", "chunk",  "backoff",  "namespace", "service", "priority",
                                      "extra",   "log",      "window", "interval", "receiver",  "vapid"};
const std::set<std::string> withoutValue{
    "user-initiated", "charging", "battery-not-low", "storage-not-low", "persisted", "new-id", "wall", "plain"};

} // namespace

void misuse(const std::string& complaint) {
    std::cerr << "stint-testapp: " << complaint << "\n";
    std::exit(64);
}

std::optional<std::string> Arguments::value(const std::string& option) const {
    const auto found = options.find(option);
    if (found == options.end()) return std::nullopt;
    return found->second;
}

long long Arguments::number(const std::string& text) {
    long long number = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end) misuse("\"" + text + "\" is no number");
    return number;
}

Arguments parse(int count, char** arguments) {
    Arguments parsed;
    const std::vector<std::string> words(arguments + 1, arguments + count);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!words[i].starts_with("--")) {
            (parsed.verb.empty() ? parsed.verb : parsed.words.emplace_back()) = words[i];
            continue;
        }
        const std::string name = words[i].substr(2);
        if (!withValue.contains(name) && !withoutValue.contains(name)) misuse("there is no option --" + name);
        if (withValue.contains(name) && i + 1 == words.size()) misuse("--" + name + " wants a value");
        const std::string value = withValue.contains(name) ? words[++i] : "";
        if (name == "extra") {
            parsed.extras.push_back(value);
        } else {
            parsed.options[name] = value;
        }
    }
    return parsed;
}

} // namespace testapp
