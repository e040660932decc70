#include "faces/fleetctl/pages.hpp"

#include <utility>

#include "base/result/errors.hpp"

namespace stint::fleetctl {

Result<void> walk(const Door& door, std::string_view path, const Door::Query& query, const char* rows,
                  const std::function<Result<void>(const cli::Json& row)>& take) {
    cli::Json from; // a text, or a number
    while (true) {
        Door::Query asked = query;
        if (!from.is_null()) asked.emplace_back("from", from.is_string() ? from.get<std::string>() : from.dump());
        const auto page = STINT_TRY(door.get(path, asked));
        Members members(page);
        for (const cli::Json& row : members.list(rows))
            STINT_TRY(take(row));
        if (members.isWrong() || !page.contains("next")) return noAnswer();
        const cli::Json& next = page["next"];
        if (next.is_null()) return {};
        // Each begins behind the one before it, so there is an end.
        const bool isFirst = from.is_null() && (next.is_string() || next.is_number_unsigned());
        const bool isLater = isFirst || (next.type() == from.type() && next > from);
        if (!isLater) return noAnswer();
        from = next;
    }
}

} // namespace stint::fleetctl
