// Asio's executors, once inlined into coroutines, look to g++ 12 as if they could hold a null
// context.
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include "api/server.h"

#include "api/problem.h"
#include "api/request_guard.h"
#include "base/log.h"

#include <atomic>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/url.hpp>

namespace forescale {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
/// How much of a refused request is still read, so that the client sees the answer instead of a
/// reset.
constexpr std::size_t linger_bytes_max = std::size_t{4} << 20U;
constexpr auto linger_max = std::chrono::seconds(1);
constexpr auto stop_max = std::chrono::seconds(2);
/// Connections beyond connections_max that still get a 503; more are closed without a word.
constexpr std::size_t refusals_max = 64;

using Message = std::shared_ptr<const std::string>;

std::string printable(std::string_view value) {
    std::string out(value);
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return out;
}

bool is_token(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '-' || c == '_';
    });
}

void add_header(std::string& out, std::string_view name, std::string_view value) {
    if (!is_token(name)) return;
    out.append(name).append(": ").append(printable(value)).append("\r\n");
}

/// Nothing but this server's own files may run or be loaded; no other page may frame it.
constexpr std::string_view security_headers =
    "Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Referrer-Policy: no-referrer\r\n";

std::string head_of(const Response& response, std::string_view connection) {
    std::string out =
        fmt::format("HTTP/1.1 {} {}\r\n", response.status, status_text(response.status));
    if (!response.content_type.empty()) add_header(out, "Content-Type", response.content_type);
    if (response.status != 304)
        add_header(out, "Content-Length", std::to_string(response.body.size()));
    if (!response.headers.contains("Cache-Control")) add_header(out, "Cache-Control", "no-store");
    for (const auto& [name, value] : response.headers) add_header(out, name, value);
    if (!connection.empty()) add_header(out, "Connection", connection);
    return out.append(security_headers).append("\r\n");
}

std::string event_text(std::string_view event, std::string_view data) {
    std::string out = fmt::format("event: {}\n", printable(event));
    while (true) {
        const auto end = data.find_first_of("\r\n");
        out.append("data: ").append(data.substr(0, end)).append("\n");
        if (end == std::string_view::npos) return out.append("\n");
        data.remove_prefix(end + (data.substr(end, 2) == "\r\n" ? 2 : 1));
    }
}

Response refusal(const error_code& error) {
    if (error == http::error::header_limit)
        return problem(
            431, "the request's header is larger than 16 KB; send fewer or shorter headers", "");
    if (error == http::error::body_limit)
        return problem(413, "the request's body is larger than 1 MB; send less at once", "");
    if (error == http::error::bad_version)
        return problem(505, "only HTTP/1.0 and HTTP/1.1 are spoken here", "");
    return problem(400, fmt::format("the request is no HTTP/1.1: {}", error.message()), "");
}

/// Path and query of "/path?query" or of "http://host/path?query", decoded.
std::optional<Response> read_target(std::string_view target, Request& request) {
    const auto url = target.starts_with('/') ? boost::urls::parse_origin_form(target)
                                             : boost::urls::parse_absolute_uri(target);
    if (!url)
        return problem(
            400, "the request target is no path; percent-encode what is not a letter or digit", "");
    request.path = url->path();
    const boost::urls::encoding_opts form(true);  // '+' is a space
    for (const auto& param : url->encoded_params()) {
        auto key = boost::urls::pct_string_view(param.key).decode(form);
        request.query[std::move(key)] = boost::urls::pct_string_view(param.value).decode(form);
    }
    return std::nullopt;
}

/// What the handler gets, or the answer to a request that no handler should see.
std::optional<Response> read_request(http::request<http::string_body>&& message, Request& request) {
    if (message.version() != 10 && message.version() != 11)
        return problem(505, "only HTTP/1.0 and HTTP/1.1 are spoken here", "");
    request.method = std::string_view(message.method_string());
    if (auto refused = read_target(message.target(), request)) return refused;
    for (const auto& field : message) {
        const std::string_view raw = field.name_string();
        std::string name(raw);
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        });
        const std::string_view value = field.value();
        const auto [entry, first] = request.headers.emplace(std::move(name), value);
        if (!first) entry->second.append(", ").append(value);
    }
    if (message.count(http::field::host) != 1)
        return problem(400, "a request needs exactly one Host header", request.path);
    if (message.count(http::field::transfer_encoding) > 0 && !message.chunked())
        return problem(400, "the only transfer encoding known here is chunked", request.path);
    request.body = std::move(message.body());
    return std::nullopt;
}

