// libFuzzer's place where there is only g++: runs a target on each file of its corpus, and on mutations of them. The
// same seed makes the same mutations, so what fails here fails again.
//
//     fuzz_TARGET [--mutations N] [--seed N] FILE-OR-DIRECTORY…
//
// The input of a crash, and of one that takes longer than ten seconds, is written to fuzz_TARGET.crash.
#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fuzz/fuzz.hpp"

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

constexpr unsigned longest = 10; // seconds
constexpr std::size_t mostBytes = 64 * 1024;
constexpr rlim_t mostMemory = rlim_t{2} << 30;

const Bytes* current = nullptr;
std::string crashFile;

void keepInput(int signal) {
    const int fd = ::open(crashFile.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd >= 0 && current && ::write(fd, current->data(), current->size()) >= 0) ::close(fd);
    constexpr std::string_view told = "the input is kept beside this program, as .crash\n";
    if (::write(STDERR_FILENO, told.data(), told.size()) < 0) ::_exit(1);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void run(const Bytes& input) {
    current = &input;
    ::alarm(longest);
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

Bytes contentOf(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

class Mutator {
public:
    Mutator(const std::vector<Bytes>& corpus, std::uint64_t seed) : corpus_(corpus), chance_(seed) {}

    Bytes next() {
        Bytes bytes = corpus_[below(corpus_.size())];
        for (std::size_t times = 1 + below(4); times > 0; --times)
            change(bytes);
        bytes.resize(std::min(bytes.size(), mostBytes));
        return bytes;
    }

private:
    std::size_t below(std::size_t bound) { return bound == 0 ? 0 : chance_() % bound; }

    void change(Bytes& bytes) {
        const auto at = [&] { return bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size() + 1)); };
        if (bytes.empty()) bytes.push_back(static_cast<std::uint8_t>(below(256)));
        switch (below(6)) {
        case 0: // a bit
            bytes[below(bytes.size())] ^= static_cast<std::uint8_t>(1U << below(8));
            return;
        case 1: // a byte
            bytes[below(bytes.size())] = static_cast<std::uint8_t>(below(256));
            return;
        case 2: // an end of a range
            bytes[below(bytes.size())] = std::array<std::uint8_t, 6>{0, 0xff, 0x7f, 0x80, '"', '\n'}[below(6)];
            return;
        case 3: { // a part less
            const auto from = at();
            bytes.erase(from,
                        from + static_cast<std::ptrdiff_t>(below(static_cast<std::size_t>(bytes.end() - from) + 1)));
            return;
        }
        case 4: { // a part of another
            const Bytes& other = corpus_[below(corpus_.size())];
            const std::size_t from = below(other.size());
            const std::size_t size = below(std::min<std::size_t>(other.size() - from, 64) + 1);
            bytes.insert(at(), other.begin() + static_cast<std::ptrdiff_t>(from),
                         other.begin() + static_cast<std::ptrdiff_t>(from + size));
            return;
        }
        default: // a byte many times
            bytes.insert(at(), below(200), static_cast<std::uint8_t>(below(256)));
        }
    }

    const std::vector<Bytes>& corpus_;
    std::mt19937_64 chance_;
};

void guard(const char* program) {
    crashFile = std::string(program) + ".crash";
    // On a stack of its own: the usual one may be what has run out.
    static std::array<char, 64 * 1024> stack;
    const stack_t other{.ss_sp = stack.data(), .ss_flags = 0, .ss_size = stack.size()};
    ::sigaltstack(&other, nullptr);
    struct sigaction action {};
    action.sa_handler = keepInput;
    action.sa_flags = SA_ONSTACK;
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGALRM})
        ::sigaction(signal, &action, nullptr);
#ifndef __SANITIZE_ADDRESS__
    const rlimit memory{mostMemory, mostMemory};
    ::setrlimit(RLIMIT_AS, &memory);
#endif
}

} // namespace

int main(int count, char** words) {
    std::uint64_t mutations = 0;
    std::uint64_t seed = 1;
    std::vector<fs::path> files;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        if (word == "--mutations" && i + 1 < count)
            mutations = std::strtoull(words[++i], nullptr, 10);
        else if (word == "--seed" && i + 1 < count)
            seed = std::strtoull(words[++i], nullptr, 10);
        else if (fs::is_directory(word))
            std::copy(fs::directory_iterator(word), {}, std::back_inserter(files));
        else
            files.emplace_back(word);
    }
    std::sort(files.begin(), files.end());
    std::vector<Bytes> corpus;
    std::transform(files.begin(), files.end(), std::back_inserter(corpus), contentOf);
    if (corpus.empty() ||
        !std::all_of(files.begin(), files.end(), [](const fs::path& file) { return fs::exists(file); }))
        return std::fprintf(stderr, "%s: the corpus is not there\n", words[0]), 64;

    guard(words[0]);
    for (const Bytes& input : corpus)
        run(input);
    Mutator mutator(corpus, seed);
    for (std::uint64_t i = 0; i < mutations; ++i)
        run(mutator.next());
    std::printf("%zu inputs, %llu mutations from seed %llu\n", corpus.size(),
                static_cast<unsigned long long>(mutations), static_cast<unsigned long long>(seed));
}
