// stint-endpoint behind its HTTP server (push.md §3): a message is judged, kept, and only then answered with 201; and
// taken back by who has that answer (§3.2).
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/http/message.hpp"
#include "push/broker/handover.hpp"
#include "push/endpoint/files.hpp"
#include "push/endpoint/joining.hpp"
#include "push/endpoint/posting.hpp"
#include "push/mailbox/keeper.hpp"
#include "push/mailbox/rates.hpp"

namespace stint::push {

class Endpoint final : public http::Service {
public:
    struct Settings {
        std::string origin;       ///< "https://push.example": what signatures are for (RFC 8292 §2)
        bool behindProxy = false; ///< the last address of X-Forwarded-For is the sender's
    };
    /// `devices`, `servers`: nullptr where none may join; `files`: nullptr where there are none.
    Endpoint(Settings settings, PostOffice& office, std::shared_ptr<Handover> handover,
             std::unique_ptr<Devices> devices, std::unique_ptr<Servers> servers, std::unique_ptr<Files> files,
             ServerKeys keys);

    std::shared_ptr<const http::Caller> met(int socket) override;
    http::Judged judged(const http::Request& head) override;
    void answer(http::Request request, std::function<void(http::Answer)> done) override;
    const http::Headers& commonHeaders() const override;

private:
    http::Judged judgedHere(const http::Request& head);
    /// A POST that is refused, or what it says and to whom.
    struct Judgement {
        std::optional<http::Answer> refused;
        Posting posting = {};
        Registered registered = {};
    };
    Judgement judgedPost(const http::Request& head, const std::string& name);
    Judgement judgedPost(const http::Request& head, const std::string& name,
                         const std::optional<Registered>& registered);
    /// Nobody knows it here, and another server of the cluster may have just made it.
    bool mayBeNew(const std::string& name);
    /// One more post to a registration that is there is refused.
    void noteRefused(const std::string& name);
    void post(http::Request request, const std::function<void(http::Answer)>& done);
    /// An answer to what is wrong: it counts for its address, and after too many of it this one says so.
    http::Answer wrong(const http::Request& head, http::Answer answer);
    void takeBack(const http::Request& request, const std::function<void(http::Answer)>& done);
    std::string metrics() const;
    std::string senderOf(const http::Request& head) const;

    Settings settings_;
    const Broker& broker_;
    Keeper& keeper_;
    Registrations& registrations_;
    const Replicas& replicas_;
    std::shared_ptr<Handover> handover_;
    std::unique_ptr<Devices> devices_;
    std::unique_ptr<Servers> servers_;
    std::unique_ptr<Files> files_;
    Rates rates_;
    ServerKeys keys_;
    Counted wrong_{wrongInMinute}, taken_{takenInMinute}, refused_{refusedInDay};
    Unknown unknown_;
    std::map<int, std::uint64_t> answers_; ///< by status
};

} // namespace stint::push