Response answer(const Handler& handler, const Request& request) {
    try {
        return handler(request);
    } catch (const std::exception& error) {
        log::error("request_failed", "method", request.method, "path", request.path, "error",
                   error.what());
        return problem(500, "the server failed on this request; its log says why", request.path);
    }
}

class Connection;

/// What the connections of one server share. Only the server's thread touches it, except where
/// said.
struct Shared {
    Handler handler;
    std::string events_path;
    HttpLimits limits;
    std::set<Connection*> connections;
    std::size_t refusals = 0;
    Message newest_event;
    bool stopping = false;
    std::function<void()> on_empty;
    std::atomic<std::size_t> listeners{0};
};

/// One client: reads a request, answers it, and so on, or becomes an event stream.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(tcp::socket socket, Shared& shared)
        : shared_(shared),
          socket_(std::move(socket)),
          deadline_(socket_.get_executor()),
          wake_(socket_.get_executor()) {
        shared_.connections.insert(this);
    }
    ~Connection() {
        shared_.connections.erase(this);
        if (refused_) --shared_.refusals;
        if (shared_.stopping && shared_.connections.empty()) shared_.on_empty();
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    static asio::awaitable<void> serve(std::shared_ptr<Connection> self) {
        // g++ 12 miscompiles a co_await in the condition of a loop.
        bool more = true;
        while (more) more = co_await self->exchange();
        co_await self->linger();
    }

    /// Says that the server is full, and closes.
    static asio::awaitable<void> turn_away(std::shared_ptr<Connection> self) {
        self->refused_ = true;
        ++self->shared_.refusals;
        const auto full =
            problem(503, "too many connections are open; close some or try again", "");
        co_await self->respond(full, "close");
        co_await self->linger();
    }

    void push(const Message& message) {
        if (!streaming_) return;
        if (queue_.size() >= shared_.limits.events_queued_max) queue_.pop_front();
        queue_.push_back(message);
        wake_.cancel();
    }

    /// A response that is being written may finish; everything else ends now.
    void stop() {
        wake_.cancel();
        if (!writing_) cancel();
    }

private:
    void cancel() {
        error_code ignored;
        socket_.cancel(ignored);
    }

    void arm_deadline(Duration after) {
        timed_out_ = false;
        deadline_.expires_after(after);
        deadline_.async_wait([weak = weak_from_this()](const error_code& error) {
            const auto self = weak.lock();
            // A handler that was already queued when the deadline moved must not count.
            if (error || !self || self->deadline_.expiry() > std::chrono::steady_clock::now())
                return;
            self->timed_out_ = true;
            self->cancel();
        });
    }

    /// One request and its response. False: the connection is over.
    asio::awaitable<bool> exchange() {
        Parser parser;
        parser.eager(true);
        parser.header_limit(static_cast<std::uint32_t>(shared_.limits.header_bytes_max));
        parser.body_limit(shared_.limits.body_bytes_max);
        const error_code error = co_await receive(parser);
        if (error) {
            const auto refused = answer_to(error);
            if (refused.status != 0) co_await respond(refused, "close");
            co_return false;
        }
        const bool keep = parser.get().keep_alive() && !shared_.stopping;
        std::string_view connection = keep ? "" : "close";
        if (keep && parser.get().version() == 10) connection = "keep-alive";
        const bool written = co_await reply(parser.release(), connection);
        co_return keep&& written;
    }

    /// Status 0: there is nobody to answer.
    static Response answer_to(const error_code& error) {
        if (error == asio::error::timed_out)
            return problem(408, "the request did not arrive in time; send it faster", "");
        if (error.category() == http::make_error_code(http::error::bad_method).category())
            return refusal(error);
        return {.status = 0, .body = {}, .headers = {}};
    }

    asio::awaitable<bool> reply(http::request<http::string_body> message,
                                std::string_view connection) {
        Request request;
        auto refused = read_request(std::move(message), request);
        head_only_ = request.method == "HEAD";
        if (head_only_) request.method = "GET";
        if (!refused) refused = refuse_foreign(request);
        if (!refused && request.path == shared_.events_path && request.method == "GET" &&
            !head_only_) {
            co_await stream(request);
            co_return false;
        }
        if (!refused) refused = answer_here_or_there(request);
        const bool written = co_await respond(*refused, connection);
        co_return written;
    }

    Response answer_here_or_there(const Request& request) const {
        if (request.path != shared_.events_path) return answer(shared_.handler, request);
        if (request.method == "GET")
            return {.content_type = "text/event-stream", .body = {}, .headers = {}};
        auto response = problem(405, "the event stream can only be read; use GET", request.path);
        response.headers["Allow"] = "GET, HEAD";
        return response;
    }

    /// Fills the parser with the next request; what follows it stays in buffer_ (a client may send
    /// requests ahead). timed_out: it began and did not end in time. eof, operation_aborted: there
    /// is nobody to answer.
    asio::awaitable<error_code> receive(Parser& parser) {
        bool begun = false;
        bool continued = false;
        arm_deadline(shared_.limits.idle_max);
        while (true) {
            skip_empty_lines(begun);
            if (!buffer_.empty() && !begun) {
                begun = true;
                arm_deadline(shared_.limits.request_max);
            }
            error_code error = feed(parser);
            if (error) co_return error;
            if (parser.is_done()) break;
            if (parser.is_header_done() && !continued) {
                continued = true;
                if (boost::beast::iequals(parser.get()[http::field::expect], "100-continue"))
                    error = co_await send("HTTP/1.1 100 Continue\r\n\r\n", {});
            }
            if (!error) error = co_await read_some();
            if (error) co_return timed_out_&& begun ? error_code(asio::error::timed_out) : error;
        }
        deadline_.cancel();
        co_return error_code{};
    }

    /// RFC 9112 2.2: empty lines before a request are ignored.
    void skip_empty_lines(bool begun) {
        if (begun) return;
        while (buffer_.starts_with("\r\n")) buffer_.erase(0, 2);
    }

    error_code feed(Parser& parser) {
        error_code error;
        if (buffer_.empty()) return error;
        const std::size_t used = parser.put(asio::buffer(buffer_), error);
        buffer_.erase(0, used);
        if (error == http::error::need_more) error = {};
        return error;
    }

    asio::awaitable<error_code> read_some() {
        if (shared_.stopping) co_return error_code(asio::error::operation_aborted);
        const auto [error, size] =
            co_await socket_.async_read_some(asio::buffer(chunk_), as_result);
        buffer_.append(chunk_.data(), size);
        co_return error;
    }

    asio::awaitable<bool> respond(const Response& response, std::string_view connection) {
        arm_deadline(shared_.limits.write_max);
        const auto head = head_of(response, connection);
        const bool bare = head_only_ || response.status == 304;
        const std::string_view body = bare ? std::string_view{} : std::string_view(response.body);
        const auto error = co_await send(head, body);
        deadline_.cancel();
        co_return !error;
    }

    asio::awaitable<error_code> send(std::string_view head, std::string_view body) {
        const std::array buffers{asio::buffer(head), asio::buffer(body)};
        writing_ = true;
        const auto [error, size] = co_await asio::async_write(socket_, buffers, as_result);
        writing_ = false;
        co_return error;
    }

    /// Closes so that the client still gets what was written: a close with unread input resets the
    /// connection.
    asio::awaitable<void> linger() {
        error_code ignored;
        socket_.shutdown(tcp::socket::shutdown_send, ignored);
        arm_deadline(linger_max);
        for (std::size_t total = 0; total < linger_bytes_max && !ignored && !shared_.stopping;) {
            const auto [error, size] =
                co_await socket_.async_read_some(asio::buffer(chunk_), as_result);
            if (error) break;
            total += size;
        }
        deadline_.cancel();
        socket_.close(ignored);
    }

    asio::awaitable<void> stream(const Request& request) {
        if (shared_.listeners >= shared_.limits.listeners_max) {
            const auto full =
                problem(503, "too many event streams are open; close some pages", request.path);
            co_await respond(full, "close");
            co_return;
        }
        ++shared_.listeners;
        streaming_ = true;
        if (shared_.newest_event) queue_.push_back(shared_.newest_event);
        asio::co_spawn(socket_.get_executor(), watch(shared_from_this()), asio::detached);
        co_await write_events();
        streaming_ = false;
        --shared_.listeners;
    }

    asio::awaitable<void> write_events() {
        std::string text =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: "
            "no-store\r\nConnection: close\r\n";
        text.append(security_headers).append("\r\nretry: 2000\n\n");
        while (!gone_ && !shared_.stopping) {
            for (const auto& message : queue_) text += *message;
            queue_.clear();
            arm_deadline(shared_.limits.write_max);
            const auto error = co_await send(text, {});
            if (error) co_return;
            deadline_.cancel();
            text.clear();
            if (!queue_.empty() || gone_ || shared_.stopping) continue;
            const bool quiet = co_await is_quiet();
            if (quiet) text = ": heartbeat\n\n";
        }
    }

    /// Waits for an event; true when none came for a heartbeat's time.
    asio::awaitable<bool> is_quiet() {
        wake_.expires_after(shared_.limits.heartbeat);
        const auto [error] = co_await wake_.async_wait(as_result);
        co_return !error;
    }

    /// Notices at once when a listener leaves.
    static asio::awaitable<void> watch(std::shared_ptr<Connection> self) {
        std::array<char, 512> ignored{};
        while (self->streaming_) {
            const auto [error, size] =
                co_await self->socket_.async_read_some(asio::buffer(ignored), as_result);
            // A write deadline cancels this read as well; that is the writer's matter.
            if (error) break;
        }
        self->gone_ = true;
        self->wake_.cancel();
    }

    Shared& shared_;
    tcp::socket socket_;
    asio::steady_timer deadline_;
    asio::steady_timer wake_;
    std::string buffer_;
    std::array<char, 16384> chunk_{};
    std::deque<Message> queue_;
    bool timed_out_ = false;
    bool writing_ = false;
    bool head_only_ = false;
    bool streaming_ = false;
    bool gone_ = false;
    bool refused_ = false;
};

