#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/error.h"

namespace forescale {

struct ApiConfig {
    std::string host = "127.0.0.1";
    std::int64_t port = 8480;
    void describe(config::Fields& f);
};

struct Request {
    std::string method;
    std::string path;                          ///< decoded, without the query
    std::map<std::string, std::string> query;  ///< decoded; the last one of a repeated key counts
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

/// HTTP/1.1 on its own thread: keep-alive, bounded headers and bodies, deadlines, graceful stop; server-sent events for
/// `GET events_path`. The handler runs on the server's thread and must be quick.
class HttpServer {
public:
    static constexpr std::size_t body_bytes_max = std::size_t{1} << 20U;
    static constexpr std::size_t connections_max = 512;

    /// Listens at once. errors  conflict: the port is in use (says which, and what to do); invalid_argument: not loopback
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(const ApiConfig& config, Handler handler,
                                                                   std::string events_path);
    ~HttpServer();  ///< closes the connections and joins
    [[nodiscard]] std::uint16_t port() const;
    /// Sends one event to everybody who listens; slow listeners lose the oldest ones, never the newest. Any thread.
    void broadcast(std::string_view event, std::string data);

private:
    struct Impl;
    explicit HttpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace forescale
