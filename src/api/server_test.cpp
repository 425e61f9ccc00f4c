#include "api/server.h"

#include "api/request_guard.h"
#include "api/test_client.h"

#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>

namespace forescale {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Response echo(const Request& request) {
    if (request.path == "/throw") throw std::runtime_error("on purpose");
    if (request.path == "/split")
        return {.content_type = "text/plain",
                .body = "x",
                .headers = {{"X-Name", "a\r\nX-Evil: 1"}, {"X Bad", "1"}}};
    std::string body = request.method + " " + request.path;
    for (const auto& [key, value] : request.query) body += "|" + key + "=" + value;
    return {.content_type = "text/plain", .body = body + "|" + request.body, .headers = {}};
}

std::unique_ptr<HttpServer> start(const HttpLimits& limits = {}) {
    auto server = HttpServer::start({.host = "127.0.0.1", .port = 0}, echo, "/events", limits);
    EXPECT_TRUE(server) << (server ? "" : server.error().message);
    return std::move(*server);
}

constexpr std::string_view listen_request = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A client that listens, once the server knows of it.
TestClient listener(const HttpServer& server) {
    TestClient client(server.port());
    client.send(listen_request);
    EXPECT_THAT(client.read_until("retry: 2000\n\n"), HasSubstr("text/event-stream"));
    return client;
}

TEST(HttpServer, AnswersOnOneConnectionManyTimes) {
    const auto server = start();
    TestClient client(server->port());
    for (int i = 0; i < 3; ++i) {
        const auto reply = client.get("/a%20b?x=1&y=%C3%A4+b&x=2");
        EXPECT_EQ(reply.status, 200);
        EXPECT_EQ(reply.body, "GET /a b|x=2|y=\u00e4 b|");
    }
}

TEST(HttpServer, SendsSecurityHeaders) {
    const auto server = start();
    auto reply = TestClient(server->port()).get("/");
    EXPECT_THAT(reply.headers["content-security-policy"], HasSubstr("default-src 'self'"));
    EXPECT_THAT(reply.headers["content-security-policy"], HasSubstr("frame-ancestors 'none'"));
    EXPECT_EQ(reply.headers["x-content-type-options"], "nosniff");
    EXPECT_EQ(reply.headers["referrer-policy"], "no-referrer");
}

TEST(HttpServer, AnswersRequestsSentAheadInOrder) {
    const auto server = start();
    TestClient client(server->port());
    std::string ahead;
    for (int i = 0; i < 500; ++i)
        ahead += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    client.send(ahead);
    for (int i = 0; i < 500; ++i)
        EXPECT_EQ(client.read_reply().body, "GET /" + std::to_string(i) + "|");
}

TEST(HttpServer, ReadsARequestThatComesByteByByte) {
    const auto server = start();
    TestClient client(server->port());
    constexpr std::string_view text =
        "\r\nPOST /p HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
        "application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    for (const char c : text) ASSERT_TRUE(client.send({&c, 1}));
    EXPECT_EQ(client.read_reply().body, "POST /p|abcde");
}

TEST(HttpServer, TellsAWaitingClientToSendItsBody) {
    const auto server = start();
    TestClient client(server->port());
    client.send(
        "POST /p HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: "
        "100-continue\r\n"
        "Content-Length: 2\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("{}");
    EXPECT_EQ(client.read_reply().body, "POST /p|{}");
}

TEST(HttpServer, HeadHasTheLengthAndNoBody) {
    const auto server = start();
    TestClient client(server->port());
    client.send("HEAD /abc HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto reply = client.read_reply(true);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.headers["content-length"], "9");
    EXPECT_EQ(client.get("/next").body, "GET /next|");  // nothing of the body was in the way
}

TEST(HttpServer, ClosesWhenTheClientSaysSo) {
    const auto server = start();
    TestClient client(server->port());
    auto reply = client.get("/", "Connection: close\r\n");
    EXPECT_EQ(reply.headers["connection"], "close");
    EXPECT_EQ(client.read_to_end(), "");
    TestClient old(server->port());
    old.send("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(old.read_to_end(), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, HeaderValuesCannotAddHeaders) {
    const auto server = start();
    auto reply = TestClient(server->port()).get("/split");
    EXPECT_FALSE(reply.headers.contains("x-evil"));
    EXPECT_FALSE(reply.headers.contains("x bad"));
    EXPECT_EQ(reply.headers["x-name"], "a  X-Evil: 1");
}

TEST(HttpServer, AHandlerThatThrowsIsA500) {
    const auto server = start();
    TestClient client(server->port());
    const auto reply = client.get("/throw");
    EXPECT_EQ(reply.status, 500);
    EXPECT_THAT(reply.body, Not(HasSubstr("on purpose")));
    EXPECT_EQ(client.get("/").status, 200);
}

struct BadRequest {
    const char* name;
    std::string text;
    int status;
};
class Malformed : public ::testing::TestWithParam<BadRequest> {};

TEST_P(Malformed, IsAnsweredAndClosed) {
    const auto server = start();
    TestClient client(server->port());
    client.send(GetParam().text);
    auto reply = client.read_reply();
    EXPECT_EQ(reply.status, GetParam().status) << reply.body;
    EXPECT_EQ(reply.headers["content-type"], "application/problem+json");
    EXPECT_EQ(TestClient(server->port()).get("/").status, 200);
}

const std::string host = "Host: localhost\r\n";
INSTANTIATE_TEST_SUITE_P(
    HttpServer, Malformed,
    ::testing::Values(
        BadRequest{"garbage", std::string("\x16\x03\x01\x02\x00\x01", 6) + "\r\n\r\n", 400},
        BadRequest{"no_version", "GET /\r\n" + host + "\r\n", 400},
        BadRequest{"version_2", "GET / HTTP/2.0\r\n" + host + "\r\n", 505},
        BadRequest{"no_host", "GET / HTTP/1.1\r\n\r\n", 400},
        BadRequest{"two_hosts", "GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
        BadRequest{"foreign_host", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421},
        BadRequest{"bad_escape", "GET /%zz HTTP/1.1\r\n" + host + "\r\n", 400},
        BadRequest{"asterisk", "GET * HTTP/1.1\r\n" + host + "\r\n", 400},
        BadRequest{"negative_length", "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
                   400},
        BadRequest{
            "two_lengths",
            "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
        BadRequest{"length_and_chunks",
                   "POST / HTTP/1.1\r\n" + host +
                       "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                   400},
        BadRequest{"bad_chunk",
                   "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        BadRequest{"other_encoding",
                   "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n", 400},
        BadRequest{"long_target",
                   "GET /" + std::string(20000, 'a') + " HTTP/1.1\r\n" + host + "\r\n", 431},
        BadRequest{"long_header",
                   "GET / HTTP/1.1\r\n" + host + "X: " + std::string(20000, 'a') + "\r\n\r\n", 431},
        BadRequest{"endless_header", "GET / HTTP/1.1\r\n" + host + "X: " + std::string(200000, 'a'),
                   431},
        BadRequest{"long_body",
                   "POST / HTTP/1.1\r\n" + host + "Content-Length: 2000000\r\n\r\n" +
                       std::string(2000000, 'a'),
                   413},
        BadRequest{"long_chunk",
                   "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n200000\r\n" +
                       std::string(0x200000, 'a'),
                   413},
        BadRequest{"form_post",
                   "POST / HTTP/1.1\r\n" + host +
                       "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
                   415},
        BadRequest{"foreign_origin",
                   "POST / HTTP/1.1\r\n" + host +
                       "Origin: http://evil.example\r\nContent-Type: application/json\r\n" +
                       "Content-Length: 2\r\n\r\n{}",
                   403}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(HttpServer, ASlowRequestIsGivenUp) {
    const auto server = start({.request_max = milliseconds(50)});
    TestClient client(server->port());
    client.send("GET / HTTP/1.1\r\nHost: local");
    auto reply = client.read_reply();
    EXPECT_EQ(reply.status, 408);
    EXPECT_EQ(reply.headers["connection"], "close");
    TestClient body(server->port());
    body.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(body.read_reply().status, 408);
}

TEST(HttpServer, AnIdleConnectionIsClosedWithoutAWord) {
    const auto server = start({.idle_max = milliseconds(50)});
    EXPECT_EQ(TestClient(server->port()).read_to_end(), "");
    TestClient used(server->port());
    EXPECT_EQ(used.get("/").status, 200);
    EXPECT_EQ(used.read_to_end(), "");
}

TEST(HttpServer, TurnsClientsAwayWhenFull) {
    const auto server = start({.connections_max = 4});
    std::vector<TestClient> clients;
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(clients.emplace_back(server->port()).get("/").status, 200);
    TestClient late(server->port());
    auto reply = late.read_reply();
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.headers["retry-after"], "5");
    for (auto& client : clients) EXPECT_EQ(client.get("/").status, 200);
    clients.pop_back();
    // The server notices the close on its own thread; whoever comes too early is turned away and
    // may try again.
    int status = 0;
    for (int i = 0; i < 1000 && status != 200; ++i)
        status = TestClient(server->port()).get("/").status;
    EXPECT_EQ(status, 200);
}

TEST(HttpServer, ServesManyConnectionsAtOnce) {
    const auto server = start();
    std::vector<TestClient> clients;
    for (int i = 0; i < 400; ++i) clients.emplace_back(server->port());
    for (auto& client : clients) client.send("GET /x HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n");
    for (auto& client : clients) EXPECT_EQ(client.read_reply().body, "GET /x|");
}

TEST(HttpServer, APortInUseIsAConflictThatSaysWhatToDo) {
    const auto server = start();
    const auto second =
        HttpServer::start({.host = "127.0.0.1", .port = server->port()}, echo, "/events");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_THAT(second.error().message, HasSubstr("127.0.0.1:" + std::to_string(server->port())));
    EXPECT_THAT(second.error().message, HasSubstr("api.port"));
}

TEST(HttpServer, ListensOnLoopbackOnly) {
    for (const char* address : {"0.0.0.0", "::", "192.168.1.1", "example.com", "", "128.0.0.1"}) {
        const auto server = HttpServer::start({.host = address, .port = 0}, echo, "/events");
        ASSERT_FALSE(server) << address;
        EXPECT_EQ(server.error().code, Errc::invalid_argument);
    }
    for (const char* address : {"localhost", "127.0.0.2"})
        EXPECT_TRUE(HttpServer::start({.host = address, .port = 0}, echo, "/events")) << address;
}

TEST(HttpServer, StopsWithClientsConnected) {
    auto server = start();
    TestClient idle(server->port());
    TestClient used(server->port());
    TestClient half(server->port());
    EXPECT_EQ(used.get("/").status, 200);
    half.send("GET / HT");
    auto stream = listener(*server);
    const auto begin = std::chrono::steady_clock::now();
    server.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
    EXPECT_EQ(idle.read_to_end(), "");
    EXPECT_EQ(used.read_to_end(), "");
    EXPECT_EQ(stream.read_to_end(), "");
}

TEST(Events, ReachEveryListenerInOrder) {
    const auto server = start();
    auto first = listener(*server);
    auto second = listener(*server);
    EXPECT_EQ(server->listeners(), 2U);
    server->broadcast("turn", R"({"n":1})");
    server->broadcast("note", "a\nb");
    for (auto* client : {&first, &second}) {
        EXPECT_EQ(client->read_until("\n\n"), "event: turn\ndata: {\"n\":1}\n\n");
        EXPECT_EQ(client->read_until("\n\n"), "event: note\ndata: a\ndata: b\n\n");
    }
}

TEST(Events, ANewListenerGetsTheNewestOne) {
    const auto server = start();
    server->broadcast("turn", "1");
    server->broadcast("turn", "2");
    auto client = listener(*server);
    EXPECT_EQ(client.read_until("\n\n"), "event: turn\ndata: 2\n\n");
}

TEST(Events, AQuietStreamHasAHeartbeat) {
    const auto server = start({.heartbeat = milliseconds(20)});
    auto client = listener(*server);
    EXPECT_EQ(client.read_until("\n\n"), ": heartbeat\n\n");
    server->broadcast("turn", "1");
    EXPECT_THAT(client.read_until("data: 1\n\n"), HasSubstr("event: turn"));
}

TEST(Events, ASlowListenerLosesTheOldestAndKeepsTheNewest) {
    const auto server = start({.events_queued_max = 4});
    auto client = listener(*server);
    const std::string padding(100000, 'x');
    for (int i = 0; i <= 500; ++i) server->broadcast("turn", std::to_string(i) + padding);
    const auto text = client.read_until("data: 500x");
    EXPECT_THAT(text, HasSubstr("data: 500x"));
    EXPECT_LT(text.size(), 500 * padding.size() /
                               2);  // the client's socket holds a few MB, the rest was dropped
}

TEST(Events, AListenerThatLeavesIsForgotten) {
    const auto server = start();
    {
        const auto client = listener(*server);
        EXPECT_EQ(server->listeners(), 1U);
    }
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (server->listeners() > 0 && std::chrono::steady_clock::now() < give_up)
        EXPECT_EQ(TestClient(server->port()).get("/").status, 200);
    EXPECT_EQ(server->listeners(), 0U);
}

TEST(Events, AreBoundedInNumberAndReadOnly) {
    const auto server = start({.listeners_max = 1});
    const auto first = listener(*server);
    TestClient second(server->port());
    EXPECT_EQ(second.get("/events").status, 503);
    auto refused = TestClient(server->port()).post("/events", "{}");
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.headers["allow"], "GET, HEAD");
    EXPECT_EQ(TestClient(server->port()).get("/").status, 200);
}

TEST(Events, ManyThreadsMayBroadcastWhileTheServerStops) {
    auto server = start();
    auto client = listener(*server);
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 200; ++i) server->broadcast("turn", "x");
            });
    }
    EXPECT_EQ(client.read_until("\n\n"), "event: turn\ndata: x\n\n");
    for (int i = 0; i < 1000; ++i) server->broadcast("turn", "y");
    server.reset();
    EXPECT_THAT(client.read_to_end(), Not(HasSubstr("HTTP/1.1 5")));
}

TEST(RequestGuard, KnowsLoopbackHosts) {
    for (const char* name :
         {"localhost", "LOCALHOST:8480", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:8480"})
        EXPECT_TRUE(is_loopback_host(name)) << name;
    for (const char* name : {"", "localhost.evil.example", "evil.example:8480",
                             "127.0.0.1.evil.example", "127.0.0", "127.0.0.256", "128.0.0.1",
                             "localhost:80:80", "localhost:evil", "[::2]", "[::1", "[::1]x", "::1"})
        EXPECT_FALSE(is_loopback_host(name)) << name;
}

}  // namespace
}  // namespace forescale