Result<tcp::endpoint> endpoint_of(const ApiConfig& config) {
    error_code error;
    const auto address =
        asio::ip::make_address(config.host == "localhost" ? "127.0.0.1" : config.host, error);
    if (error || !address.is_loopback())
        return fail(Errc::invalid_argument,
                    "cannot listen on '{}': only loopback addresses are accepted for now, because "
                    "there is no log-in "
                    "yet; set api.host to 127.0.0.1, ::1 or localhost",
                    config.host);
    if (config.port < 0 || config.port > 65535)
        return fail(Errc::invalid_argument, "api.port {} is no TCP port; take 0 to 65535",
                    config.port);
    return tcp::endpoint(address, static_cast<std::uint16_t>(config.port));
}

Error listen_error(const ApiConfig& config, const error_code& error) {
    if (error == asio::error::address_in_use)
        return {Errc::conflict, fmt::format("cannot listen on {}:{}: another program uses this "
                                            "port; stop it, or set api.port to "
                                            "another number (0 takes a free one)",
                                            config.host, config.port)};
    if (error == asio::error::access_denied)
        return {Errc::invalid_argument, fmt::format("cannot listen on {}:{}: this user may not "
                                                    "take the port; set api.port to 1024 or more",
                                                    config.host, config.port)};
    return {Errc::unavailable,
            fmt::format("cannot listen on {}:{}: {}; check api.host and api.port", config.host,
                        config.port, error.message())};
}

