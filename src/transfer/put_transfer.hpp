// An upload by one PUT. What is cut off cannot be gone on from: the next run sends the file as a whole.
#pragma once
#include <memory>

#include "transfer/body.hpp"
#include "transfer/fetch.hpp"
#include "transfer/source.hpp"
#include "transfer/transfer.hpp"
#include "transfer/upload.hpp"

namespace stint::transfer {

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
