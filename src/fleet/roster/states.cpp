// The states that devices tell, each of how it is to be (fleet.md §4.3).
#include <cstring>

#include "base/result/errors.hpp"
#include "fleet/roster/columns.hpp"
#include "fleet/roster/roster.hpp"

namespace stint::fleet {
namespace {

constexpr std::string_view selectStates =
    "SELECT labels, devices.version, seen, id, devices.enrolment, endpoint, states.version, hash, since, holding, "
    "words "
    "FROM devices LEFT JOIN states ON device = id AND states.enrolment = devices.enrolment WHERE gone = 0";

StateEntry entryIn(const stint::Statement& row, WallTime now) {
    StateEntry entry{.facts = factsIn(row, 0, row.text(3), now),
                     .enrolment = static_cast<Enrolment>(row.integer(4)),
                     .endpoint = std::string(row.text(5)),
                     .state = std::nullopt};
    if (row.isNull(6)) return entry;
    entry.state = DeviceState{.device = entry.facts.id,
                              .enrolment = entry.enrolment,
                              .version = static_cast<std::uint32_t>(row.integer(6)),
                              .hash = std::string(row.text(7)),
                              .since = timeIn(row.integer(8)),
                              .holding = holdingIn(row.text(9)).value_or(Holding::Waiting),
                              .words = std::string(row.text(10))};
    return entry;
}

} // namespace

Result<bool> Roster::takeState(const std::string& device, const Signed& paper) {
    const auto state = deviceStateIn(paper.document);
    if (!state.ok() || state->device != device || paper.signatures.size() != 1) return false;
    findKey_.start(device);
    if (!STINT_TRY(findKey_.next())) return false;
    const std::int64_t enrolment = findKey_.integer(0);
    PublicKey key{};
    const std::string_view bytes = findKey_.text(1);
    if (bytes.size() != sizeof key) return fail(Errc::STORAGE, "{}: {}'s key", isDamaged, device);
    std::memcpy(&key, bytes.data(), sizeof key);
    findKey_.reset();
    if (enrolment != state->enrolment) return false;
    auto had = STINT_TRY(database_.prepare("SELECT since FROM states WHERE device = ?1 AND enrolment = ?2"));
    had.start(device, enrolment);
    const bool isKnown = STINT_TRY(had.next());
    if (isKnown && had.integer(0) >= column(state->since)) return false;
    had.reset();
    if (!isSignedBy(paper, key, commentOf(*state))) return false;
    auto insert = STINT_TRY(database_.prepare("INSERT OR REPLACE INTO states VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    STINT_TRY(insert.run(device, enrolment, column(state->version), state->hash, column(state->since),
                         wordOf(state->holding), state->words));
    return true;
}

Result<std::optional<StateEntry>> Roster::stateOf(const std::string& device, WallTime now) {
    auto row = STINT_TRY(database_.prepare(fmt::format("{} AND id = ?1", selectStates)));
    row.start(device);
    if (!STINT_TRY(row.next())) return std::optional<StateEntry>();
    return std::optional(entryIn(row, now));
}

Result<void> Roster::eachState(const std::string& after, WallTime now,
                               const std::function<bool(const StateEntry&)>& take) {
    auto rows = STINT_TRY(database_.prepare(fmt::format("{} AND id > ?1 ORDER BY id", selectStates)));
    rows.start(after);
    while (STINT_TRY(rows.next()))
        if (!take(entryIn(rows, now))) return {};
    return {};
}

} // namespace stint::fleet
