#include "faces/taskmanager/http_connection.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include "base/text/words.hpp"
#include "faces/taskmanager/entry.hpp"
#include "faces/taskmanager/http_server.hpp"

namespace stint::taskmanager {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

std::string tooLong(std::size_t most) { return fmt::format("a body here has {} KiB at most", most >> 10); }

/// Failures are values: `error` is set, nothing is thrown.
auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

std::string text(boost::beast::string_view view) { return {view.data(), view.size()}; }

/// The values of our cookie among those that a browser sends.
void takeCookies(std::string_view header, std::vector<std::string>& cookies) {
    constexpr std::string_view name = "stint=";
    for (std::string_view one : splitAt(header, ";")) {
        while (one.starts_with(' '))
            one.remove_prefix(1);
        if (one.starts_with(name)) cookies.emplace_back(one.substr(name.size()));
    }
}

Request requestOf(const http::request_header<>& head, const PeerSocket& peer) {
    Request request;
    request.method = text(head.method_string());
    const std::string target = text(head.target());
    const auto mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    if (mark < target.size()) request.query = target.substr(mark + 1);
    request.peer = peer;
    for (auto [host, end] = head.equal_range(http::field::host); host != end; ++host)
        request.hosts.push_back(text(host->value()));
    for (auto [origin, end] = head.equal_range(http::field::origin); origin != end; ++origin) // two match none of ours
        request.origin = (request.origin ? *request.origin + ", " : "") + text(origin->value());
    request.contentType = text(head[http::field::content_type]);
    for (auto [cookie, end] = head.equal_range(http::field::cookie); cookie != end; ++cookie)
        takeCookies(text(cookie->value()), request.cookies);
    request.authorization = text(head[http::field::authorization]);
    request.lastEventId = text(head["Last-Event-ID"]);
    request.ifNoneMatch = text(head[http::field::if_none_match]);
    request.takesGzip = text(head[http::field::accept_encoding]).find("gzip") != std::string::npos;
    return request;
}

template <class Message> void putHeaders(Message& message, const Answer& answer) {
    for (const auto& [name, value] : commonHeaders())
        message.set(name, value);
    if (!answer.type.empty()) message.set(http::field::content_type, answer.type);
    for (const auto& [name, value] : answer.headers)
        message.set(name, value);
}

/// The status for bytes that are no request of HTTP.
int statusOf(const error_code& error) {
    if (error == http::error::header_limit) return 431;
    if (error == http::error::body_limit || error == http::error::buffer_overflow) return 413;
    if (error == http::error::bad_version) return 505;
    return 400;
}

bool isHttpError(const error_code& error) {
    return error.category() == make_error_code(http::error::bad_method).category() &&
           error != http::error::end_of_stream && error != http::error::partial_message;
}

} // namespace

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, const PeerSocket& peer, Service& service)
    : stream_(std::move(socket)), woken_(stream_.get_executor(), asio::steady_timer::time_point::max()),
      deadline_(stream_.get_executor()), buffer_(2 * bounds::header), service_(service), peer_(peer) {
    error_code ignored;
    stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

void HttpConnection::close() {
    error_code ignored;
    stream_.socket().close(ignored);
    woken_.cancel();
    deadline_.cancel();
}

// Not the stream's own timeout, which would close it: a late browser gets an answer that says so.
void HttpConnection::limitReading(std::chrono::steady_clock::duration patience) {
    late_ = false;
    deadline_.expires_after(patience);
    deadline_.async_wait([weak = weak_from_this()](const error_code& error) {
        const auto self = weak.lock();
        if (error || !self || self->deadline_.expiry() > std::chrono::steady_clock::now()) return;
        self->late_ = true;
        self->stream_.cancel();
    });
}

std::function<void()> HttpConnection::waker() {
    return [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->woken_.cancel();
    };
}

asio::awaitable<void> HttpConnection::wait() {
    error_code ignored;
    co_await woken_.async_wait(into(ignored));
}

asio::awaitable<void> HttpConnection::serve() {
    bool goesOn = true;
    while (goesOn && stream_.socket().is_open())
        goesOn = co_await serveOne();
    close();
}

asio::awaitable<bool> HttpConnection::serveOne() {
    http::request_parser<http::string_body> parser;
    parser.header_limit(bounds::header);
    parser.body_limit(boost::none); // the announced length is checked below, where the sender is known
    error_code error;
    stream_.expires_never();
    doing_ = Doing::Nothing;
    limitReading(entered_ ? bounds::idle : bounds::arrival);
    co_await http::async_read_header(stream_, buffer_, parser, into(error));
    doing_ = Doing::Waiting;
    deadline_.cancel();
    if (error) {
        // A peer that has sent nothing yet gets no answer.
        const bool wasLate = late_ && (parser.got_some() || buffer_.size() > 0);
        const Answer wrong{wasLate ? 408 : statusOf(error), ""};
        if (wasLate || isHttpError(error)) co_await turnAway(wrong, false);
        co_return false;
    }

    Request request = requestOf(parser.get().base(), peer_);
    const bool isHead = request.method == "HEAD";
    entered_ = service_.hasEntered(request);
    std::optional<Answer> refused = service_.refused(request);
    const std::size_t longest = service_.longestBody(request);
    if (!refused && parser.content_length().value_or(0) > longest) refused = refusal(413, tooLong(longest));
    if (!refused && parser.get().find(http::field::expect) != parser.get().end())
        refused = refusal(417, "send the body without waiting");
    const bool isEncoded = parser.get().find(http::field::transfer_encoding) != parser.get().end();
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
    limitReading(bounds::arrival);
    if (!parser.is_done()) co_await http::async_read(stream_, buffer_, parser, into(error));
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

    if (request.path == "/api/events" && !isHead) {
        co_await follow(request);
        co_return false;
    }
    const Answer answer = co_await answered(request);
    co_await send(answer, isHead, parser.keep_alive());
    co_return parser.keep_alive();
}

asio::awaitable<Answer> HttpConnection::answered(const Request& request) {
    doing_ = Doing::Answering;
    const auto given = std::make_shared<std::optional<Answer>>();
    service_.answer(request, [given, wake = waker()](Answer answer) {
        *given = std::move(answer);
        wake();
    });
    while (!*given && stream_.socket().is_open())
        co_await wait();
    if (!*given) co_return Answer{503, ""}; // nobody is there to read it
    co_return std::move(**given);
}

asio::awaitable<void> HttpConnection::send(const Answer& answer, bool isHead, bool keeps) {
    doing_ = Doing::Waiting;
    http::response<http::string_body> message;
    message.version(11);
    message.result(static_cast<unsigned>(answer.status));
    putHeaders(message, answer);
    message.keep_alive(keeps);
    const bool hasNone = answer.status == 204 || answer.status == 304;
    if (!hasNone) message.content_length(answer.body.size());
    if (!isHead && !hasNone) message.body() = answer.body;
    http::response_serializer<http::string_body> serializer(message);
    error_code error;
    stream_.expires_after(bounds::reading);
    if (isHead) {
        serializer.split(true);
        co_await http::async_write_header(stream_, serializer, into(error));
    } else {
        co_await http::async_write(stream_, serializer, into(error));
    }
    if (error || !keeps) stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
}

// Unread bytes would make the kernel reset the connection at its close, and the refusal would be lost: so the other end
// is given a moment to read it first.
asio::awaitable<void> HttpConnection::turnAway(const Answer& answer, bool isHead) {
    entered_ = false; // it is dropped first where there are too many
    co_await send(answer, isHead, false);
    asio::steady_timer moment(stream_.get_executor(), bounds::linger);
    error_code ignored;
    co_await moment.async_wait(into(ignored));
}

asio::awaitable<void> HttpConnection::follow(const Request& request) {
    doing_ = Doing::Following;
    const auto viewer = service_.stream(request, waker());
    http::response<http::empty_body> head;
    head.version(11);
    putHeaders(head, {200, "text/event-stream"});
    head.keep_alive(false); // the stream ends with the connection
    http::response_serializer<http::empty_body> serializer(head);
    error_code error;
    stream_.expires_after(bounds::reading);
    co_await http::async_write_header(stream_, serializer, into(error));

    // A browser sends nothing more on it: whatever comes is its end.
    stream_.socket().async_wait(asio::ip::tcp::socket::wait_read,
                                [self = shared_from_this()](const error_code& failed) {
                                    if (failed == asio::error::operation_aborted) return;
                                    self->ended_ = true;
                                    self->woken_.cancel();
                                });
    while (!error && !ended_ && stream_.socket().is_open()) {
        const std::string events = viewer->take();
        if (events.empty()) {
            stream_.expires_never();
            co_await wait();
            continue;
        }
        stream_.expires_after(bounds::reading);
        co_await asio::async_write(stream_, asio::buffer(events), into(error));
    }
    stream_.socket().cancel(error);
}

} // namespace stint::taskmanager
