#include "programs/transfer/tus_transfer.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "programs/transfer/access.hpp"
#include "programs/transfer/curl_error.hpp"
#include "programs/transfer/digest.hpp"
#include "programs/transfer/ending.hpp"

namespace stint::transfer {
namespace {

// A checksum is sent before its bytes: a piece is read twice, and sent again if it arrives wrong.
constexpr Bytes piece = 32_MiB;
// Limits for servers that report wrong offsets, or lose bytes.
constexpr int mostConflicts = 3;
constexpr int mostCreations = 2;

constexpr long checksumMismatch = 460; // tus, checksum extension

bool isSuccess(const Response& response) { return response.status >= 200 && response.status < 300; }
bool isGone(const Response& response) { return response.status == 404 || response.status == 410; }

} // namespace

TusTransfer::TusTransfer(Upload upload, Watcher watcher, World world)
    : Transfer(std::move(watcher)), upload_(std::move(upload)), world_(std::move(world)), diskQueue_(world_.disk) {}

bool TusTransfer::begin() {
    auto opened = Source::open(upload_.source);
    if (!opened) {
        end(refusedHere(ends::noInput, opened.error()));
        return true;
    }
    auto record = UploadRecord::open(upload_);
    if (!record) {
        end(refusedHere(ends::cannotCreate, record.error()));
        return true;
    }
    if (!*record) return false;
    source_ = std::make_shared<const Source>(std::move(*opened));
    record_ = std::move(**record);
    goOn(record_->load());
    return true;
}

void TusTransfer::goOn(const std::optional<UploadState>& state) {
    if (!state) return discover(Request::Route::Any);
    state_ = *state;
    if (state_.mark != source_->mark() || !source_->proves()) {
        state_.anew = "the file has changed since";
        if (state_.termination) return discard(Step::Discard, state_.location);
        return discover(Request::Route::Any);
    }
    if (state_.expires && *state_.expires <= std::time(nullptr)) {
        state_.anew = "the server kept what it had for no longer";
        return discover(Request::Route::Any);
    }
    locate(Request::Route::Any);
}

void TusTransfer::request(Step step, Request request) {
    step_ = step;
    fetch_.reset(); // it may still refer to the old body
    const Bytes from = step == Step::Send ? offset_ : 0;
    body_ = std::make_unique<Body>(source_, from, from + request.body.value_or(0));
    if (step != Step::Discover) request.headers.emplace_back(tus::version);
    // The server chooses an upload's URL: another origin gets no secrets.
    const bool elsewhere = originOf(request.url) != originOf(upload_.url);
    fetch_ = std::make_unique<Fetch>(world_.net, request, elsewhere ? withoutSecrets(upload_.access) : upload_.access,
                                     *body_);
}

void TusTransfer::discard(Step step, const std::string& location) {
    request(step, {.method = Request::Method::Delete, .url = location});
}

void TusTransfer::discover(Request::Route route) {
    state_.location.clear();
    offset_ = 0;
    request(Step::Discover, {.method = Request::Method::Options, .url = upload_.url, .route = route});
}

void TusTransfer::create() {
    if (++creations_ > mostCreations) return end(later("the server loses what it is sent"));
    state_.location.clear();
    offset_ = 0;
    request(Step::Create, {.method = Request::Method::Post,
                           .url = upload_.url,
                           // Without a body there is no type, but curl would send one.
                           .headers = {"Content-Type:", fmt::format("Upload-Length: {}", source_->size()),
                                       tus::metadata(upload_.source.filename().native())}});
}

void TusTransfer::createAnew(const std::string& why) {
    state_.anew = why;
    create();
}

void TusTransfer::locate(Request::Route route) {
    request(Step::Locate, {.method = Request::Method::Head, .url = state_.location, .route = route});
}

void TusTransfer::sendFrom(Bytes offset) {
    offset_ = offset;
    located_ = true;
    if (offset == source_->size()) return done();
    if (state_.checksum.empty()) return send(offset, source_->size(), "");
    fetch_.reset();
    const Bytes end = std::min(source_->size(), offset + piece);
    auto digest = std::make_shared<Result<std::string>>(fail(Errc::ILLEGAL_STATE, "not computed"));
    diskQueue_.run(
        [source = source_, offset, end, algorithm = state_.checksum, cancelled = cancelled_, digest] {
            *digest = digestOf(source->descriptor(), {offset, end}, algorithm, *cancelled);
        },
        [this, offset, end, digest] {
            if (!*digest) return this->end(refusedHere(ends::inputOutput, digest->error()));
            send(offset, end, tus::checksumHeader(state_.checksum, **digest));
        });
}

void TusTransfer::send(Bytes offset, Bytes end, const std::string& checksum) {
    Request patch{
        .method = Request::Method::Patch,
        .url = state_.location,
        .headers = {"Content-Type: application/offset+octet-stream", fmt::format("Upload-Offset: {}", offset)},
        .body = end - offset};
    if (!checksum.empty()) patch.headers.push_back(checksum);
    request(Step::Send, std::move(patch));
}

bool TusTransfer::fetchEnded(CURL* handle, CURLcode code) {
    if (!fetch_ || !fetch_->is(handle)) return false;
    const Response response = fetch_->response();
    if (step_ == Step::TakeBack) {
        end(never(ends::refused, "cancelled"));
    } else if (step_ == Step::Discard) {
        discover(Request::Route::Any); // whatever the result: the server drops it in time
    } else if (body_->failure()) {
        end(*body_->failure());
    } else if (code != CURLE_OK && response.status < 200) {
        Ending ending = endingOf(fetch_->fault(code));
        if (step_ == Step::Send)
            ending.text = fmt::format("cut off at {} of {}: {}", formatSize(body_->position()),
                                      formatSize(source_->size()), ending.text);
        end(std::move(ending));
    } else if (step_ == Step::Discover) {
        discovered(response);
    } else if (step_ == Step::Create) {
        created(response);
    } else if (step_ == Step::Locate) {
        located(response);
    } else {
        sentUpTo(response);
    }
    return true;
}

void TusTransfer::discovered(const Response& response) {
    if (!isSuccess(response)) return end(uploadRefusal(response));
    auto offer = tus::readOffer(fetch_->header("Tus-Version"), fetch_->header("Tus-Extension"),
                                fetch_->header("Tus-Checksum-Algorithm"), fetch_->header("Tus-Max-Size"));
    if (!offer) return end(never(ends::protocol, offer.error().message));
    if (offer->largest && *offer->largest < source_->size())
        return end(never(ends::refused, fmt::format("the server takes files of {} at most, this one has {}",
                                                    formatSize(*offer->largest), formatSize(source_->size()))));
    state_.termination = offer->termination;
    state_.checksum = offer->checksum;
    create();
}

void TusTransfer::created(const Response& response) {
    if (response.status != 201) return end(uploadRefusal(response));
    state_.location = resolved(response.url, fetch_->header("Location"));
    if (state_.location.empty()) return end(never(ends::protocol, "the server does not say where the upload is"));
    state_.mark = source_->proves() ? source_->mark() : SourceMark{};
    noteExpiry();
    if (auto saved = record_->save(state_); !saved) return end(refusedHere(ends::cannotCreate, saved.error()));
    sendFrom(0);
}

void TusTransfer::located(const Response& response) {
    if (isGone(response)) return createAnew("the server had not kept what was sent");
    if (!isSuccess(response)) return end(uploadRefusal(response));
    auto offset = tus::readNumber(fetch_->header("Upload-Offset"));
    auto length = tus::readNumber(fetch_->header("Upload-Length"));
    if (length && *length != source_->size()) return createAnew("the server's upload is of another size");
    if (!offset || *offset > source_->size())
        return end(never(ends::protocol, "the server says that it has more than there is, or does not say how much"));
    sendFrom(*offset);
}

void TusTransfer::sentUpTo(const Response& response) {
    if (isGone(response)) return createAnew("the server had not kept what was sent");
    if (response.status == 409 || response.status == checksumMismatch) return askAgain(response);
    if (!isSuccess(response)) return end(uploadRefusal(response));
    auto offset = tus::readNumber(fetch_->header("Upload-Offset"));
    if (!offset || *offset < offset_ || *offset > body_->position())
        return end(never(ends::protocol, "the server says that it has what it was not sent"));
    if (*offset == offset_) return askAgain(response);
    conflicts_ = 0;
    noteExpiry();
    (void)record_->save(state_); // only for the expiry: without it, the server is asked
    sendFrom(*offset);
}

// httpwg/http-extensions#3275: bytes of a broken connection may arrive after the server reported its offset.
void TusTransfer::askAgain(const Response& response) {
    if (++conflicts_ <= mostConflicts) return locate(Request::Route::Any);
    if (response.status == checksumMismatch)
        return end(never(ends::badData, "what arrives at the server has another checksum, however often it is sent"));
    end(later(fmt::format("the server does not take what it says it lacks ({})", statusText(response))));
}

void TusTransfer::noteExpiry() {
    if (auto expires = tus::readExpiry(fetch_->header("Upload-Expires"))) state_.expires = expires;
}

void TusTransfer::done() { end(sent(upload_, source_->size(), locationOf(state_.location), state_.anew)); }

void TusTransfer::reconnect() {
    if (!fetch_ || ending() || step_ == Step::TakeBack)
        return; // between two requests: the next one uses the new network
    if (state_.location.empty() || step_ == Step::Discard) {
        discover(Request::Route::FreshConnection);
    } else {
        locate(Request::Route::FreshConnection);
    }
}

void TusTransfer::stop() {
    *cancelled_ = true;
    fetch_.reset();
}

bool TusTransfer::takeBack() {
    stop();
    if (!upload_.discardOnCancel || !state_.termination || state_.location.empty() || ending()) return false;
    hush();
    record_->remove();
    discard(Step::TakeBack, state_.location);
    return true;
}

void TusTransfer::leave() {
    *cancelled_ = true;
    fetch_.reset();
    if (record_ && !record_->load()) record_->remove(); // there is nothing to go on from
}

std::optional<Progress> TusTransfer::progress() const {
    if (!located_) return std::nullopt; // it is not known yet how much earlier runs have sent
    const Bytes position = step_ == Step::Send && body_ ? body_->position() : offset_;
    return Progress{Progress::Phase::Loading, position, source_->size(), state_.anew};
}

void forgetSent(const Upload& upload) {
    auto record = UploadRecord::open(upload);
    if (record && *record) (*record)->remove();
}

} // namespace stint::transfer
