#pragma once
#include "base/assert.h"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace forescale {

/// A plain blocking client on 127.0.0.1 for tests: sends bytes as they are, so that malformed
/// requests can be sent too. Every read gives up after 10 s.
class TestClient {
public:
    explicit TestClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        const timeval patience{.tv_sec = 10, .tv_usec = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ =
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~TestClient() {
        if (socket_ >= 0) ::close(socket_);
    }
    TestClient(TestClient&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)),
          connected_(other.connected_),
          buffer_(std::move(other.buffer_)) {}
    TestClient& operator=(TestClient&&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }

    /// False when the server has closed.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void shutdown_send() { ::shutdown(socket_, SHUT_WR); }

    struct Reply {
        int status = 0;                              ///< 0: the connection ended first
        std::map<std::string, std::string> headers;  ///< names in lower case
        std::string body;
    };

    /// The next response; `head` is for the answer to a HEAD request, which has no body.
    Reply read_reply(bool head = false) {
        Reply reply;
        const auto text = read_until("\r\n\r\n");
        if (!text.ends_with("\r\n\r\n")) return reply;
        reply.status = std::atoi(text.substr(9, 3).c_str());
        for (auto line = text.find("\r\n") + 2; text.substr(line) != "\r\n";
             line = text.find("\r\n", line) + 2)
            add_header(reply, text.substr(line, text.find("\r\n", line) - line));
        if (!head && reply.headers.contains("content-length"))
            reply.body = read_bytes(std::stoul(reply.headers["content-length"]));
        return reply;
    }
    /// Everything up to and including `text`, or up to the end of the connection.
    std::string read_until(std::string_view text) {
        while (buffer_.find(text) == std::string::npos)
            if (!fill()) return std::exchange(buffer_, {});
        return read_bytes(buffer_.find(text) + text.size());
    }
    std::string read_to_end() {
        while (fill()) {
        }
        return std::exchange(buffer_, {});
    }

    /// One request and its answer.
    Reply get(std::string_view target, std::string_view headers = {}) {
        send("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
             std::string(headers) + "\r\n");
        return read_reply();
    }
    Reply post(std::string_view target, std::string_view body) {
        send("POST " + std::string(target) +
             " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
        return read_reply();
    }

private:
    static void add_header(Reply& reply, const std::string& line) {
        const auto colon = line.find(": ");
        ASSERT(colon != std::string::npos);
        std::string name = line.substr(0, colon);
        for (char& c : name)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        ASSERT(!reply.headers.contains(name));
        reply.headers[name] = line.substr(colon + 2);
    }
    std::string read_bytes(std::size_t size) {
        while (buffer_.size() < size && fill()) {
        }
        std::string out = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return out;
    }
    bool fill() {
        std::string chunk(65536, '\0');
        const auto got = ::recv(socket_, chunk.data(), chunk.size(), 0);
        if (got <= 0) return false;
        buffer_.append(chunk, 0, static_cast<std::size_t>(got));
        return true;
    }

    int socket_;
    bool connected_ = false;
    std::string buffer_;
};

}  // namespace forescale
