#include "stintd/store/app_json.hpp"

#include <nlohmann/json.hpp>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "contract/json/checked_json.hpp"

namespace stint {
namespace {

using nlohmann::json;

/// Turns the exceptions of nlohmann's checked access, which `read` may throw, into IllegalArgument.
template <class Value, class Read> Result<Value> parsed(std::string_view text, std::string_view what, Read read) {
    try {
        return read(json::parse(text));
    } catch (const json::exception& problem) {
        return fail(Errc::ILLEGAL_ARGUMENT, "no {}: {}", what, problem.what());
    }
}

} // namespace

std::string instantsText(const std::vector<Instant>& instants) {
    json list = json::array();
    for (const auto instant : instants)
        list.push_back(instant.time_since_epoch().count());
    return list.dump();
}

Result<std::vector<Instant>> instantsFrom(std::string_view text) {
    return parsed<std::vector<Instant>>(text, "list of instants", [](const json& list) -> Result<std::vector<Instant>> {
        std::vector<Instant> instants;
        for (const auto& count : list) {
            const auto instant = STINT_TRY(instantFrom(count, "instant"));
            instants.push_back(instant);
        }
        return instants;
    });
}

std::string flagsText(const Flags& flags) { return textOfJson(json(flags)); }

Result<Flags> flagsFrom(std::string_view text) {
    return parsed<Flags>(text, "table of flags", [](const json& flags) { return flags.get<Flags>(); });
}

std::string wordsText(const Words& words) { return textOfJson(json(words)); }

Result<Words> wordsFrom(std::string_view text) {
    return parsed<Words>(text, "list of words", [](const json& words) { return words.get<Words>(); });
}

std::string channelsText(const std::vector<Channel>& channels) {
    json list = json::array();
    for (const Channel& channel : channels)
        list.push_back({channel.id, channel.name, channel.importance});
    return textOfJson(list);
}

Result<std::vector<Channel>> channelsFrom(std::string_view text) {
    return parsed<std::vector<Channel>>(text, "list of channels", [](const json& list) {
        std::vector<Channel> channels;
        for (const auto& one : list)
            channels.push_back(
                {one.at(0).get<std::string>(), one.at(1).get<std::string>(), one.at(2).get<std::string>()});
        return channels;
    });
}

} // namespace stint
