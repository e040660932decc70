// The door of a fleet's server that says what a test has it say, over real HTTP; and a verb that is run against it, as
// a person types it.
#pragma once
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <systemd/sd-event.h>

#include "base/http/server.hpp"
#include "faces/cli/program.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/pushctl/server/post.hpp"
#include "push/keys/private_file.hpp"

namespace stint::fleetctl::test {

using Json = nlohmann::ordered_json;

inline const std::string token = "dGhlIHRva2VuIG9mIGEgdGVzdA";

/// A campaign's.
inline const std::string id = "20261123-nvc38b7g";

class CannedDoor final : public http::Service {
public:
    using Says = std::function<http::Answer(const http::Request&)>;

    CannedDoor() {
        std::string name = "/tmp/stint-fleetctl-XXXXXX";
        if (!::mkdtemp(name.data())) throw std::runtime_error("no directory");
        data_ = name;
        auto server = http::Server::listen(0);
        if (!server.ok()) throw std::runtime_error(server.error().message);
        server_ = std::make_unique<http::Server>(std::move(*server));
        write(fmt::format("http://127.0.0.1:{} {}\n", port(), token));
        thread_ = std::thread([this] {
            sigset_t all;
            sigfillset(&all);
            ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
            sd_event_new(&loop_);
            server_->run(loop_, *this);
            sd_event_unref(loop_);
        });
    }
    ~CannedDoor() override {
        (void)pushctl::get({.url = fmt::format("http://127.0.0.1:{}/end", port())});
        thread_.join();
        std::filesystem::remove_all(data_);
    }
    CannedDoor(const CannedDoor&) = delete;
    CannedDoor& operator=(const CannedDoor&) = delete;

    const std::filesystem::path& data() const { return data_; }
    std::uint16_t port() const { return server_->port(); }
    /// The file by which verbs find it.
    void write(std::string_view text) const {
        auto folder = Folder::open(data_);
        if (!folder.ok() || !push::writePrivateFile(*folder, "door", text).ok()) throw std::runtime_error("no door");
    }

    /// "GET /v1/devices".
    void says(const std::string& what, Says answer) {
        const std::scoped_lock lock(mutex_);
        says_[what] = std::move(answer);
    }
    void says(const std::string& what, const Json& json, int status = 200) {
        says(what, [answer = http::Answer{status, "application/json",
                                          json.dump(-1, ' ', false, Json::error_handler_t::replace)}](
                       const http::Request&) { return answer; });
    }
    std::vector<http::Request> asked() const {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }

    std::shared_ptr<const http::Caller> met(int) override { return std::make_shared<const http::Caller>(true); }
    http::Judged judged(const http::Request& head) override {
        return {.isKnown = true, .refused = {}, .longestBody = head.method == "POST" ? std::size_t{1} << 20 : 0};
    }
    void answer(http::Request request, std::function<void(http::Answer)> done) override {
        if (request.path == "/end") sd_event_exit(loop_, 0);
        Says found = [](const http::Request&) { return http::refusal(404, "there is nothing of that name"); };
        {
            const std::scoped_lock lock(mutex_);
            if (const auto known = says_.find(request.method + " " + request.path); known != says_.end())
                found = known->second;
            if (request.value("Authorization") != "Bearer " + token)
                found = [](const http::Request&) { return http::refusal(401, "the token is wanted"); };
            asked_.push_back(request);
        }
        done(found(request));
    }
    const http::Headers& commonHeaders() const override {
        static const http::Headers none;
        return none;
    }

private:
    std::filesystem::path data_;
    std::unique_ptr<http::Server> server_;
    sd_event* loop_ = nullptr;
    mutable std::mutex mutex_;
    std::map<std::string, Says> says_;
    std::vector<http::Request> asked_;
    std::thread thread_;
};

struct Ran {
    int code = 0;
    std::string out, err;
};

/// A file in memory, as stdout or stderr.
class Paper {
public:
    Paper() : file_(::open_memstream(&text_, &size_)) {}
    ~Paper() {
        std::fclose(file_);
        std::free(text_);
    }
    Paper(const Paper&) = delete;
    Paper& operator=(const Paper&) = delete;

    std::FILE* file() const { return file_; }
    std::string text() const {
        std::fflush(file_);
        return {text_, size_};
    }

private:
    char* text_ = nullptr;
    std::size_t size_ = 0;
    std::FILE* file_;
};

/// `words` behind `stint fleet`, for the fleet whose directory is given.
inline Ran ran(int (*verb)(const cli::Arguments&, const cli::Screen&), const std::filesystem::path& data,
               std::vector<std::string> words) {
    words.insert(words.begin(), "fleet");
    words.insert(std::ranges::find(words, "--"), {"--data", data.string()});
    const auto asked = cli::parse(words);
    if (!asked.ok()) throw std::runtime_error(asked.error().message);
    const Paper out, err;
    Ran made;
    made.code = verb(asked->arguments, cli::Screen(asked->output, out.file(), err.file(), false, false, 100));
    made.out = out.text();
    made.err = err.text();
    return made;
}

} // namespace stint::fleetctl::test
