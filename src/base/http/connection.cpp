#include "base/http/connection.hpp"

#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include <fmt/core.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace stint::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast::http;
using boost::system::error_code;

/// A refusal of what is no request of HTTP, by its status.
Answer refusalOf(int status, const Bounds& bounds) {
    switch (status) {
    case 408:
        return refusal(status, "the headers did not come");
    case 431:
        return refusal(status, fmt::format("the first line and the headers have {} KiB at most", bounds.header >> 10));
    case 505:
        return refusal(status, "HTTP/1.1 and HTTP/1.0 are spoken here");
    default:
        return refusal(status, "that is no request of HTTP");
    }
}

/// RFC 9112 §3.2: a request names one host; before HTTP/1.1 it may name none.
bool namesItsHost(const beast::request_header<>& head) {
    const auto hosts = head.count(beast::field::host);
    return hosts == 1 || (hosts == 0 && head.version() < 11);
}

std::string tooLong(std::size_t most) { return fmt::format("a body here has {} KiB at most", most >> 10); }

/// Failures are values: `error` is set, nothing is thrown.
auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

std::string text(boost::beast::string_view view) { return {view.data(), view.size()}; }

Request requestOf(const beast::request_header<>& head, std::shared_ptr<const Caller> caller) {
    Request request;
    request.method = text(head.method_string());
    const std::string target = text(head.target());
    const auto mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    if (mark < target.size()) request.query = target.substr(mark + 1);
    for (const auto& field : head)
        request.headers.emplace_back(text(field.name_string()), text(field.value()));
    request.caller = std::move(caller);
    return request;
}

/// "Fri, 27 Nov 2026 11:50:00 GMT" (RFC 9110 §5.6.7).
std::string dateNow() { return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now(), absl::UTCTimeZone()); }

template <class Message> void putHeaders(Message& message, const Headers& common, const Answer& answer) {
    message.set(beast::field::date, dateNow());
    for (const auto& [name, value] : common)
        message.set(name, value);
    if (!answer.type.empty()) message.set(beast::field::content_type, answer.type);
    for (const auto& [name, value] : answer.headers)
        message.set(name, value);
}

/// The status for bytes that are no request of HTTP.
int statusOf(const error_code& error) {
    if (error == beast::error::header_limit) return 431;
    if (error == beast::error::body_limit || error == beast::error::buffer_overflow) return 413;
    if (error == beast::error::bad_version) return 505;
    return 400;
}

