#include "contract/model/conditions.hpp"

#include <algorithm>
#include <string>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"

namespace stint {

Result<Condition> conditionIn(std::string_view text) {
    const std::size_t sign = text.find('=');
    const bool isBound = sign != std::string_view::npos && sign > 0 && text[sign - 1] == '<';
    if (sign == std::string_view::npos && !text.empty())
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{0}\" has no value; write {0}=yes or {0}=no, network=any, bytes<=200M",
                    text);
    if (sign == std::string_view::npos || sign == 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not a condition; write network=any, charging=no or bytes<=200M",
                    text);
    Condition condition{std::string(text.substr(0, sign - (isBound ? 1 : 0))), std::string(text.substr(sign + 1))};
    if (isBound != (condition.name == "bytes"))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "\"{}\" is not a condition; write bytes<=200M, and the others with =, as network=any", text);
    return condition;
}

Result<std::vector<Condition>> conditionsIn(std::string_view text) {
    std::vector<Condition> conditions;
    for (std::string_view part : splitAt(text, ",")) {
        part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
        auto condition = STINT_TRY(conditionIn(part));
        conditions.push_back(std::move(condition));
    }
    return conditions;
}

} // namespace stint
