// Holds docs/openapi.yaml against the running server: every path in it answers as it says, and
// every route is in it.
#include "api/endpoints.h"
#include "api/live.h"
#include "api/test_client.h"
#include "api/test_fleet.h"
#include "api/web_files.h"
#include "base/json.h"

#include <set>

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

namespace forescale {
namespace {

/// As much of JSON Schema as the document uses: $ref, type, required, properties,
/// additionalProperties, items, enum, oneOf, anyOf and format date-time. Gives the problems found,
/// each with its place.
class SchemaChecker {
public:
    explicit SchemaChecker(const YAML::Node& document) : document_(document) {}

    std::vector<std::string> check(const YAML::Node& schema, const json::value& value) {
        problems_.clear();
        visit(schema, value, "$");
        return problems_;
    }

    YAML::Node resolve(const YAML::Node& node) const {
        if (!node.IsMap() || !node["$ref"]) return node;
        std::string path = node["$ref"].as<std::string>().substr(2);
        YAML::Node found = document_;
        while (!path.empty()) {
            const auto slash = path.find('/');
            const auto key = path.substr(0, slash);
            path = slash == std::string::npos ? std::string() : path.substr(slash + 1);
            YAML::Node next = found[key];
            EXPECT_TRUE(next) << node["$ref"].as<std::string>() << " leads nowhere";
            if (!next) return YAML::Node(YAML::NodeType::Map);
            found.reset(next);
        }
        return resolve(found);
    }

private:
    static bool is_a(const std::string& type, const json::value& value) {
        if (type == "null") return value.is_null();
        if (type == "string") return value.is_string();
        if (type == "boolean") return value.is_bool();
        if (type == "integer") return value.is_int64() || value.is_uint64();
        if (type == "number") return value.is_number();
        if (type == "array") return value.is_array();
        if (type == "object") return value.is_object();
        ADD_FAILURE() << "unknown type " << type << " in the document";
        return false;
    }

    void visit(const YAML::Node& raw, const json::value& value, const std::string& place) {
        const auto schema = resolve(raw);
        for (const char* choice : {"oneOf", "anyOf"})
            if (schema[choice]) return visit_choice(schema[choice], value, place);
        if (!has_type(schema["type"], value))
            return complain(place, "has another type: " + compact_json(value).substr(0, 80));
        if (value.is_object()) visit_object(schema, value.get_object(), place);
        if (value.is_array())
            for (std::size_t i = 0; i < value.get_array().size(); ++i)
                visit(schema["items"], value.get_array()[i], fmt::format("{}[{}]", place, i));
        if (value.is_string()) visit_text(schema, std::string(value.get_string()), place);
    }

    static bool has_type(const YAML::Node& type, const json::value& value) {
        if (!type) return true;
        if (type.IsScalar()) return is_a(type.as<std::string>(), value);
        return std::ranges::any_of(type.as<std::vector<std::string>>(),
                                   [&](const auto& one) { return is_a(one, value); });
    }

    void visit_choice(const YAML::Node& choices, const json::value& value,
                      const std::string& place) {
        std::vector<std::string> all;
        for (const auto& choice : choices) {
            const auto found = SchemaChecker(document_).check(choice, value);
            if (found.empty()) return;
            all.insert(all.end(), found.begin(), found.end());
        }
        complain(place, fmt::format("fits no choice: {}", fmt::join(all, "; ")));
    }

    void visit_object(const YAML::Node& schema, const json::object& object,
                      const std::string& place) {
        if (schema["required"])
            for (const auto& name : schema["required"].as<std::vector<std::string>>())
                if (!object.contains(name)) complain(place, "has no " + name);
        for (const auto& [key, item] : object) {
            const std::string name(key);
            const auto inner = place + "." + name;
            if (schema["properties"] && schema["properties"][name])
                visit(schema["properties"][name], item, inner);
            else if (schema["additionalProperties"] && schema["additionalProperties"].IsMap())
                visit(schema["additionalProperties"], item, inner);
            else
                complain(inner, "is not in the document");
        }
    }

