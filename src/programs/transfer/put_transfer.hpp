// An upload by one PUT. It cannot be resumed: after a break the next run sends the whole file.
#pragma once
#include <memory>

#include "programs/transfer/body.hpp"
#include "programs/transfer/fetch.hpp"
#include "programs/transfer/source.hpp"
#include "programs/transfer/spec.hpp"
#include "programs/transfer/transfer.hpp"

namespace stint::transfer {

/// An upload by one PUT. It cannot be resumed: after a break the next run sends the whole file.
class PutTransfer final : public Transfer {
public:
    PutTransfer(Upload upload, Watcher watcher, World world);

    bool begin() override;
    void stop() override;
    bool takeBack() override;
    void reconnect() override;
    bool fetchEnded(CURL* handle, CURLcode code) override;

private:
    void leave() override;
    std::optional<Progress> progress() const override;

    void ask(Request::Route route);
    Ending endingFor(CURLcode code) const;

    Upload upload_;
    World world_;
    std::shared_ptr<const Source> source_;
    std::unique_ptr<Body> body_;
    std::unique_ptr<Fetch> fetch_;
};

} // namespace stint::transfer
