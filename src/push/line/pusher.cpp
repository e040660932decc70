#include "push/line/pusher.hpp"

#include <utility>

#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"

namespace stint::push {
namespace {

constexpr Duration untilEnd = 10s; ///< without anything to do
constexpr Duration untilAnswered = 5s;

} // namespace

Result<std::unique_ptr<Pusher>> Pusher::open(sd_event* loop, std::optional<LineSettings> settings) {
    std::unique_ptr<Pusher> made(new Pusher(loop, std::move(settings)));
    STINT_TRY(made->prepare());
    return made;
}

Result<void> Pusher::prepare() {
    gate_ =
        STINT_TRY(Gate::open(loop_, {.changed = [this](const wire::LineView& line) { take(line); },
                                     .check =
                                         [this] {
                                             if (fetching_) fetching_->check();
                                         },
                                     .deliver = [this](const wire::ConnectorCall& one) { distributor_->deliver(one); },
                                     .gone = [this] { end(ends::ok, ""); }}));
    distributor_ = STINT_TRY(Distributor::open(loop_, *gate_, line_));
    registrar_ = std::make_unique<Registrar>(
        loop_, settings_, *gate_, line_,
        Registrar::Teller{
            .newEndpoint =
                [this](const std::string& connector, const Details& its, const std::string& endpoint) {
                    distributor_->tellEndpoint(connector, its, endpoint);
                },
            .unregistered = [this](const std::string& connector,
                                   const Details& its) { distributor_->tellUnregistered(connector, its); }});
    distributor_->use(registrar_.get());
    watch_ = std::make_unique<NotificationWatch>(loop_, distributor_->bus(), *gate_);
    if (settings_) {
        fetching_ = STINT_TRY(
            Fetching::open(loop_, *settings_, *gate_,
                           {.caughtUp = [this] { registrar_->go(); },
                            .connected = [this] { asking_->connected(); },
                            .lost = [this](const std::string& why, bool isOver) { asking_->lost(why, isOver); }}));
        asking_ = std::make_unique<Asking>(loop_, *fetching_);
        registrar_->use(fetching_.get());
    }
    door_ = STINT_TRY(Door::open(distributor_->bus(), *gate_, settings_ ? &*settings_ : nullptr, asking_.get()));
    sd_event_source* made = nullptr;
    if (sd_event_add_post(loop_, &made, lookedAt, this) < 0) return fail(Errc::SYSTEM, "cannot follow the loop");
    after_.reset(made);
    gate_->line([this](const Result<wire::LineView>& line) { begun(line); });
    return {};
}

// The name is taken once it is known what is there: a call that comes before waits at the bus.
void Pusher::begun(const Result<wire::LineView>& line) {
    if (!line.ok()) return end(ends::unavailable, fmt::format("stintd has no line for us: {}", line.error().message));
    hasBegun_ = true;
    take(*line);
    distributor_->own([this](bool isOurs) {
        if (!isOurs) end(ends::unavailable, "another program is org.unifiedpush.Distributor.stint on the session bus");
    });
}

void Pusher::take(const wire::LineView& line) {
    line_ = line;
    if (!hasBegun_) return;
    distributor_->follow();
    if (fetching_) fetching_->replace(line_);
    registrar_->go();
    std::set<std::string> connectors;
    for (const wire::LineEntry& entry : line_.entries)
        if (!entry.ended && !entry.connector.empty()) connectors.insert(entry.connector);
    watch_->follow(line_.watch, connectors);
}

bool Pusher::hasAnswered() const {
    return gate_->underWay() == 0 && distributor_->underWay() == 0 && door_->underWay() == 0;
}

bool Pusher::isIdle() const {
    return hasBegun_ && line_.entries.empty() && hasAnswered() && (!asking_ || asking_->isIdle());
}

int Pusher::lookedAt(sd_event_source*, void* self) {
    static_cast<Pusher*>(self)->look();
    return 0;
}

void Pusher::look() {
    if (isFinishing_ && hasAnswered()) return end(ends::ok, "");
    if (isLeaving_ || isFinishing_) return;
    if (!isIdle()) return idle_.clear();
    if (!idle_.isSet()) idle_.set(untilEnd, [this] { leave(); });
}

// Whoever calls before the name is given back is served; the next one starts another stint-push.
void Pusher::leave() {
    isLeaving_ = true;
    distributor_->leave([this](bool) {
        if (isIdle()) return end(ends::ok, "");
        if (isFinishing_) return;
        isLeaving_ = false;
        distributor_->own([this](bool isOurs) {
            if (!isOurs) end(ends::ok, "");
        });
    });
}

// systemd asks for it as soon as the name is given back (Type=dbus), perhaps between a call and its answer.
void Pusher::finish() {
    isFinishing_ = true;
    patience_.set(untilAnswered, [this] { end(ends::ok, ""); });
    look();
}

void Pusher::end(int code, const std::string& why) {
    if (!why.empty()) complain("stint-push", why);
    sd_event_exit(loop_, code);
}

} // namespace stint::push
