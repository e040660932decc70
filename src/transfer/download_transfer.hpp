// One download, from its part's lock to the file in place: it asks, decides by the answer (answer.hpp), hands the bytes
// to its part (part.hpp), and ends in an Ending.
#pragma once
#include <memory>
#include <optional>

#include "transfer/download.hpp"
#include "transfer/fetch.hpp"
#include "transfer/part.hpp"
#include "transfer/sums.hpp"
#include "transfer/transfer.hpp"

namespace stint::transfer {

class DownloadTransfer final : public Transfer, private Fetch::Peer {
public:
    DownloadTransfer(Download download, Watcher watcher, World world);

    bool begin() override;
    /// What was received stays; making it durable goes on behind.
    void stop() override;
    /// PROPOSAL: what was received of a download that is cancelled while it runs goes, and its record.
    bool takeBack() override;
    void reconnect() override;
    bool fetchEnded(CURL* handle, CURLcode code) override;

private:
    void tidy(Clock::time_point now) override;
    void leave() override;
    std::optional<Progress> progress() const override;

    Fetch::Take take(std::span<const char> bytes) override;
    Fetch::Take join(std::span<const char> bytes);
    /// Drops this body, and what is there once the whole file comes.
    Fetch::Take distrust(std::string reason);
    Fetch::Take store(std::span<const char> bytes);

    Result<bool> openPart();
    /// What of it is there for the next run is said.
    Ending diskFailed(const Error& error) const;
    void ask(Request::Route route);
    void setCourse(Course course);
    std::optional<Ending> inVain(const Sidecar& version) const;
    void takeAnew();
    void emptied(const Result<void>& result);
    void sumsEnded(CURLcode code);
    void conclude(CURLcode code);
    void bodyEnded(CURLcode code);
    void finish();
    /// Ends it; what was received is of no use to any later run.
    void giveUp(Ending ending);

    Download download_;
    World world_;
    std::unique_ptr<Part> part_; ///< none until its lock is had
    std::unique_ptr<Sums> sums_; ///< while the digest beside the file is asked for
    std::string sumsDigest_;     ///< what it said

    std::unique_ptr<Fetch> fetch_;
    Asked asked_;
    std::optional<Course> course_;    ///< decided when the answer's head is there
    bool plain_ = false;              ///< the whole file is asked for, whatever is there
    std::string plainReason_;         ///< and why
    bool distrusted_ = false;         ///< Asked::distrusted
    Bytes compared_ = 0;              ///< of the overlap
    std::optional<Ending> failure_;   ///< met inside take()
    bool worthless_ = false;          ///< failure_ leaves nothing to go on from
    bool takenBack_ = false;          ///< nothing but its removal goes on
    bool reconnectWanted_ = false;    ///< while the part is being emptied
    std::optional<CURLcode> heldEnd_; ///< the fetch ended while the part was being emptied
    Progress::Phase phase_ = Progress::Phase::Loading;
};

} // namespace stint::transfer
