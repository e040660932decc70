// The time zone, for times of a calendar (jobs.md §14.1), is read from its tables at the start, and again when
// somebody sets another.
#include "stintd/daemon/clock.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <absl/time/time.h>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/unix/process.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"

namespace stint {

Now readClocks() { return {bootNow(), wallNow()}; }

BootId readBootId() {
    if (const char* value = std::getenv("STINT_BOOT_ID")) return {value};
    return {bootId()};
}

Result<void> ClockWatch::start(sd_event* loop) {
    timer_ = Fd(::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC));
    if (!timer_) return fail(Errc::SYSTEM, "cannot watch the clock: {}", std::strerror(errno));
    STINT_TRY(arm());
    const auto cancelled = [](sd_event_source*, int fd, std::uint32_t, void* data) {
        const auto& self = *static_cast<ClockWatch*>(data);
        std::uint64_t expirations = 0;
        if (::read(fd, &expirations, sizeof expirations) < 0 && errno == ECANCELED) self.set_();
        (void)self.arm();
        return 0;
    };
    const int added = sd_event_add_io(loop, &source_, timer_.get(), EPOLLIN, cancelled, this);
    if (added < 0) return fail(Errc::SYSTEM, "cannot watch the clock: {}", std::strerror(-added));
    return {};
}

/// Arms the timer for a time that never comes.
Result<void> ClockWatch::arm() const {
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<time_t>::max() / 1'000'000'000; // the kernel counts in nanoseconds
    if (::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) == 0) return {};
    return fail(Errc::SYSTEM, "cannot watch the clock: {}", std::strerror(errno));
}

namespace {

namespace fs = std::filesystem;

constexpr const char* localTime = "/etc/localtime";
constexpr std::chrono::years farthest{100};

/// The zone's name in the tables. A table is read once for each name, so that another zone must have another name.
std::string zoneName() {
    if (const char* const zone = std::getenv("TZ"); zone && *zone) return *zone == ':' ? zone + 1 : zone;
    std::error_code error;
    const std::string target = fs::read_symlink(localTime, error).string();
    constexpr std::string_view tables = "zoneinfo/";
    const auto at = target.find(tables);
    return error || at == std::string::npos ? "localtime" : target.substr(at + tables.size());
}

TimeZone::Offset offsetAt(const absl::TimeZone& zone, absl::Time time) {
    return {WallTime(Duration(absl::ToUnixMillis(time))), std::chrono::seconds(zone.At(time).offset)};
}

TimeZone readTable() {
    absl::TimeZone zone = absl::UTCTimeZone();
    if (!absl::LoadTimeZone(zoneName(), &zone)) logWarning("the time zone " + zoneName() + " is unknown; UTC it is");
    absl::Time time = absl::FromUnixMillis(wallNow().time_since_epoch().count());
    const absl::Time last = time + absl::FromChrono(std::chrono::duration_cast<std::chrono::hours>(farthest));
    std::vector<TimeZone::Offset> offsets{offsetAt(zone, time)};
    for (absl::TimeZone::CivilTransition change; time < last && zone.NextTransition(time, &change);) {
        // FromCivil would be wrong: where clocks go back it answers with the hour's first time, which is before the
        // change, for ever.
        time = zone.At(change.to).trans;
        offsets.push_back(offsetAt(zone, time));
    }
    return TimeZone(std::move(offsets));
}

} // namespace

Result<void> Daemon::watchZone() {
    const fs::path link = localTime;
    zoneWatch_ = std::make_unique<DirectoryWatch>(
        std::vector{link.parent_path()}, [this] { readZone(); }, link.filename());
    STINT_TRY(zoneWatch_->start(loop_.get(), logWarning));
    readZone();
    return {};
}

void Daemon::readZone() {
    TimeZone zone = readTable();
    if (zone == zone_) return;
    zone_ = zone;
    if (core_) arrived_.emplace_back(ZoneRead{std::move(zone)}); // else announce() reports it
}

} // namespace stint