    void visit_text(const YAML::Node& schema, const std::string& text, const std::string& place) {
        if (schema["enum"]) {
            const auto known = schema["enum"].as<std::vector<std::string>>();
            if (std::ranges::find(known, text) == known.end())
                complain(place, "is '" + text + "', none of the values");
        }
        if (schema["format"] && schema["format"].as<std::string>() == "date-time" &&
            (!text.ends_with('Z') || !parse_timestamp(text)))
            complain(place, "is no time: " + text);
    }

    void complain(const std::string& place, const std::string& what) {
        problems_.push_back(place + " " + what);
    }

    YAML::Node document_;
    std::vector<std::string> problems_;
};

class OpenApi : public ::testing::Test {
protected:
    OpenApi() {
        const auto fleet = made_up_fleet({"cart", "shop"});
        fleet->services.back().control = with_proposal("shop-20260301T120000Z");
        board_.publish(fleet);
        store_.rows.decisions = {
            made_up_decision("shop", fleet_now - std::chrono::minutes(5), 6, 7)};
        store_.rows.decisions.front().id = "shop-20260301T120000Z";
        store_.rows.predictions = {{.service = ServiceId("shop"),
                                    .origin = fleet_now - std::chrono::hours(1),
                                    .horizon = headline_horizons[0],
                                    .quantiles = made_up_quantiles(400, 0.1),
                                    .actual = {}}};
        for (const int m : {5, 4, 2})
            store_.rows.raw.push_back(
                {.service = ServiceId("shop"),
                 .point = {.at = fleet_now - std::chrono::minutes(m), .value = 400.0},
                 .turn = fleet_now});
        auto started = HttpServer::start({.host = "127.0.0.1", .port = 0}, handler(),
                                         std::string(events_path));
        EXPECT_TRUE(started);
        server_ = std::move(*started);
        server_->broadcast(turn_event, turn_event_json(*fleet));
    }

    Handler handler() {
        return make_handler({.board = board_,
                             .store = store_,
                             .metrics_text = [] { return std::string("forescale_up 1\n"); },
                             .accept_event = [this](BusinessEvent event) -> Result<void> {
                                 store_.put(event);
                                 return {};
                             },
                             .accept_control = [](const Control&) { return Result<void>{}; },
                             .now = [] { return fleet_now; },
                             .version = "0.1.0"});
    }

    /// The path with its examples filled in: required query parameters, and what stands in braces.
    std::string target_of(const std::string& path, const YAML::Node& operation) {
        std::string target = path;
        std::string query;
        for (const auto& raw : operation["parameters"]) {
            const auto parameter = checker_.resolve(raw);
            const auto name = parameter["name"].as<std::string>();
            if (!parameter["required"]) continue;
            const auto example = parameter["example"].as<std::string>();
            if (parameter["in"].as<std::string>() == "path")
                target.replace(target.find("{" + name + "}"), name.size() + 2, example);
            else
                query += (query.empty() ? "?" : "&") + name + "=" + example;
        }
        return target + query;
    }

    static json::value json_of(const YAML::Node& node) {
        if (node.IsSequence()) {
            json::array out;
            for (const auto& item : node) out.push_back(json_of(item));
            return out;
        }
        if (node.IsMap()) {
            json::object out;
            for (const auto& item : node) out[item.first.as<std::string>()] = json_of(item.second);
            return out;
        }
        const auto text = node.as<std::string>();
        if (node.Tag() != "!")  // not quoted
            if (auto value = parse_json(text)) return *value;
        return json::value(text);
    }

    TestClient::Reply ask(const std::string& method, const std::string& target,
                          const YAML::Node& operation) {
        TestClient client(server_->port());
        if (method == "get") return client.get(target);
        const auto example = operation["requestBody"]["content"]["application/json"]["example"];
        return client.post(target, compact_json(json_of(example)));
    }

