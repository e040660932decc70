// Hellos' traces (fleet.md §3.1), and the devices that were found cloned by them.
#include "base/result/errors.hpp"
#include "fleet/roster/columns.hpp"
#include "fleet/roster/roster.hpp"

namespace stint::fleet {

void Roster::lead(WallTime since) { lead_ = column(since); }

Result<std::uint32_t> Roster::lastNumber(const std::string& device) {
    auto row = STINT_TRY(database_.prepare("SELECT number FROM traces JOIN devices ON id = device AND "
                                           "traces.enrolment = devices.enrolment WHERE device = ?1"));
    row.start(device);
    if (!STINT_TRY(row.next())) return 0U;
    return static_cast<std::uint32_t>(row.integer(0));
}

Result<bool> Roster::follow(const std::string& device, const Trace& said) {
    stint::Statement& row = findTrace_;
    row.start(device);
    if (!STINT_TRY(row.next())) return fail(Errc::ILLEGAL_STATE, "this device is none of the fleet");
    const std::int64_t enrolment = row.integer(0);
    std::optional<Trace> last;
    if (!row.isNull(1)) {
        last = Trace{.number = static_cast<std::uint32_t>(row.integer(1))};
        if (row.integer(4) == lead_) {
            last->draw = row.integer(2);
            last->before = row.integer(3);
        }
    }
    row.reset();
    const auto heard = last ? heardAfter(*last, said) : said;
    if (!heard) return false;
    if (last && *heard == *last) return true;
    STINT_TRY(putTrace_.run(device, enrolment, column(heard->number), heard->draw, heard->before, lead_));
    return true;
}

Result<void> Roster::markCloned(std::span<const Meaning> devices) {
    auto mark = STINT_TRY(database_.prepare("INSERT OR REPLACE INTO cloned VALUES (?1, ?2)"));
    return together([&]() -> Result<void> {
        for (const Meaning& one : devices)
            STINT_TRY(mark.run(one.device, column(one.enrolment)));
        return {};
    });
}

Result<std::vector<std::string>> Roster::cloned() {
    auto rows = STINT_TRY(database_.prepare("SELECT id FROM cloned JOIN devices ON id = device AND "
                                            "cloned.enrolment = devices.enrolment WHERE gone = 0 ORDER BY id"));
    std::vector<std::string> all;
    while (STINT_TRY(rows.next()))
        all.emplace_back(rows.text(0));
    return all;
}

} // namespace stint::fleet
