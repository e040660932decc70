#include "faces/views/json_row.hpp"

#include "base/result/containers.hpp"
#include "contract/model/network.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
Json section(std::string_view name) {
    Json line = header();
    line["section"] = name;
    return line;
}

Json bytesOrNull(Bytes bytes) { return bytes == NETWORK_BYTES_UNKNOWN ? Json(nullptr) : Json(bytes); }

Json milliseconds(const std::optional<WallTime>& time) {
    return time ? Json(time->time_since_epoch().count()) : Json(nullptr);
}

Json phraseOf(Phrase phrase, const JobView& job) {
    switch (phrase) {
    case Phrase::State:
        return stateWord(job); // the word in tables
    case Phrase::Limits: {
        const std::string limits = limitsOf(job);
        return limits.empty() ? Json() : Json(limits);
    }
    case Phrase::ExitCode:
        return job.completed ? Json(exitCodeOf(*job.completed)) : Json();
    }
    return nullptr;
}

Json inJson(const Network& network) {
    Json object;
    JsonFields field(object, Extent::Line);
    fieldsOfNetwork(field, network);
    return object;
}

Json infoOf(const JobInfo& info) {
    Json object = Json::object();
    for (const auto& [name, value] : factsOf(info))
        object[name] = std::visit(Overloaded{[](Duration length) { return Json(length.count()); },
                                             [](const auto& plain) { return Json(plain); }},
                                  value);
    return object;
}

Json reasonsOf(const std::vector<PendingReason>& reasons) {
    Json list = Json::array();
    for (const PendingReason reason : reasons)
        list.push_back({{"reason", number(reason)}, {"name", stint::nameOf(reason)}});
    return list;
}

} // namespace stint::cli
