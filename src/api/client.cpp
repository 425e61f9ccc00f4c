// Asio's executors, once inlined, look to g++ 12 as if they could hold a null context.
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include "api/client.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/url.hpp>

namespace forescale {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr auto patience = std::chrono::seconds(10);

http::request<http::string_body> request_of(std::string_view host, std::string_view path,
                                            const std::string& body) {
    const auto verb = body.empty() ? http::verb::get : http::verb::post;
    http::request<http::string_body> request(verb, path, 11);
    request.set(http::field::host, host);
    request.set(http::field::connection, "close");
    if (!body.empty()) request.set(http::field::content_type, "application/json");
    request.body() = body;
    request.prepare_payload();
    return request;
}

/// One exchange on asynchronous calls, because only those obey the stream's deadline.
class Exchange {
public:
    Exchange(http::request<http::string_body> request) : request_(std::move(request)) {}

    Result<ApiAnswer> with(const asio::ip::tcp::endpoint& server) {
        stream_.expires_after(patience);
        stream_.async_connect(server, [this](const error_code& error) {
            if (!failed(error)) write();
        });
        io_.run();
        if (error_)
            return fail(Errc::unavailable,
                        "no answer from {}:{}: {}; is `forescale run` running there?",
                        server.address().to_string(), server.port(), error_.message());
        return ApiAnswer{.status = static_cast<int>(response_.result_int()),
                         .body = std::move(response_.body())};
    }

private:
    bool failed(const error_code& error) {
        error_ = error;
        return static_cast<bool>(error);
    }
    void write() {
        http::async_write(stream_, request_, [this](const error_code& error, std::size_t) {
            if (!failed(error)) read();
        });
    }
    void read() {
        http::async_read(stream_, buffer_, response_,
                         [this](const error_code& error, std::size_t) { failed(error); });
    }

    http::request<http::string_body> request_;
    asio::io_context io_{1};
    beast::tcp_stream stream_{io_};
    beast::flat_buffer buffer_;
    http::response<http::string_body> response_;
    error_code error_;
};

}  // namespace

std::string path_segment(std::string_view text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

Result<ApiAnswer> ask_api(const std::string& url, std::string_view path, const std::string& body) {
    const auto parsed = boost::urls::parse_uri(url);
    error_code error;
    const std::string host = parsed ? parsed->host_address() : std::string();
    const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
    if (!parsed || parsed->scheme() != "http" || error || !parsed->has_port())
        return fail(Errc::invalid_argument,
                    "'{}' is no URL of a running forescale; it looks like http://127.0.0.1:8480",
                    url);
    Exchange exchange(request_of(parsed->encoded_host_and_port(), path, body));
    return exchange.with({address, parsed->port_number()});
}

}  // namespace forescale
