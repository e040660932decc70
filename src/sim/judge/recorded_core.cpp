#include "sim/judge/recorded_core.hpp"

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "sim/judge/snapshot.hpp"

namespace stint::sim {

Result<Step> RecordedCore::tell(const Entry& entry, const action::Recorded& recorded) {
    if (const auto* beginning = std::get_if<record::Beginning>(&recorded.told))
        return begin(entry, recorded, *beginning);
    if (!begun_) return problem(entry, "a recording's first entry is the event \"begin\"");
    advance(at(entry.at));
    read(recorded);
    return core.handle(std::get<Event>(recorded.told), now());
}

Result<Step> RecordedCore::begin(const Entry& entry, const action::Recorded& recorded,
                                 const record::Beginning& beginning) {
    if (begun_) return problem(entry, "a recording begins once");
    begun_ = true;
    zero_ = beginning.now.elapsed - entry.at;
    elapsed_ = beginning.now.elapsed;
    ahead_ = beginning.now.wall.time_since_epoch() - elapsed_.time_since_epoch();
    read(recorded);
    auto snapshot = STINT_TRY(snapshotOf(recording_, beginning.boot));
    snapshot.goingOn = beginning.goingOn;
    return core.restore(std::move(snapshot), beginning.boot, beginning.device, now(), beginning.heldBack);
}

void RecordedCore::read(const action::Recorded& recorded) {
    if (recorded.wall) ahead_ = recorded.wall->time_since_epoch() - elapsed_.time_since_epoch();
}

Error RecordedCore::problem(const Entry& entry, std::string_view what) const {
    return fail(Errc::ILLEGAL_ARGUMENT, "{}:{}:{}: {}", recording_.file, entry.location.line, entry.location.column,
                what);
}

} // namespace stint::sim
