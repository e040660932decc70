#include "base/http/message.hpp"

#include <nlohmann/json.hpp>
#include <strings.h>

namespace stint::http {

std::vector<std::string_view> Request::values(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const auto& [its, value] : headers)
        if (its.size() == name.size() && ::strncasecmp(its.data(), name.data(), name.size()) == 0)
            found.emplace_back(value);
    return found;
}

std::string_view Request::value(std::string_view name) const {
    const auto found = values(name);
    return found.empty() ? std::string_view() : found.front();
}

Answer refusal(int status, std::string_view sentence) {
    const nlohmann::json object{{"error", sentence}};
    return {status, "application/json", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

} // namespace stint::http
