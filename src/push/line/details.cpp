#include "push/line/details.hpp"

#include <nlohmann/json.hpp>

#include "base/text/json_member.hpp"
#include "push/envelope/names.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest = 1'024;

} // namespace

std::string textOf(const Details& details) {
    return Json{{"token", details.token},
                {"of", details.of},
                {"version", details.version},
                {"vapid", details.vapid},
                {"at", details.at}}
        .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Details> detailsIn(std::string_view text) {
    if (text.size() > longest) return std::nullopt;
    const Json object = Json::parse(text, nullptr, false);
    if (!object.is_object()) return std::nullopt;
    const auto version = object.find("version");
    const auto token = textMember(object, "token"), of = textMember(object, "of"), vapid = textMember(object, "vapid"),
               at = textMember(object, "at");
    const bool isOurs = token && registrationOf(*token) && of && vapid && at && version != object.end() &&
                        (*version == 1 || *version == 2);
    if (!isOurs) return std::nullopt;
    return Details{.token = *token, .of = *of, .version = version->get<int>(), .vapid = *vapid, .at = *at};
}

} // namespace stint::push
