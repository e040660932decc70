#include "programs/transfer/put_transfer.hpp"

#include <fmt/core.h>

#include "base/time/time.hpp"
#include "programs/transfer/curl_error.hpp"
#include "programs/transfer/url.hpp"
#include "programs/transfer/wording.hpp"

namespace stint::transfer {

PutTransfer::PutTransfer(Upload upload, Watcher watcher, World world)
    : Transfer(std::move(watcher)), upload_(std::move(upload)), world_(std::move(world)) {}

bool PutTransfer::begin() {
    auto opened = Source::open(upload_.source);
    if (!opened) {
        end(refusedHere(ends::noInput, opened.error()));
        return true;
    }
    source_ = std::make_shared<const Source>(std::move(*opened));
    ask(Request::Route::Any);
    return true;
}

void PutTransfer::ask(Request::Route route) {
    fetch_.reset(); // it refers to the old body
    body_ = std::make_unique<Body>(source_, 0, source_->size());
    const Request request{.method = Request::Method::Put, .url = upload_.url, .body = body_->length(), .route = route};
    fetch_ = std::make_unique<Fetch>(world_.multi, request, upload_.access, *body_);
}

bool PutTransfer::fetchEnded(CURL* handle, CURLcode code) {
    if (!fetch_ || !fetch_->is(handle)) return false;
    end(endingFor(code));
    return true;
}

Ending PutTransfer::endingFor(CURLcode code) const {
    if (body_->failure()) return *body_->failure();
    Response response = fetch_->response();
    // A server may answer before it has received all, and send more than is read: its status counts.
    const bool answered = code == CURLE_OK || (response.http && response.status >= 200);
    if (!response.http && code == CURLE_UPLOAD_FAILED && response.status >= 500) // RFC 959 §4.2: a permanent negative
        return never(ends::refused, fmt::format("the server refuses it ({})", statusText(response)));
    if (!answered) {
        Ending ending = endingOf(fetch_->fault(code));
        if (body_->position() > 0)
            ending.text = fmt::format("cut off at {} of {}: {}", formatSize(body_->position()),
                                      formatSize(source_->size()), ending.text);
        return ending;
    }
    if (response.http && response.status >= 300) return uploadRefusal(response);
    if (body_->position() < source_->size())
        return later(fmt::format("the server heard {} of {} and said that it was all", formatSize(body_->position()),
                                 formatSize(source_->size())));
    return sent(upload_, source_->size(), hostOf(upload_.url), "");
}

void PutTransfer::reconnect() {
    if (fetch_ && !ending()) ask(Request::Route::FreshConnection);
}

void PutTransfer::stop() { fetch_.reset(); }

bool PutTransfer::takeBack() {
    stop();
    return false;
}

void PutTransfer::leave() { fetch_.reset(); }

std::optional<Progress> PutTransfer::progress() const {
    if (!body_) return std::nullopt;
    return Progress{Progress::Phase::Loading, body_->position(), source_->size(), ""};
}

} // namespace stint::transfer