bool isHttpError(const error_code& error) {
    return error.category() == make_error_code(beast::error::bad_method).category() &&
           error != beast::error::end_of_stream && error != beast::error::partial_message;
}

} // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::shared_ptr<const Caller> caller, Service& service,
                       const Bounds& bounds)
    : stream_(std::move(socket)), woken_(stream_.get_executor(), asio::steady_timer::time_point::max()),
      deadline_(stream_.get_executor()), buffer_(2 * bounds.header), service_(service), caller_(std::move(caller)),
      bounds_(bounds) {
    error_code ignored;
    stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

void Connection::close() {
    error_code ignored;
    stream_.socket().close(ignored);
    woken_.cancel();
    deadline_.cancel();
}

// Not the stream's own timeout, which would close it: one who is late gets an answer that says so.
void Connection::limitReading(std::chrono::steady_clock::duration patience) {
    late_ = false;
    deadline_.expires_after(patience);
    deadline_.async_wait([weak = weak_from_this()](const error_code& error) {
        const auto self = weak.lock();
        if (error || !self || self->deadline_.expiry() > std::chrono::steady_clock::now()) return;
        self->late_ = true;
        self->stream_.cancel();
    });
}

std::function<void()> Connection::waker() {
    return [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->woken_.cancel();
    };
}

asio::awaitable<void> Connection::wait() {
    error_code ignored;
    co_await woken_.async_wait(into(ignored));
}

asio::awaitable<void> Connection::serve() {
    bool goesOn = true;
    while (goesOn && stream_.socket().is_open())
        goesOn = co_await serveOne();
    close();
}

asio::awaitable<bool> Connection::serveOne() {
    beast::request_parser<beast::string_body> parser;
    parser.header_limit(bounds_.header);
    parser.body_limit(boost::none); // the announced length is checked below, where the sender is known
    error_code error;
    stream_.expires_never();
    doing_ = Doing::Nothing;
    limitReading(known_ ? bounds_.idle : bounds_.arrival);
    co_await beast::async_read_header(stream_, buffer_, parser, into(error));
    doing_ = Doing::Waiting;
    deadline_.cancel();
    if (error) {
        // A peer that has sent nothing yet gets no answer.
        const bool wasLate = late_ && (parser.got_some() || buffer_.size() > 0);
        const Answer wrong = refusalOf(wasLate ? 408 : statusOf(error), bounds_);
        if (wasLate || isHttpError(error)) co_await turnAway(wrong, false);
        co_return false;
    }
    if (!namesItsHost(parser.get())) {
        co_await turnAway(refusal(400, "a request has one header Host"), false);
        co_return false;
    }

    Request request = requestOf(parser.get().base(), caller_);
    const bool isHead = request.method == "HEAD";
    auto [isKnown, refused, longest] = service_.judged(request);
    known_ = isKnown;
    if (!refused && parser.content_length().value_or(0) > longest) refused = refusal(413, tooLong(longest));
    if (!refused && parser.get().find(beast::field::expect) != parser.get().end())
        refused = refusal(417, "send the body without waiting");
    const bool isEncoded = parser.get().find(beast::field::transfer_encoding) != parser.get().end();
    if (!refused && isEncoded && !parser.chunked()) refused = refusal(501, "a body comes as it is, or in chunks");
    if (refused) {
        const bool hasBody = isEncoded || parser.content_length().value_or(0) > 0;
        if (hasBody || !parser.keep_alive()) {
            co_await turnAway(*refused, isHead);
            co_return false;
        }
        co_await send(*refused, isHead, true);
        co_return true;
    }

    parser.body_limit(longest);
    limitReading(bounds_.arrival);
    if (!parser.is_done()) co_await beast::async_read(stream_, buffer_, parser, into(error));
    deadline_.cancel();
    if (error) {
        const int status = statusOf(error);
        const Answer wrong =
            late_ ? refusal(408, "the body did not come")
                  : refusal(status, status == 413 ? tooLong(longest) : "the body is not as its headers say");
        if (late_ || isHttpError(error)) co_await turnAway(wrong, isHead);
        co_return false;
    }
    request.body = std::move(parser.get().body());

    if (const auto viewer = service_.stream(request, waker())) {
        co_await follow(*viewer);
        co_return false;
    }
    const Answer answer = co_await answered(std::move(request));
    if (answer.source && !isHead) co_return co_await sendFrom(*answer.source, answer, parser.keep_alive());
    co_await send(answer, isHead, parser.keep_alive());
    co_return parser.keep_alive();
}

asio::awaitable<Answer> Connection::answered(Request request) {
    doing_ = Doing::Answering;
    const auto given = std::make_shared<std::optional<Answer>>();
    service_.answer(std::move(request), [given, wake = waker()](Answer answer) {
        *given = std::move(answer);
        wake();
    });
    while (!*given && stream_.socket().is_open())
        co_await wait();
    if (!*given) co_return Answer{503, ""}; // nobody is there to read it
    co_return std::move(**given);
}

asio::awaitable<void> Connection::send(const Answer& answer, bool isHead, bool keeps) {
    doing_ = Doing::Waiting;
    beast::response<beast::string_body> message;
    message.version(11);
    message.result(static_cast<unsigned>(answer.status));
    putHeaders(message, service_.commonHeaders(), answer);
    message.keep_alive(keeps);
    const bool hasNone = answer.status == 204 || answer.status == 304;
    if (!hasNone) message.content_length(answer.source ? answer.source->size() : answer.body.size());
    if (!isHead && !hasNone) message.body() = answer.body;
    beast::response_serializer<beast::string_body> serializer(message);
    error_code error;
    stream_.expires_after(bounds_.reading);
    if (isHead) {
        serializer.split(true);
        co_await beast::async_write_header(stream_, serializer, into(error));
    } else {
        co_await beast::async_write(stream_, serializer, into(error));
    }
    if (error || !keeps) stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
}

// Returns false where the connection ends with it.
asio::awaitable<bool> Connection::sendFrom(Source& source, const Answer& answer, bool keeps) {
    doing_ = Doing::Waiting;
    // Few bytes wait in the kernel: so a slow reader takes little of its memory, and shows that it takes something.
    constexpr int unsent = 128 << 10;
    ::setsockopt(stream_.socket().native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    beast::response<beast::empty_body> head;
    head.version(11);
    head.result(static_cast<unsigned>(answer.status));
    putHeaders(head, service_.commonHeaders(), answer);
    head.keep_alive(keeps);
    std::uint64_t left = source.size();
    head.content_length(left);
    beast::response_serializer<beast::empty_body> serializer(head);
    error_code error;
    stream_.expires_after(bounds_.reading);
    co_await beast::async_write_header(stream_, serializer, into(error));
    while (!error && left > 0) {
        const std::string some = source.take();
        if (some.empty() || some.size() > left) break;
        stream_.expires_after(bounds_.reading);
        co_await asio::async_write(stream_, asio::buffer(some), into(error));
        left -= some.size();
    }
    const bool goesOn = !error && left == 0 && keeps;
    if (!goesOn) stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
    co_return goesOn;
}

// Unread bytes would make the kernel reset the connection at its close, and the refusal would be lost: so the other end
// is given a moment to read it first.
asio::awaitable<void> Connection::turnAway(const Answer& answer, bool isHead) {
    known_ = false; // it is dropped first where there are too many
    co_await send(answer, isHead, false);
    asio::steady_timer moment(stream_.get_executor(), bounds_.linger);
    error_code ignored;
    co_await moment.async_wait(into(ignored));
}

asio::awaitable<void> Connection::follow(Viewer& viewer) {
    doing_ = Doing::Following;
    beast::response<beast::empty_body> head;
    head.version(11);
    putHeaders(head, service_.commonHeaders(), {200, "text/event-stream"});
    head.keep_alive(false); // the stream ends with the connection
    beast::response_serializer<beast::empty_body> serializer(head);
    error_code error;
    stream_.expires_after(bounds_.reading);
    co_await beast::async_write_header(stream_, serializer, into(error));

    // Nothing more is sent to us on it: whatever comes is its end.
    stream_.socket().async_wait(asio::ip::tcp::socket::wait_read,
                                [self = shared_from_this()](const error_code& failed) {
                                    if (failed == asio::error::operation_aborted) return;
                                    self->ended_ = true;
                                    self->woken_.cancel();
                                });
    while (!error && !ended_ && stream_.socket().is_open()) {
        const std::string events = viewer.take();
        if (events.empty()) {
            stream_.expires_never();
            co_await wait();
            continue;
        }
        stream_.expires_after(bounds_.reading);
        co_await asio::async_write(stream_, asio::buffer(events), into(error));
    }
    stream_.socket().cancel(error);
}

} // namespace stint::http
