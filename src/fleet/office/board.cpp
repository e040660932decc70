#include "fleet/office/board.hpp"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/time/clock.hpp"
#include "base/version/version.hpp"

namespace stint::fleet {
namespace {

constexpr std::uint64_t betweenNews = 1'000'000; ///< µs

/// The page does not trust its own clock.
std::int64_t millisecondsNow() { return wallNow().time_since_epoch().count(); }

std::string hello() { return nlohmann::json{{"version", ownBuild().version}, {"now", millisecondsNow()}}.dump(); }

/// The event of those rows; the ids are of campaigns that are gone.
std::string campaignsText(bool isAll, const std::vector<std::string>& rows, const std::vector<std::string>& gone) {
    return fmt::format(R"({{"now":{},"all":{},"campaigns":[{}],"gone":{}}})", millisecondsNow(), isAll,
                       fmt::join(rows, ","), nlohmann::json(gone).dump());
}

} // namespace

Board::Board(sd_event* loop, Office& office, std::shared_ptr<push::Handover> handover)
    : office_(office), handover_(std::move(handover)), broadcast_([this] { return everything(); }) {
    sd_event_source* made = nullptr;
    sd_event_add_time_relative(
        loop, &made, CLOCK_MONOTONIC, betweenNews, 0,
        [](sd_event_source*, std::uint64_t, void* self) {
            static_cast<Board*>(self)->ask();
            return 0;
        },
        this);
    rest_.reset(made);
}

std::unique_ptr<http::Viewer> Board::join(const std::string& lastEventId, std::function<void()> wake) {
    auto viewer = broadcast_.join(lastEventId, std::move(wake), [this] { left(); });
    if (!std::exchange(isWatching_, true)) watch();
    return viewer;
}

/// Everything comes as the first news.
void Board::watch() {
    office_.look([this, handover = handover_](Office::View& view) {
        view.watch([this, handover] {
            handover->leave([this] {
                hasNews_ = true;
                ask();
            });
        });
    });
}

void Board::left() {
    if (!broadcast_.isEmpty()) return;
    isWatching_ = false;
    fleet_.clear();
    campaigns_.clear();
    broadcast_.sendEverything(); // a browser that comes back has missed what nobody saw
    office_.look([](Office::View& view) { view.watch(nullptr); });
}

void Board::ask() {
    int rests = SD_EVENT_OFF;
    sd_event_source_get_enabled(rest_.get(), &rests);
    if (!isWatching_ || !hasNews_ || isAsking_ || rests != SD_EVENT_OFF) return;
    hasNews_ = false;
    isAsking_ = true;
    office_.look([this, handover = handover_](Office::View& view) {
        auto changes = changesOf(view, view.takeNews());
        if (!changes.ok()) view.failed(changes.error());
        handover->leave([this, changes = std::move(changes)] { heard(changes); });
    });
}

void Board::heard(const Result<Changes>& changes) {
    isAsking_ = false;
    sd_event_source_set_time_relative(rest_.get(), betweenNews);
    sd_event_source_set_enabled(rest_.get(), SD_EVENT_ONESHOT);
    if (!isWatching_) return;
    if (!changes.ok()) return watch();             // nobody knows what it has missed
    if (fleet_.empty() && !changes->isAll) return; // it is of those who looked on before
    if (changes->isAll) campaigns_.clear();
    std::vector<std::string> rows, gone;
    for (const auto& [id, row] : changes->campaigns) {
        if (row.empty()) {
            campaigns_.erase(id);
            gone.push_back(id);
        } else {
            campaigns_.insert_or_assign(id, row);
            rows.push_back(row);
        }
    }
    const bool isOther = changes->fleet && *changes->fleet != fleet_;
    if (changes->fleet) fleet_ = *changes->fleet;
    if (changes->isAll) return broadcast_.sendEverything();
    if (isOther) broadcast_.send("fleet", fleet_);
    if (!changes->campaigns.empty()) broadcast_.send("campaigns", campaignsText(false, rows, gone));
    for (const auto& [topic, text] : changes->rows)
        broadcast_.send(topic, text);
}

std::vector<entrance::TopicText> Board::everything() const {
    if (fleet_.empty()) return {};
    std::vector<std::string> rows;
    for (const auto& [id, row] : campaigns_)
        rows.push_back(row);
    return {{"hello", hello()}, {"fleet", fleet_}, {"campaigns", campaignsText(true, rows, {})}};
}

} // namespace stint::fleet
