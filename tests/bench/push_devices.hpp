// Many devices on one nats-server, each with TLS, its JWT and a signature, and the subscriptions of a stint-push that
// is awake. By hand on sockets: libnats has threads of its own for each connection.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "bench/push_server.hpp"

namespace stint::bench {

class Crowd {
public:
    Crowd();
    ~Crowd();
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    /// Connects so many to the port of 127.0.0.1, whose certificate is for `host`, and stops at the first that is
    /// refused. Those that are connected stay so.
    void connect(const PushServer& server, int port, const std::string& host, int devices);
    int size() const;
    /// The reason why it stopped; empty: it did not.
    const std::string& trouble() const { return trouble_; }

private:
    struct One;
    struct Terms;
    std::unique_ptr<Terms> terms_;
    std::vector<std::unique_ptr<One>> all_;
    std::string trouble_;
};

} // namespace stint::bench