error_code open(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    return error;
}

}  // namespace

/// Events on their way from any thread to the server's thread, bounded like a listener's queue.
struct Inbox {
    std::mutex mutex;
    std::deque<Message> messages;
};

struct HttpServer::Impl {
    Shared shared;
    Inbox inbox;
    asio::io_context io{1};
    tcp::acceptor acceptor{io};
    asio::steady_timer stop_deadline{io};
    asio::steady_timer retry{io};
    std::uint16_t port = 0;
    std::jthread thread;

    asio::awaitable<void> accept_all() {
        while (!shared.stopping) {
            auto [error, socket] = co_await acceptor.async_accept(as_result);
            if (!error)
                admit(std::move(socket));
            else if (!shared.stopping)
                co_await pause(error);
        }
    }

    /// Out of descriptors, most likely: existing clients go on, and new ones get their turn a
    /// moment later.
    asio::awaitable<void> pause(const error_code& error) {
        log::warn("accept_failed", "error", error.message());
        retry.expires_after(std::chrono::milliseconds(100));
        co_await retry.async_wait(as_result);
    }

    void admit(tcp::socket socket) {
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        const bool full =
            shared.connections.size() - shared.refusals >= shared.limits.connections_max;
        if (full && shared.refusals >= refusals_max) return;
        auto connection = std::make_shared<Connection>(std::move(socket), shared);
        if (full)
            asio::co_spawn(io, Connection::turn_away(std::move(connection)), asio::detached);
        else
            asio::co_spawn(io, Connection::serve(std::move(connection)), asio::detached);
    }

