#include "stintd/daemon/aborts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

namespace stint {
namespace {

constexpr std::size_t enough = 3;
constexpr Duration shortTime = 1min;
constexpr std::size_t mostLines = 16; ///< the lines that are kept over a start
constexpr std::size_t longestName = 600;
constexpr std::string_view nobody = "-";

// From here to onDeath(), the code does only what a signal handler may do in a broken process. It allocates nothing.

class LineBuffer {
public:
    void add(char c) {
        if (size_ < text_.size()) text_[size_++] = c;
    }
    void add(std::string_view text) {
        for (const char c : text)
            add(c);
    }
    void add(std::int64_t number) {
        std::array<char, 24> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        add({digits.data(), static_cast<std::size_t>(end - digits.data())});
    }
    /// Adds an app's text, cut, and with control characters replaced.
    void addTame(std::string_view text) {
        for (const char c : text.substr(0, longestName / 3))
            add(static_cast<unsigned char>(c) < ' ' ? '?' : c);
    }
    std::string_view text() const { return {text_.data(), size_}; }

private:
    std::array<char, 1024> text_{};
    std::size_t size_ = 0;
};

void addName(LineBuffer& line, const JobKey& key) {
    line.addTame(key.app.name.str());
    line.add('/');
    line.addTame(key.space.str());
    line.add('#');
    line.add(std::int64_t{key.id.value});
}

int file = -1;
LineBuffer boot;
LineBuffer version;
const Job* const volatile* volatile watched = nullptr;

void onDeath(int signal) {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    LineBuffer line;
    line.add(boot.text());
    line.add(' ');
    line.add(std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000);
    line.add(' ');
    line.add(version.text());
    line.add(' ');
    const Job* const volatile* asked = watched;
    if (const Job* job = asked ? *asked : nullptr) {
        line.add(static_cast<std::int64_t>(job->sequence));
        line.add(' ');
        addName(line, job->key);
    } else {
        line.add("0 ");
        line.add(nobody);
    }
    line.add('\n');
    [[maybe_unused]] const auto written = ::write(file, line.text().data(), line.text().size());
    ::raise(signal); // the signal's default action, once the handler has returned
}

void handleDeaths() {
    static std::array<char, 64 * 1024> spare; // the handler's stack: an overflowed one cannot be used
    const stack_t stack{.ss_sp = spare.data(), .ss_flags = 0, .ss_size = spare.size()};
    ::sigaltstack(&stack, nullptr);
    struct sigaction action {};
    action.sa_handler = onDeath;
    action.sa_flags = static_cast<int>(SA_ONSTACK | SA_RESETHAND);
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
        ::sigaction(signal, &action, nullptr);
}

std::string read(const std::filesystem::path& path) {
    constexpr std::size_t most = 64 * 1024; // more than is kept, and little enough to read at once
    std::ifstream in(path, std::ios::binary);
    std::string text(most, '\0');
    in.read(text.data(), static_cast<std::streamsize>(most));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

} // namespace

std::vector<Abort> abortsIn(std::string_view text) {
    std::vector<Abort> aborts;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        Abort abort;
        std::int64_t milliseconds = 0;
        if (!(words >> abort.boot >> milliseconds >> abort.version >> abort.sequence >> std::ws)) continue;
        if (!std::getline(words, abort.job)) continue;
        if (abort.job == nobody) abort.job.clear();
        abort.at = Instant{Duration{milliseconds}};
        aborts.push_back(std::move(abort));
    }
    return aborts;
}

std::string lineOf(const Abort& abort) {
    return fmt::format("{} {} {} {} {}\n", abort.boot, abort.at.time_since_epoch().count(), abort.version,
                       abort.sequence, abort.job.empty() ? nobody : std::string_view(abort.job));
}

std::vector<Abort> inARow(const std::vector<Abort>& aborts) {
    const auto together = [&](std::size_t first) {
        if (first + enough > aborts.size()) return false;
        const auto row = aborts.begin() + static_cast<std::ptrdiff_t>(first);
        const auto last = row + (enough - 1);
        return last->at >= row->at && last->at - row->at <= shortTime &&
               std::all_of(row, last + 1,
                           [&](const Abort& one) { return one.boot == row->boot && one.version == row->version; });
    };
    std::vector<Abort> row;
    for (std::size_t n = 0; n < aborts.size(); ++n)
        if (together(n) || (n >= 1 && together(n - 1)) || (n >= 2 && together(n - 2))) row.push_back(aborts[n]);
    return row;
}

std::string abortName(const JobKey& key) {
    LineBuffer line;
    addName(line, key);
    return std::string(line.text());
}

void Aborts::open(const std::filesystem::path& directory, const BootId& bootNow, const std::string& versionNow) {
    const auto path = directory / "aborts";
    all_ = abortsIn(read(path));
    const std::size_t found = all_.size();
    std::erase_if(all_, [&](const Abort& one) { return one.boot != bootNow.value || one.version != versionNow; });
    if (all_.size() > mostLines) all_.erase(all_.begin(), all_.end() - static_cast<std::ptrdiff_t>(mostLines));
    row_ = inARow(all_);
    if (all_.size() != found) {
        std::ofstream out(path, std::ios::binary | std::ios::trunc);
        for (const Abort& one : all_)
            out << lineOf(one);
    }
    boot = version = {};
    boot.add(bootNow.value);
    version.add(versionNow);
    if (file >= 0) ::close(file);
    file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file >= 0) handleDeaths(); // else stintd starts without this journal
}

void Aborts::watch(const Job* const volatile* asked) { watched = asked; }

std::map<JobKey, std::string> Aborts::heldBack(const std::vector<StoredJob>& jobs) const {
    std::map<JobKey, std::string> held;
    for (const Abort& one : row_) {
        const auto isIt = [&one](const StoredJob& stored) {
            return stored.job.sequence == one.sequence && abortName(stored.job.key) == one.job;
        };
        const auto found = std::ranges::find_if(jobs, isIt);
        if (found == jobs.end()) continue;
        held[found->job.key] = "stintd aborted three times within a minute while it evaluated this job";
    }
    return held;
}

} // namespace stint
