// One download, from its part's lock to the file in place: it asks one of its sources (sources.hpp), decides by the
// response (response.hpp), hands the bytes to its part (part.hpp), and ends in an Ending. Before it, for `--checksum
// auto`, the ".sha256" file.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "programs/transfer/engine.hpp"
#include "programs/transfer/fetch.hpp"
#include "programs/transfer/part.hpp"
#include "programs/transfer/sources.hpp"
#include "programs/transfer/spec.hpp"

namespace stint::transfer {

/// The ".sha256" file beside a file, fetched before the file itself (`--checksum auto`).
class Sums final : private Fetch::Client {
public:
    Sums(const Net& net, const Download& download);

    bool is(const CURL* handle) const { return fetch_.is(handle); }
    /// To be called after the fetch ended with `code`. An Ending: the file cannot be downloaded now; else `digest` is
    /// the file's, or empty if there is no such file.
    std::optional<Ending> conclude(CURLcode code, std::string& digest) const;

private:
    Fetch::Take take(std::span<const char> bytes) override;

    std::string name_; ///< the file's name, in the URL
    std::string text_;
    Fetch fetch_;
};

class DownloadTransfer final : public Transfer, private Fetch::Client {
public:
    DownloadTransfer(Download download, Watcher watcher, World world);

    bool begin() override;
    /// Keeps what was received; syncing it continues in the background.
    void stop() override;
    /// PROPOSAL: a download that is cancelled while it runs loses what was received, and its record.
    bool takeBack() override;
    void reconnect() override;
    bool fetchEnded(CURL* handle, CURLcode code) override;

private:
    void tidy(Clock::time_point now) override;
    void leave() override;
    std::optional<Progress> progress() const override;

    Fetch::Take take(std::span<const char> bytes) override;
    Fetch::Take join(std::span<const char> bytes);
    /// Drops this body, and the bytes in place once the whole file comes.
    Fetch::Take distrust(std::string reason);
    Fetch::Take store(std::span<const char> bytes);

    Result<bool> openPart();
    /// The digest that the whole file will have to have; empty: none is known.
    std::string digestAtEnd() const;
    std::optional<Elsewhere> elsewhere() const;
    /// Ends it; the text says how much is kept for the next run.
    Ending diskFailed(const Error& error) const;
    void ask(Request::Route route);
    /// The source that is asked is of no use in this run: the next one that was not is asked, or the run ends.
    void sourceFailed(Ending ending);
    void adoptSource();
    /// The whole file had a wrong digest, and was removed.
    void digestFailed(Ending ending);
    void setCourse(Course course);
    std::optional<Ending> inVain(const Sidecar& version) const;
    void takeAnew();
    void emptied(const Result<void>& result);
    void sumsEnded(CURLcode code);
    void conclude(CURLcode code);
    void bodyEnded(CURLcode code);
    void finish();
    /// Ends it; what was received is useless for later runs.
    void giveUp(Ending ending);

    Download download_;
    World world_;
    Sources sources_;
    std::unique_ptr<Part> part_; ///< null until it is locked
    std::unique_ptr<Sums> sums_; ///< while the .sha256 file is fetched
    std::string sumsDigest_;     ///< the .sha256 file's result

    std::unique_ptr<Fetch> fetch_;
    Asked asked_;
    std::optional<Course> course_;    ///< decided when the response's head is there
    bool plain_ = false;              ///< the whole file is asked for, whatever is there
    std::string plainReason_;         ///< the reason for that
    bool distrusted_ = false;         ///< Asked::distrusted
    Bytes compared_ = 0;              ///< bytes of the overlap that were compared
    std::optional<Ending> failure_;   ///< an error that take() met
    bool worthless_ = false;          ///< failure_ leaves nothing to resume
    bool takenBack_ = false;          ///< only its removal is still under way
    bool reconnectWanted_ = false;    ///< while the part is being emptied
    std::optional<CURLcode> heldEnd_; ///< the fetch ended while the part was being emptied
    Progress::Phase phase_ = Progress::Phase::Loading;
};

} // namespace stint::transfer
