#include "link/wire/work.hpp"

#include "link/wire/fields.hpp"

namespace stint::wire {

std::string workNameOf(const std::string& package) { return std::string(workNamespace) + "." + package; }

std::optional<std::string> workPackageOf(std::string_view name) {
    if (!name.starts_with(workNamespace)) return std::nullopt;
    name.remove_prefix(workNamespace.size());
    if (name.size() < 2 || name.front() != '.') return std::nullopt;
    return std::string(name.substr(1));
}

Result<WorkList> readWork(Reader& reader, std::size_t most) {
    WorkList list;
    STINT_TRY(reader.array("a{sv}", [&](Reader& element) -> Result<void> {
        list.more = list.rows.size() == most;
        if (list.more) return element.skip("a{sv}");
        auto row = STINT_TRY(readRow<WorkRow>(element));
        list.rows.push_back(std::move(row));
        return {};
    }));
    return list;
}

} // namespace stint::wire
