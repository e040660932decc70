// The streams of the fleet's page: how the fleet and each campaign stand, and then the rows that have become others, at
// most once a second (fleet.md §5.4). The office notes those only while somebody looks on. On the server's thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unix/event_source.hpp"
#include "entrance/broadcast.hpp"
#include "fleet/office/office.hpp"
#include "fleet/office/shown.hpp"
#include "push/broker/handover.hpp"

namespace stint::fleet {

class Board {
public:
    Board(sd_event* loop, Office& office, std::shared_ptr<push::Handover> handover);
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;

    /// `lastEventId` and `wake` are Broadcast::join()'s.
    std::unique_ptr<http::Viewer> join(const std::string& lastEventId, std::function<void()> wake);

private:
    std::vector<entrance::TopicText> everything() const;
    void watch();
    void left();
    void ask();
    void heard(const Result<Changes>& changes);

    Office& office_;
    std::shared_ptr<push::Handover> handover_;
    entrance::Broadcast broadcast_;
    bool isWatching_ = false;
    bool hasNews_ = false; ///< the office has some
    bool isAsking_ = false;
    std::string fleet_; ///< empty: nothing is known yet
    std::map<std::string, std::string> campaigns_;
    EventSource rest_; ///< runs: something was sent within the last second
};

} // namespace stint::fleet
