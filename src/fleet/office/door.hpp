// The door of stint-fleetd for who runs the fleet (fleet.md §5): HTTP on loopback, for whoever can read the token in
// the server's directory. What it shows is the office's; what is to be done is signed by an operator, and is only
// handed on.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/http/message.hpp"
#include "fleet/office/office.hpp"
#include "push/broker/handover.hpp"

namespace stint::fleet {

class Door final : public http::Service {
public:
    Door(Office& office, std::shared_ptr<push::Handover> handover, std::string token)
        : office_(office), handover_(std::move(handover)), token_(std::move(token)) {}

    std::shared_ptr<const http::Caller> met(int socket) override;
    http::Judged judged(const http::Request& head) override;
    void answer(http::Request request, std::function<void(http::Answer)> done) override;
    const http::Headers& commonHeaders() const override;

private:
    bool isKnown(const http::Request& head) const;

    Office& office_;
    std::shared_ptr<push::Handover> handover_;
    std::string token_;
};

} // namespace stint::fleet
