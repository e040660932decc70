// The door of stint-fleetd for who runs the fleet (fleet.md §5.1, §5.4): HTTP on loopback, for programs that can read
// the token in the server's directory, and for the page in a browser. What it shows is the office's; what is to be done
// is signed by an operator, and is only handed on.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <systemd/sd-event.h>

#include "base/http/message.hpp"
#include "entrance/entry.hpp"
#include "entrance/pages.hpp"
#include "entrance/peer.hpp"
#include "fleet/office/board.hpp"
#include "fleet/office/office.hpp"
#include "push/broker/handover.hpp"

namespace stint::fleet {

/// The fleet's page, as its door knows it.
extern const entrance::House house;
/// Its files, sorted by path (cmake/page.cmake).
std::span<const entrance::EmbeddedFile> embeddedFiles();

class Door final : public http::Service {
public:
    struct Place {
        sd_event* loop;
        std::string token; ///< of programs
        std::string page;  ///< the page's whole address, with a token of its own
        entrance::Entry entry;
        entrance::Peers peers;
        std::optional<std::filesystem::path> webRoot; ///< for who works on the page
    };
    Door(Office& office, std::shared_ptr<push::Handover> handover, Place place);

    std::shared_ptr<const http::Caller> met(int socket) override;
    http::Judged judged(const http::Request& head) override;
    void answer(http::Request request, std::function<void(http::Answer)> done) override;
    std::unique_ptr<http::Viewer> stream(const http::Request& request, std::function<void()> wake) override;
    const http::Headers& commonHeaders() const override;

private:
    bool hasToken(const http::Request& head) const;

    Office& office_;
    std::shared_ptr<push::Handover> handover_;
    Place place_;
    entrance::Makers makers_;
    entrance::Pages pages_;
    Board board_;
};

} // namespace stint::fleet
