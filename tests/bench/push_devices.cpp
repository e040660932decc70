#include "bench/push_devices.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <thread>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/unix/fd.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::bench {
namespace {

using namespace stint::push;

constexpr int connectors = 2; ///< threads

template <auto destroy> struct Release {
    template <class Object> void operator()(Object* object) const { destroy(object); }
};

void allowDescriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<Fd> connectedTo(int port) {
    Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return fail(Errc::SYSTEM, "{}", std::strerror(errno));
    const int yes = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

/// The server's first line, which comes in clear text: what it wants signed.
Result<std::string> nonceFrom(int fd) {
    std::string line;
    char piece[4096];
    while (!line.ends_with("\r\n")) {
        const auto size = ::recv(fd, piece, sizeof piece, 0);
        if (size <= 0) return fail(Errc::SYSTEM, "the server has hung up");
        line.append(piece, static_cast<std::size_t>(size));
    }
    const auto info = nlohmann::json::parse(line.substr(line.find('{')), nullptr, false);
    if (!info.is_object() || !info.contains("nonce")) return fail(Errc::SYSTEM, "the server wants no signature");
    return info["nonce"].get<std::string>();
}

} // namespace

struct Crowd::Terms {
    std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>> context{SSL_CTX_new(TLS_client_method())};
};

struct Crowd::One {
    Fd fd;
    std::unique_ptr<SSL, Release<SSL_free>> tls;

    Result<void> join(const Device& device, SSL_CTX* terms, const std::string& host);
};

Result<void> Crowd::One::join(const Device& device, SSL_CTX* terms, const std::string& host) {
    const std::string nonce = STINT_TRY(nonceFrom(fd.get()));
    tls.reset(SSL_new(terms));
    SSL_set_tlsext_host_name(tls.get(), host.c_str());
    SSL_set1_host(tls.get(), host.c_str());
    SSL_set_fd(tls.get(), fd.get());
    if (SSL_connect(tls.get()) != 1) return fail(Errc::SYSTEM, "TLS: {}", ERR_error_string(ERR_get_error(), nullptr));
    const std::string words = wordsOf(device, nonce, fmt::format("_INBOX.{}.{}.", device.name, newId()));
    SSL_write(tls.get(), words.data(), static_cast<int>(words.size()));
    std::string heard;
    char piece[4096];
    while (heard.find("PONG\r\n") == std::string::npos) {
        const int size = SSL_read(tls.get(), piece, sizeof piece);
        if (size <= 0 || heard.find("-ERR") != std::string::npos) return fail(Errc::SYSTEM, "refused: {}", heard);
        heard.append(piece, static_cast<std::size_t>(size));
    }
    return {};
}

Crowd::Crowd() : terms_(std::make_unique<Terms>()) {
    SSL_CTX_set_default_verify_paths(terms_->context.get());
    SSL_CTX_set_verify(terms_->context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(terms_->context.get(), SSL_MODE_RELEASE_BUFFERS);
    allowDescriptors();
}
Crowd::~Crowd() = default;
int Crowd::size() const { return static_cast<int>(all_.size()); }

void Crowd::connect(const PushServer& server, int port, const std::string& host, int devices) {
    std::mutex mutex;
    const auto goOn = [&] {
        const std::lock_guard lock(mutex);
        return trouble_.empty() && devices-- > 0;
    };
    const auto connectOne = [&]() -> Result<std::unique_ptr<One>> {
        auto one = std::make_unique<One>();
        one->fd = STINT_TRY(connectedTo(port));
        STINT_TRY(one->join(server.makeDevice(), terms_->context.get(), host));
        return one;
    };
    const auto work = [&] {
        while (goOn()) {
            auto made = connectOne();
            const std::lock_guard lock(mutex);
            if (made.ok())
                all_.push_back(std::move(*made));
            else
                trouble_ = made.error().message;
        }
    };
    std::vector<std::thread> threads;
    for (int n = 0; n < connectors; ++n)
        threads.emplace_back(work);
    for (std::thread& thread : threads)
        thread.join();
}

} // namespace stint::bench
