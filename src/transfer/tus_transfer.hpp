// An upload by the tus protocol 1.0.0: created once, and then gone on with from what the server says it has, over
// restarts of anything, for as long as the file is the very one it was begun with. One PATCH for all that is left;
// where the server checks checksums, one a piece.
#pragma once
#include <atomic>
#include <memory>

#include "transfer/body.hpp"
#include "transfer/fetch.hpp"
#include "transfer/source.hpp"
#include "transfer/transfer.hpp"
#include "transfer/tus.hpp"
#include "transfer/upload.hpp"
#include "transfer/upload_record.hpp"

namespace stint::transfer {

class TusTransfer final : public Transfer {
public:
    TusTransfer(Upload upload, Watcher watcher, World world);

    bool begin() override;
    /// What the server has stays there.
    void stop() override;
    bool takeBack() override;
    void reconnect() override;
    bool fetchEnded(CURL* handle, CURLcode code) override;

private:
    /// What the present request is for.
    enum class Step {
        Discard,  ///< DELETE: what was sent of the file as it was is of no use
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

    void discovered(const Answer& answer);
    void created(const Answer& answer);
    void located(const Answer& answer);
    void sentUpTo(const Answer& answer);
    void askAgain(const Answer& answer);
    void noteExpiry();
    void done();

    Upload upload_;
    World world_;
    std::shared_ptr<const Source> source_;
    std::optional<UploadRecord> record_; ///< none until its lock is had
    UploadState state_;
    Errands errands_;
    std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);

    Step step_ = Step::Discover;
    Bytes offset_ = 0;  ///< the server has so much
    int creations_ = 0; ///< in this run
    int conflicts_ = 0; ///< since the server last took something
    std::unique_ptr<Body> body_;
    std::unique_ptr<Fetch> fetch_;
};

/// Nothing goes on from this upload any more. Call it once the job is known to be over, and not before.
void forgetSent(const Upload& upload);

} // namespace stint::transfer
