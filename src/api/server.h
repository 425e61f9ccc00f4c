#pragma once
#include "base/config.h"
#include "base/error.h"
#include "base/time.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace forescale {

struct ApiConfig {
    std::string host = "127.0.0.1";
    std::int64_t port = 8480;
    void describe(config::Fields& f);
};

struct Request {
    std::string method;                          ///< HEAD arrives as GET: the server drops the body
    std::string path;                            ///< decoded, without the query
    std::map<std::string, std::string> query;    ///< decoded; the last one of a repeated key counts
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
};
struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::map<std::string, std::string> headers;
};
using Handler = std::function<Response(const Request&)>;

/// What one client may take from the others. The defaults serve people and scrapers on one machine.
struct HttpLimits {
    std::size_t connections_max = 512;
    std::size_t listeners_max = 128;     ///< open event streams; they count as connections too
    std::size_t events_queued_max = 64;  ///< per listener; the oldest is dropped
    std::size_t header_bytes_max = std::size_t{16} << 10U;
    std::size_t body_bytes_max = std::size_t{1} << 20U;
    Duration idle_max = std::chrono::seconds(60);     ///< between requests of one connection
    Duration request_max = std::chrono::seconds(10);  ///< from its first byte to its last
    Duration write_max = std::chrono::seconds(30);    ///< for one response or event
    Duration heartbeat = std::chrono::seconds(15);    ///< comment line on a quiet event stream
};

/// HTTP/1.1 on its own thread: keep-alive, bounded headers and bodies, deadlines, graceful stop;
/// server-sent events for `GET events_path`. The handler runs on the server's thread and must be
/// quick; what it throws becomes a 500.
class HttpServer {
public:
    /// Listens at once.
    /// errors  conflict: the port is in use (says which, and what to do); invalid_argument: not
    /// loopback, or a port that this user may not take
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(const ApiConfig& config,
                                                                   Handler handler,
                                                                   std::string events_path,
                                                                   const HttpLimits& limits = {});
    ~HttpServer();  ///< lets responses that are being written finish (at most 2 s), closes the rest
                    ///< and joins
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::size_t listeners() const;  ///< open event streams. Any thread.
    /// Sends one event to everybody who listens; slow listeners lose the oldest ones, never the
    /// newest. A new listener first gets the newest one. Any thread.
    void broadcast(std::string_view event, std::string_view data);

private:
    struct Impl;
    explicit HttpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace forescale
