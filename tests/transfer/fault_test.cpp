// Faults of the process, the machine and the disk: SIGKILL, power loss, a full disk.
#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <random>
#include <set>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/unix/fd.hpp"
#include "programs/transfer/sidecar.hpp"
#include "transfer/nginx.hpp"
#include "transfer/sample_file.hpp"

using namespace stint;
using namespace stint::transfer;

namespace {

/// A process of its own that downloads; its exit code is 0 once the file is saved.
pid_t downloader(const Download& download) {
    const pid_t process = ::fork();
    if (process == 0) ::_exit(run(download).fate == Fate::Done ? 0 : 1);
    return process;
}

/// How often something was written in a directory since it was asked last.
int writesSeen(const Fd& watch) {
    alignas(inotify_event) std::array<char, 4096> buffer;
    const ssize_t count = ::read(watch.get(), buffer.data(), buffer.size()); // -1: nothing
    int writes = 0;
    for (ssize_t at = 0; at < count; ++writes)
        at += static_cast<ssize_t>(sizeof(inotify_event) + reinterpret_cast<inotify_event*>(&buffer[at])->len);
    return writes;
}

/// Kills `process` after `writes` more writes and renames in what `watch` watches. False: it had ended by itself.
bool killAfter(pid_t process, int writes, const Fd& watch) {
    const Fd end(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
    std::array<pollfd, 2> waited{{{watch.get(), POLLIN, 0}, {end.get(), POLLIN, 0}}};
    while (writes > 0 && ::poll(waited.data(), waited.size(), -1) > 0 && !waited[1].revents)
        writes -= writesSeen(watch);
    ::kill(process, SIGKILL);
    int status = 0;
    ::waitpid(process, &status, 0);
    return WIFSIGNALED(status);
}

} // namespace

namespace {

/// While it lives, this process can open so many more files.
class Shortage {
public:
    explicit Shortage(rlim_t left) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const Fd lowest(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        const rlimit least{std::max<rlim_t>(64, static_cast<rlim_t>(lowest.get()) + 32), before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &least);
        while (Fd one{::open("/dev/null", O_RDONLY | O_CLOEXEC)})
            taken_.push_back(std::move(one));
        taken_.resize(taken_.size() - std::min<std::size_t>(left, taken_.size()));
    }
    ~Shortage() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    Shortage(const Shortage&) = delete;
    Shortage& operator=(const Shortage&) = delete;

private:
    rlimit before_{};
    std::vector<Fd> taken_;
};

} // namespace

TEST_CASE("too few descriptors are no end for good, and cost nothing of what is there") { // linux.md §A.10
    if (!Nginx::installed()) return;
    const Place web;
    const Place place;
    const std::string content = noise(1_MiB, 26);
    writeContent(web.path(), content);
    const Nginx nginx(web.path().parent_path(), "limit_rate 4m; sendfile_max_chunk 64k;");
    Engine engine;
    const Download download = place.download(nginx.url("file"));
    engine.stop(runUntil(engine, download, 500'000));
    const auto kept = std::filesystem::file_size(place.parts().part);
    Ending ending;
    for (rlim_t left = 0; left < 12; ++left) {
        CAPTURE(left);
        {
            const Shortage shortage(left);
            ending = run(engine, download);
        }
        CAPTURE(ending.text);
        if (ending.fate == Fate::Done) break;
        CHECK(ending.fate == Fate::Later);
        CHECK(ending.exitCode == 75);
        CHECK(std::filesystem::file_size(place.parts().part) >= kept);
    }
    if (ending.fate != Fate::Done) ending = run(engine, download);
    CAPTURE(ending.text);
    CHECK(ending.fate == Fate::Done);
    CHECK(ending.text.find("anew") == std::string::npos);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("what is to be sent is read later where it cannot be opened now") {
    const Place place;
    writeContent(place.path("source"), "hello");
    for (const auto protocol : {Upload::Protocol::Put, Upload::Protocol::Tus}) {
        Engine engine;
        std::optional<Ending> ending;
        engine.start({.url = "http://127.0.0.1:1/up",
                      .source = place.path("source"),
                      .protocol = protocol,
                      .records = place.path("records")},
                     {.progressed = {}, .ended = [&](const Ending& one) { ending = one; }});
        const Shortage shortage(0);
        while (!ending)
            engine.turn();
        CHECK(ending->fate == Fate::Later);
    }
}

TEST_CASE("a SIGKILL at any moment costs 64 KiB and no byte of the file") {
    if (!Nginx::installed()) return;
    const Place place;
    const Place web;
    constexpr Bytes size = 12_MiB;
    std::string content = noise(size, 1);
    writeContent(web.path(), content);
    Nginx nginx(web.path().parent_path(), "limit_rate 10m; sendfile_max_chunk 64k;");
    Download download = place.download(nginx.url("file"));
    download.checksum = sha256(content);

    unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 chance(seed);
    const Fd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    ::inotify_add_watch(watch.get(), place.path().parent_path().c_str(), IN_MODIFY | IN_MOVED_TO | IN_CREATE);
    std::set<std::string> expected{"\"-\""};
    int kills = 0;
    for (bool ended = false; !ended; kills += !ended) {
        std::error_code none;
        auto before = static_cast<Bytes>(std::filesystem::file_size(place.parts().part, none));
        if (!none && before > overlap) expected.insert(fmt::format("\"bytes={}-\"", before - overlap));
        while (writesSeen(watch) > 0) {
        }
        ended = !killAfter(downloader(download), std::uniform_int_distribution(1, 25)(chance), watch);
    }
    CHECK(run(download).fate == Fate::Done); // known to be done, whatever the last kill hit
    CHECK(contentOf(place.path()) == content);
    CHECK(kills > 3);
    nginx.quit();
    Bytes served = 0;
    for (const auto& one : nginx.served()) {
        CHECK(expected.contains(one.range)); // from where the part ended, less the overlap
        served += one.bytes;
    }
    MESSAGE(kills, " kills; served ", served, " of ", size);
}

TEST_CASE("after a power loss only what was durable is believed") {
    for (Bytes durable : {Bytes{0}, Bytes{200'000}, Bytes{300'000}}) {
        CAPTURE(durable);
        const Place place;
        std::string content = noise(fileSize, 2);
        const ScriptedServer server({cutAfter(half, content, tagged), honest(content, "\"v1\"")});
        auto download = place.download(server.url());
        {
            Engine before("before");
            CHECK(run(before, download).fate == Fate::Later);
        }
        auto sidecar = place.sidecar();
        REQUIRE(sidecar);
        CHECK(sidecar->boot == "before");
        CHECK(sidecar->durable == half); // an end makes durable what it leaves
        sidecar->durable = durable;
        REQUIRE(saveSidecar(place.partPlace(), *sidecar, Durability::InThisBoot));
        // The size was on the disk, the bytes were not: zeros, and more of them than there ever were.
        writeContent(place.parts().part, content.substr(0, durable) + std::string(half - durable + 50'000, '\0'));

        Engine after("after");
        CHECK(run(after, download).fate == Fate::Done);
        CHECK(contentOf(place.path()) == content);
        const ScriptedServer::Exchange second(-1, server.requests().at(1));
        CHECK(second.rangeStart() == (durable == 0 ? 0 : durable - 65536));
    }
}

TEST_CASE("after a power loss the part's size counts again from where it was cut") {
    const Place place;
    std::string content = noise(fileSize, 3);
    auto cutAt = [&](Bytes to) -> ScriptedServer::Scene {
        return [&, to](ScriptedServer::Exchange& e) {
            Bytes start = e.rangeStart();
            e.send(head("206 Partial Content",
                        fmt::format("{}Content-Range: bytes {}-{}/{}\r\n", tagged, start, fileSize - 1, fileSize),
                        fileSize - start));
            e.send(std::string_view(content).substr(start, to - start));
        };
    };
    const ScriptedServer server({cutAfter(200'000, content, tagged), cutAt(400'000), honest(content, "\"v1\"")});
    auto download = place.download(server.url());
    for (const char* boot : {"one", "two"}) {
        Engine engine(boot);
        CHECK(run(engine, download).fate == Fate::Later);
    }
    Engine engine("two");
    CHECK(run(engine, download).fate == Fate::Done);
    CHECK(ScriptedServer::Exchange(-1, server.requests().at(2)).rangeStart() == 400'000 - 65536);
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("every 32 MiB are made durable on the way") { // architecture.md, transfers
    Place place;
    constexpr Bytes size = 70_MiB;
    std::string content = noise(size, 4);
    const ScriptedServer server({[&](ScriptedServer::Exchange& e) {
        e.send(head("200 OK", tagged, size));
        e.send(std::string_view(content).substr(0, 66_MiB));
        e.awaitHangUp();
    }});
    Engine engine;
    auto ticket = runUntil(engine, place.download(server.url()), 66_MiB);
    // The first is under way or done; a turn ends when it is.
    auto durable = [&] {
        auto sidecar = place.sidecar();
        return sidecar ? sidecar->durable : 0;
    };
    while (durable() < 32_MiB)
        engine.turn();
    CHECK(durable() <= 66_MiB);
    engine.stop(ticket);
}

TEST_CASE("a record that cannot be written costs no byte that was received") { // issue 11.5
    Place place;
    constexpr Bytes size = 40_MiB;
    std::string content = noise(size, 6);
    const ScriptedServer server({[&](ScriptedServer::Exchange& e) {
        e.send(head("200 OK", tagged, size));
        e.send(std::string_view(content).substr(0, 1_MiB));
        std::error_code none;
        while (!std::filesystem::exists(place.parts().state, none)) {
        }
        std::filesystem::remove(place.parts().state);
        std::filesystem::create_directories(place.parts().state / "in the way");
        e.send(std::string_view(content).substr(1_MiB));
    }});
    CHECK(run(place.download(server.url())).fate == Fate::Done); // 32 MiB were to be noted on the way
    CHECK(contentOf(place.path()) == content);
}

TEST_CASE("a full disk ends the job with 74, and keeps what was received") {
    const Place place;
    constexpr Bytes size = 4_MiB;
    std::string content = noise(size, 5);
    // Chunked: the length is not known, so that the lack of room shows only when it is there.
    const ScriptedServer server(
        {[&](ScriptedServer::Exchange& e) {
             e.send(fmt::format("HTTP/1.1 200 OK\r\n{}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n"
                                "0\r\n\r\n",
                                tagged, size, content));
         },
         honest(content, "\"v1\"")});
    const pid_t process = ::fork();
    if (process == 0) {
        // A small disk of its own, in a mount namespace of its own.
        if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ::_exit(77);
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
        const std::string directory = place.path().parent_path().native();
        if (::mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=2m") != 0) ::_exit(77);
        const Ending ending = run(place.download(server.url()));
        const bool kept =
            std::filesystem::file_size(place.parts().part) > 1_MiB && !std::filesystem::exists(place.path());
        if (ending.exitCode != 74 || ending.fate != Fate::Never || !kept) ::_exit(1);
        if (ending.text.find("No space left on device") == std::string::npos) ::_exit(2);
        for (const auto& entry : std::filesystem::directory_iterator(directory)) // what could not be recorded
            if (entry.path() != place.parts().part && entry.path() != place.parts().state) ::_exit(5);
        if (::mount("tmpfs", directory.c_str(), "tmpfs", MS_REMOUNT, "size=16m") != 0) ::_exit(3);
        const bool saved = run(place.download(server.url())).fate == Fate::Done && contentOf(place.path()) == content;
        ::_exit(saved ? 0 : 4);
    }
    int status = 0;
    ::waitpid(process, &status, 0);
    if (WEXITSTATUS(status) == 77) {
        MESSAGE("no mount namespaces here: not tested");
        return;
    }
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(ScriptedServer::Exchange(-1, server.requests().at(1)).rangeStart() > 0);
}