    void expect_documented(TestClient::Reply reply, const YAML::Node& operation,
                           const std::string& what) {
        const auto response =
            checker_.resolve(operation["responses"][std::to_string(reply.status)]);
        ASSERT_TRUE(response["content"])
            << what << " answered " << reply.status << ", which is not in the document";
        const auto type =
            reply.headers["content-type"].substr(0, reply.headers["content-type"].find(';'));
        const auto content = response["content"][type];
        ASSERT_TRUE(content) << what << " answered with " << type;
        if (!type.ends_with("json")) return;
        const auto body = parse_json(reply.body);
        ASSERT_TRUE(body) << what << ": " << reply.body;
        EXPECT_THAT(checker_.check(content["schema"], *body), ::testing::IsEmpty()) << what;
    }

    FakeStore store_;
    ViewBoard board_;
    std::unique_ptr<HttpServer> server_;
    YAML::Node document_ = YAML::Load(std::string(web_file("/openapi.yaml")->bytes));
    SchemaChecker checker_{document_};
};

TEST_F(OpenApi, HasEveryRouteAndNoOther) {
    std::set<std::string> documented;
    for (const auto& path : document_["paths"])
        for (const auto& operation : path.second)
            documented.insert(operation.first.as<std::string>() + " " +
                              path.first.as<std::string>());
    std::set<std::string> answered;
    for (const auto& route : api_routes())
        answered.insert((route.method == "GET" ? "get " : "post ") + std::string(route.path));
    EXPECT_EQ(documented, answered);
}

TEST_F(OpenApi, EveryPathAnswersAsDocumented) {
    for (const auto& path : document_["paths"])
        for (const auto& entry : path.second) {
            if (path.first.as<std::string>() == events_path) continue;
            const auto method = entry.first.as<std::string>();
            const auto target = target_of(path.first.as<std::string>(), entry.second);
            auto reply = ask(method, target, entry.second);
            EXPECT_EQ(reply.status / 100, 2) << target << ": " << reply.body;
            expect_documented(std::move(reply), entry.second, method + " " + target);
        }
}

TEST_F(OpenApi, EveryFilterAnswersAsDocumented) {
    for (const auto& path : document_["paths"])
        for (const auto& entry : path.second)
            for (const auto& raw : entry.second["parameters"]) {
                const auto parameter = checker_.resolve(raw);
                const auto name = parameter["name"].as<std::string>();
                if (parameter["in"].as<std::string>() != "query" || name == "cursor") continue;
                auto target = target_of(path.first.as<std::string>(), entry.second);
                target += (target.contains('?') ? "&" : "?") + name + "=";
                for (const std::string value :
                     {"shop", "summary", "2026-03-01T00:00:00Z", "24h", "10", "true", ""})
                    expect_documented(TestClient(server_->port()).get(target + value), entry.second,
                                      target + value);
            }
}

TEST_F(OpenApi, TheStreamSendsTurnsAsDocumented) {
    TestClient client(server_->port());
    client.send("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.read_until("event: turn\ndata: ");
    auto data = client.read_until("\n\n");
    const auto body = parse_json(data);
    ASSERT_TRUE(body) << data;
    EXPECT_THAT(checker_.check(document_["components"]["schemas"]["Turn"], *body),
                ::testing::IsEmpty());
}

TEST_F(OpenApi, ExamplesFitTheirSchemas) {
    const auto& responses = document_["components"]["responses"];
    for (const auto& response : responses)
        for (const auto& content : response.second["content"])
            EXPECT_THAT(
                checker_.check(content.second["schema"], json_of(content.second["example"])),
                ::testing::IsEmpty())
                << response.first.as<std::string>();
}

TEST_F(OpenApi, TheCheckerSeesWhatIsWrong) {
    const auto schema = YAML::Load(
        "{type: object, required: [a], properties: {a: {type: integer}, b: {enum: [x], type: "
        "string}}}");
    EXPECT_EQ(checker_.check(schema, *parse_json(R"({"a":1,"b":"x"})")).size(), 0U);
    EXPECT_EQ(checker_.check(schema, *parse_json(R"({"a":"1","b":"y","c":0})")).size(), 3U);
    EXPECT_EQ(checker_.check(schema, *parse_json("{}")).size(), 1U);
}

}  // namespace
}  // namespace forescale
