#include "push/broker/reading.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t ofAText = 128 << 10;
constexpr std::uint64_t year10000 = 253'402'300'800'000; ///< ms; a time that may be reckoned with is before it

Json jsonOf(const Recorded& one) {
    return {one.message.sequence, one.at.time_since_epoch().count(), one.message.subject, in64(one.message.body)};
}

std::optional<Recorded> recordedFrom(const Json& row) {
    const bool isRow = row.is_array() && row.size() == 4 && row[0].is_number_unsigned() &&
                       row[1].is_number_unsigned() && row[2].is_string() && row[3].is_string();
    if (!isRow || row[1].get<std::uint64_t>() >= year10000) return std::nullopt;
    auto body = from64(row[3].get_ref<const std::string&>());
    if (!body) return std::nullopt;
    return Recorded{.message = {.subject = row[2].get<std::string>(),
                                .sequence = row[0].get<std::uint64_t>(),
                                .headers = {},
                                .body = *std::move(body)},
                    .at = WallTime(Duration(row[1].get<std::int64_t>()))};
}

} // namespace

std::vector<std::string> textsOf(const std::vector<Recorded>& reports) {
    std::vector<std::string> texts;
    Json rows = Json::array();
    std::size_t size = 0;
    const auto end = [&] {
        if (!rows.empty()) texts.push_back(rows.dump(-1, ' ', false, Json::error_handler_t::replace));
        rows = Json::array();
        size = 0;
    };
    for (const Recorded& one : reports) {
        if (size + one.message.body.size() > ofAText) end();
        size += one.message.body.size();
        rows.push_back(jsonOf(one));
    }
    end();
    return texts;
}

Result<std::vector<Recorded>> reportsIn(std::string_view text) {
    const Json rows = Json::parse(text, nullptr, false);
    const auto none = [] { return fail(Errc::UNAVAILABLE, "what another server says that it has read is none"); };
    if (!rows.is_array()) return none();
    std::vector<Recorded> reports;
    for (const Json& row : rows) {
        auto one = recordedFrom(row);
        if (!one) return none();
        reports.push_back(*std::move(one));
    }
    return reports;
}

} // namespace stint::push
