#include "push/endpoint/files.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text/number.hpp"
#include "base/unix/fd.hpp"
#include "push/endpoint/posting.hpp"

namespace stint::push {
namespace {

constexpr std::size_t atOnce = 64 << 10;
constexpr std::size_t hashDigits = 64;

bool isFileName(std::string_view name) {
    return name.size() == hashDigits && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Another one whenever the file is another, or has been written to.
std::string tagOf(const struct stat& file) {
    return fmt::format("\"{:x}-{:x}-{:x}-{:x}\"", file.st_ino, file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
}

} // namespace

Wanted wantedOf(const http::Request& request, std::string_view tag, std::uint64_t size) {
    const Wanted all{Part{0, size}, true};
    const auto ranges = request.values("Range");
    if (request.method != "GET" || ranges.size() != 1 || !ranges.front().starts_with("bytes=")) return all;
    const auto versions = request.values("If-Range");
    if (versions.size() > 1 || (versions.size() == 1 && versions.front() != tag)) return all;
    const std::string_view range = ranges.front().substr(6);
    const auto dash = range.find('-');
    if (dash == std::string_view::npos) return all;
    const std::string_view from = range.substr(0, dash), to = range.substr(dash + 1);
    const auto first = numberIn<std::uint64_t>(from), last = numberIn<std::uint64_t>(to);
    if (from.empty()) { // the last bytes
        if (!last) return all;
        const std::uint64_t count = std::min(*last, size);
        return count == 0 ? Wanted{} : Wanted{Part{size - count, count}};
    }
    if (!first || (!last && !to.empty()) || (last && *last < *first)) return all;
    if (*first >= size) return {};
    return {Part{*first, std::min(last.value_or(size), size - 1) - *first + 1}};
}

/// A file on its way to one reader.
class Files::Sending final : public http::Source {
public:
    Sending(Fd file, Part part, std::string sender, Instant since)
        : file_(std::move(file)), part_(part), sender_(std::move(sender)), since_(since) {}

    std::uint64_t size() const override { return part_.size; }
    std::string take() override {
        std::string some(std::min<std::uint64_t>(atOnce, isOver_ ? 0 : part_.size - sent_), '\0');
        const ssize_t count = ::pread(file_.get(), some.data(), some.size(), static_cast<off_t>(part_.first + sent_));
        some.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        sent_ += some.size();
        return some;
    }

    const std::string& sender() const { return sender_; }
    Duration took(Instant now) const { return now - since_; }
    /// Bytes in a millisecond, so far.
    double rate(Instant now) const {
        return static_cast<double>(sent_) / static_cast<double>(std::max<std::int64_t>(took(now).count(), 1));
    }
    void giveWay() { isOver_ = true; }

private:
    Fd file_;
    Part part_;
    std::string sender_;
    Instant since_;
    std::uint64_t sent_ = 0;
    bool isOver_ = false;
};

Result<std::unique_ptr<Files>> Files::open(const std::filesystem::path& directory) {
    Folder folder = STINT_TRY(Folder::open(directory));
    return std::unique_ptr<Files>(new Files(std::move(folder)));
}

// The address with the most places gives way first, and of it the slowest.
bool Files::makeRoom(const std::string& sender, Instant now) {
    std::erase_if(sending_, [](const auto& one) { return one.expired(); });
    if (sending_.size() < mostFiles) return true;
    std::map<std::string, std::size_t> places;
    for (const auto& one : sending_)
        ++places[one.lock()->sender()];
    const auto mayStay = [&](const Sending& one) {
        const bool isGreedy = one.sender() != sender && places[one.sender()] > mostFiles / 2;
        return one.took(now) < undisturbed && !isGreedy;
    };
    auto chosen = sending_.end();
    for (auto each = sending_.begin(); each != sending_.end(); ++each) {
        const auto one = each->lock();
        if (mayStay(*one)) continue;
        const auto before = chosen == sending_.end() ? nullptr : chosen->lock();
        const bool isNext = !before || places[one->sender()] > places[before->sender()] ||
                            (places[one->sender()] == places[before->sender()] && one->rate(now) < before->rate(now));
        if (isNext) chosen = each;
    }
    if (chosen == sending_.end()) return false;
    chosen->lock()->giveWay();
    sending_.erase(chosen);
    return true;
}

std::optional<http::Answer> Files::answer(const http::Request& request, const std::string& sender, Instant now) {
    const std::string name = request.path.substr(filesPath.size());
    if (!isFileName(name)) return std::nullopt;
    Fd file = folder_.openOurs(name, O_RDONLY);
    struct stat its {};
    if (!file || ::fstat(file.get(), &its) != 0) return std::nullopt;
    const auto size = static_cast<std::uint64_t>(its.st_size);
    const std::string tag = tagOf(its);
    const auto [part, isAll] = wantedOf(request, tag, size);
    if (!part) {
        auto refused = http::refusal(416, "the file has no such part");
        refused.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
        return refused;
    }
    http::Answer answer{isAll ? 200 : 206, "application/octet-stream"};
    answer.headers = {{"ETag", tag}, {"Accept-Ranges", "bytes"}};
    if (!isAll)
        answer.headers.emplace_back("Content-Range",
                                    fmt::format("bytes {}-{}/{}", part->first, part->first + part->size - 1, size));
    const bool isHead = request.method == "HEAD";
    if (!isHead && !makeRoom(sender, now)) return retryLater(503, untilBack, "too many files are sent now");
    const auto sending = std::make_shared<Sending>(std::move(file), *part, sender, now);
    if (!isHead) sending_.push_back(sending);
    answer.source = sending;
    return answer;
}

} // namespace stint::push
