// An upload by the tus protocol 1.0.0: created once, then resumed from the server's offset across any restart, as long
// as the file has not changed. One PATCH for all remaining bytes, or one for each piece if the server verifies
// checksums.
#pragma once
#include <atomic>
#include <memory>

#include "programs/transfer/engine.hpp"
#include "programs/transfer/fetch.hpp"
#include "programs/transfer/spec.hpp"
#include "programs/transfer/tus.hpp"
#include "programs/transfer/upload.hpp"

namespace stint::transfer {

class TusTransfer final : public Transfer {
public:
    TusTransfer(Upload upload, Watcher watcher, World world);

    bool begin() override;
    /// Stops; the server keeps the bytes it has.
    void stop() override;
    bool takeBack() override;
    void reconnect() override;
    bool fetchEnded(CURL* handle, CURLcode code) override;

private:
    /// The purpose of the present request.
    enum class Step {
        Discard,  ///< DELETE: bytes of the file's old version are useless
        Discover, ///< OPTIONS: what the server can do
        Create,   ///< POST
        Locate,   ///< HEAD: how much the server has
        Send,     ///< PATCH
        TakeBack, ///< DELETE: the job was cancelled
    };

    void leave() override;
    std::optional<Progress> progress() const override;

    void goOn(const std::optional<UploadState>& state);
    void request(Step step, Request request);
    void discard(Step step, const std::string& location);
    void discover(Request::Route route);
    void create();
    void createAnew(const std::string& why);
    void locate(Request::Route route);
    void sendFrom(Bytes offset);
    void send(Bytes offset, Bytes end, const std::string& checksum);

    void discovered(const Response& response);
    void created(const Response& response);
    void located(const Response& response);
    void sentUpTo(const Response& response);
    void askAgain(const Response& response);
    void noteExpiry();
    void done();

    Upload upload_;
    World world_;
    std::shared_ptr<const Source> source_;
    std::optional<UploadRecord> record_; ///< none until it is locked
    UploadState state_;
    DiskQueue diskQueue_;
    std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);

    Step step_ = Step::Discover;
    Bytes offset_ = 0;     ///< bytes that the server has
    bool located_ = false; ///< the server has reported it in this run
    int creations_ = 0;    ///< in this run
    int conflicts_ = 0;    ///< since the server last took any bytes
    std::unique_ptr<Body> body_;
    std::unique_ptr<Fetch> fetch_;
};

/// Removes the upload's record. Call it only once the job is known to be over.
void forgetSent(const Upload& upload);

} // namespace stint::transfer
