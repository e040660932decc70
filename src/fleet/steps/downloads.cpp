#include "fleet/steps/downloads.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/folder.hpp"
#include "programs/transfer/curl_error.hpp"
#include "programs/transfer/digest.hpp"
#include "programs/transfer/finish.hpp"

namespace stint::fleet {

namespace {

constexpr std::size_t hashedAtOnce = std::size_t{1} << 20;

/// A machine's trouble passes, and so does a clock's, with which no certificate is valid; what a server says does not.
Errand::StepEnded stepEndOf(const transfer::Ending& ending) {
    const bool isOurs = ending.exitCode == ends::inputOutput || ending.exitCode == ends::cannotCreate;
    const bool mayPass = ending.fate == transfer::Fate::Later || isOurs || transfer::isOfCertificate(ending);
    return mayPass ? notNow(ending.exitCode, ending.text) : forGood(ending.exitCode, ending.text);
}

class Download final : public Doing {
public:
    Download(Downloads& downloads, Folder folder, std::string name, Source source, Downloads::Arrived arrived,
             Ended end)
        : downloads_(downloads), folder_(std::move(folder)), name_(std::move(name)), source_(std::move(source)),
          arrived_(std::move(arrived)), end_(std::move(end)) {
        crypto_hash_sha256_init(&hash_);
    }
    ~Download() override {
        if (ticket_) downloads_.engine().stop(*ticket_);
    }

    /// Looks at what is there first.
    Result<void> begin(sd_event* loop) {
        there_ = folder_.openOurs(name_, O_RDONLY);
        struct stat file {};
        if (!there_ || ::fstat(there_.get(), &file) != 0 || file.st_size != source_.size) return fetch();
        piece_.resize(hashedAtOnce);
        sd_event_source* made = nullptr;
        const int failed = sd_event_add_defer(loop, &made, hashSome, this);
        if (failed < 0) return fail(Errc::SYSTEM, "cannot look at {}: {}", name_, std::strerror(-failed));
        hashing_.reset(made);
        sd_event_source_set_priority(made, SD_EVENT_PRIORITY_IDLE); // whatever else there is to do comes first
        sd_event_source_set_enabled(made, SD_EVENT_ON);
        return {};
    }

private:
    static int hashSome(sd_event_source*, void* it) {
        auto& self = *static_cast<Download*>(it);
        const ssize_t size = ::read(self.there_.get(), self.piece_.data(), self.piece_.size());
        if (size < 0 && errno == EINTR) return 0;
        if (size > 0) {
            crypto_hash_sha256_update(&self.hash_, reinterpret_cast<const unsigned char*>(self.piece_.data()),
                                      static_cast<unsigned long long>(size));
            return 0;
        }
        self.hashing_.reset();
        self.there_ = {};
        self.piece_ = {};
        std::string hash(crypto_hash_sha256_BYTES, '\0');
        crypto_hash_sha256_final(&self.hash_, reinterpret_cast<unsigned char*>(hash.data()));
        if (size == 0 && transfer::toHex(hash) == self.source_.sha256) {
            self.end_(done(fmt::format("{} is there already ({})", self.name_, formatSize(self.source_.size))));
            return 0;
        }
        if (const auto begun = self.fetch(); !begun.ok()) self.end_(notNow(ends::inputOutput, begun.error().message));
        return 0;
    }

    Result<void> fetch() {
        STINT_TRY(downloads_.prepare());
        // A link, or a file that has become somebody else's: the engine would leave it alone.
        const auto standing = folder_.standing(name_);
        if (standing == Folder::Standing::Doubtful) STINT_TRY(folder_.remove(name_));
        const transfer::Download wanted{.url = source_.url,
                                        .output = folder_.at(name_),
                                        .checksum = "sha256:" + source_.sha256,
                                        .overwrite = true,
                                        .largest = source_.size};
        ticket_ = downloads_.engine().start(
            wanted, {.progressed = [this](const transfer::Progress& progress) { arrived_(progress.inPlace); },
                     .ended = [this](const transfer::Ending& ending) { fetched(ending); }});
        return {};
    }

    void fetched(const transfer::Ending& ending) {
        ticket_.reset();
        if (ending.fate != transfer::Fate::Done) return end_(stepEndOf(ending));
        arrived_(source_.size);
        transfer::forgetFinished(folder_.at(name_));
        const Fd file = folder_.openOurs(name_, O_RDONLY);
        struct stat what {};
        if (file && ::fstat(file.get(), &what) == 0 && what.st_size == source_.size) return end_(done(ending.text));
        // Its hash is right, so the document is wrong.
        (void)folder_.remove(name_);
        end_(forGood(ends::badData,
                     fmt::format("{} has {}, and {} were signed", name_, counted(what.st_size, "byte"), source_.size)));
    }

    Downloads& downloads_;
    Folder folder_;
    std::string name_;
    Source source_;
    Downloads::Arrived arrived_;
    Ended end_;
    Fd there_;
    crypto_hash_sha256_state hash_{};
    std::vector<char> piece_;
    EventSource hashing_;
    std::optional<transfer::Engine::Ticket> ticket_;
};

} // namespace

Result<std::unique_ptr<Doing>> Downloads::begin(const std::filesystem::path& folder, const std::string& name,
                                                const Source& source, Arrived arrived, Ended end) {
    auto opened = STINT_TRY(Folder::open(folder));
    auto made = std::make_unique<Download>(*this, std::move(opened), name, source, std::move(arrived), std::move(end));
    STINT_TRY(made->begin(loop_));
    return Result<std::unique_ptr<Doing>>(std::move(made));
}

Result<void> Downloads::prepare() {
    if (engine_) return {};
    auto engine = std::make_unique<transfer::Engine>();
    sd_event_source* made = nullptr;
    const int failed = sd_event_add_io(loop_, &made, engine->fd(), EPOLLIN, readable, this);
    if (failed < 0) return fail(Errc::SYSTEM, "cannot watch transfers: {}", std::strerror(-failed));
    source_.reset(made);
    engine_ = std::move(engine);
    return {};
}

int Downloads::readable(sd_event_source*, int, std::uint32_t, void* self) {
    static_cast<Downloads*>(self)->turn();
    return 0;
}

int Downloads::due(sd_event_source*, std::uint64_t, void* self) {
    static_cast<Downloads*>(self)->turn();
    return 0;
}

void Downloads::turn() {
    engine_->turn(-1, Duration(0));
    timer_.reset();
    const auto next = engine_->timeout();
    if (!next) return;
    constexpr std::uint64_t accuracy = 1'000; // curl's own times are milliseconds
    const auto wait = std::chrono::duration_cast<std::chrono::microseconds>(*next);
    sd_event_source* made = nullptr;
    if (sd_event_add_time_relative(loop_, &made, CLOCK_MONOTONIC, static_cast<std::uint64_t>(wait.count()), accuracy,
                                   due, this) >= 0)
        timer_.reset(made);
}

} // namespace stint::fleet