    void deliver() {
        std::deque<Message> messages;
        {
            const std::scoped_lock lock(inbox.mutex);
            messages.swap(inbox.messages);
        }
        if (messages.empty()) return;
        shared.newest_event = messages.back();
        for (Connection* connection : shared.connections)
            for (const auto& message : messages) connection->push(message);
    }

    void stop() {
        shared.stopping = true;
        error_code ignored;
        acceptor.close(ignored);
        retry.cancel();
        shared.on_empty = [this] { stop_deadline.cancel(); };
        if (shared.connections.empty()) return;
        stop_deadline.expires_after(stop_max);
        stop_deadline.async_wait([this](const error_code& error) {
            if (!error) io.stop();
        });
        for (Connection* connection : shared.connections) connection->stop();
    }
};

void ApiConfig::describe(config::Fields& f) {
    f.field("host", host,
            {.help = "Address of the page and the API; only loopback is accepted for now"});
    f.field(
        "port", port,
        {.min = 0, .max = 65535, .help = "TCP port of the page and the API; 0 takes a free one"});
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ApiConfig& config, Handler handler,
                                                      std::string events_path,
                                                      const HttpLimits& limits) {
    TRY(const auto endpoint, endpoint_of(config));
    auto impl = std::make_unique<Impl>();
    impl->shared.handler = std::move(handler);
    impl->shared.events_path = std::move(events_path);
    impl->shared.limits = limits;
    if (const auto error = open(impl->acceptor, endpoint))
        return std::unexpected(listen_error(config, error));
    error_code ignored;
    impl->port = impl->acceptor.local_endpoint(ignored).port();
    asio::co_spawn(impl->io, impl->accept_all(), asio::detached);
    impl->thread = std::jthread([&io = impl->io] { io.run(); });
    return std::unique_ptr<HttpServer>(
        new HttpServer(std::move(impl)));  // NOLINT: the constructor is private
}

HttpServer::~HttpServer() {
    asio::post(impl_->io, [impl = impl_.get()] { impl->stop(); });
    impl_->thread.join();
    impl_->shared.on_empty = [] {};
}

std::uint16_t HttpServer::port() const {
    return impl_->port;
}

std::size_t HttpServer::listeners() const {
    return impl_->shared.listeners;
}

void HttpServer::broadcast(std::string_view event, std::string_view data) {
    auto message = std::make_shared<const std::string>(event_text(event, data));
    bool first = false;
    {
        const std::scoped_lock lock(impl_->inbox.mutex);
        auto& messages = impl_->inbox.messages;
        first = messages.empty();
        if (messages.size() >= impl_->shared.limits.events_queued_max) messages.pop_front();
        messages.push_back(std::move(message));
    }
    if (first) asio::post(impl_->io, [impl = impl_.get()] { impl->deliver(); });
}

}  // namespace forescale
