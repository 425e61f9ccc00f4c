#include "base/config.h"

#include "base/rng.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forescale::config {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Rule {
    std::string type = "Percent";
    std::int64_t value = 100;
    void describe(Fields& f) {
        f.field("type", type, {.choices = {"Pods", "Percent"}, .help = "What value counts"});
        f.field("value", value, {.unit = "percent", .min = 1, .help = "Largest change"});
    }
    friend bool operator==(const Rule&, const Rule&) = default;
};

struct Shop {
    std::string name;
    double quantile = 0.99;
    std::int64_t replicas_min = 2;
    std::int64_t replicas_max = 100;
    Duration cooldown = minutes(5);
    std::vector<Rule> rules;
    void describe(Fields& f) {
        f.field("name", name, {.required = true, .help = "Name of the service"});
        f.field("quantile", quantile, {.min = 0.5, .max = 0.999, .help = "Risk"});
        f.field("replicas_min", replicas_min,
                {.unit = "replicas", .min = 0, .help = "Never fewer"});
        f.field("replicas_max", replicas_max, {.unit = "replicas", .min = 1, .help = "Never more"});
        f.check(replicas_min <= replicas_max, "replicas_min", "is above replicas_max; lower it");
        f.field("cooldown", cooldown, {.min = 0, .max = 3600, .help = "Wait"});
        f.list("rules", rules, "Rate limits");
    }
    friend bool operator==(const Shop&, const Shop&) = default;
};

struct Server {
    std::string host = "127.0.0.1";
    std::int64_t port = 8480;
    bool tls = false;
    void describe(Fields& f) {
        f.field("host", host, {.help = "Address to listen on"});
        f.field("port", port, {.min = 0, .max = 65535, .help = "TCP port | 0 takes a free one"});
        f.field("tls", tls, {.help = "Encrypt"});
    }
    friend bool operator==(const Server&, const Server&) = default;
};

struct Settings {
    std::string level = "info";
    double speed = 1.5;
    std::vector<std::string> files = {"a b.csv", "-", "null", "tab\there, \"quoted\""};
    Server api;
    std::vector<Shop> services;
    std::vector<Rule> defaults = {{"Pods", 4}, {"Percent", 50}};
    void describe(Fields& f) {
        f.field("level", level,
                {.choices = {"debug", "info", "warn"}, .help = "Least severe line"});
        f.field("speed", speed, {.unit = "x", .min = 0.1, .help = "Speed"});
        f.field("files", files, {.help = "Files"});
        f.section("api", api, "Where it listens");
        f.list("services", services, "What is scaled");
        f.list("defaults", defaults, "Limits of everything");
    }
    friend bool operator==(const Settings&, const Settings&) = default;
};

Problems problems_of(std::string_view yaml, const Overrides& overrides = {}) {
    Settings settings;
    return read(settings, "f.yaml", yaml, overrides);
}

Settings settings_of(std::string_view yaml, const Overrides& overrides = {}) {
    Settings settings;
    EXPECT_THAT(read(settings, "f.yaml", yaml, overrides), IsEmpty());
    return settings;
}

constexpr std::string_view whole = R"(# a comment
level: debug
speed: 300
files: [x.csv, "y.csv"]
api:
  host: localhost
  port: 0
  tls: yes
services:
  - name: shop
    quantile: 0.9
    cooldown: 1m30s
    rules:
      - {type: Pods, value: 3}
      - value: 7
  - name: blog
)";

TEST(Config, ReadsEveryKindOfOption) {
    const auto settings = settings_of(whole);
    EXPECT_EQ(settings.level, "debug");
    EXPECT_DOUBLE_EQ(settings.speed, 300);
    EXPECT_THAT(settings.files, ElementsAre("x.csv", "y.csv"));
    EXPECT_EQ(settings.api, (Server{"localhost", 0, true}));
    ASSERT_EQ(settings.services.size(), 2U);
    EXPECT_EQ(settings.services[0].cooldown, seconds(90));
    EXPECT_THAT(settings.services[0].rules, ElementsAre(Rule{"Pods", 3}, Rule{"Percent", 7}));
    EXPECT_EQ(settings.services[1].replicas_max, 100);
    EXPECT_EQ(settings.defaults, Settings{}.defaults) << "not named: as it was";
}

TEST(Config, EmptyFileAndEmptyBlocksKeepTheDefaults) {
    EXPECT_EQ(settings_of(""), Settings{});
    EXPECT_EQ(settings_of("# nothing\n"), Settings{});
    EXPECT_EQ(settings_of("---\napi:\nservices:\n"), Settings{});
    EXPECT_EQ(settings_of("\xef\xbb\xbflevel: info\r\napi:\r\n  port: 8480\r\n"), Settings{});
}

TEST(Config, NamedListReplacesItsDefaultItems) {
    EXPECT_THAT(settings_of("defaults: []").defaults, IsEmpty());
    EXPECT_THAT(settings_of("defaults: [{value: 9}]").defaults, ElementsAre(Rule{"Percent", 9}));
}

TEST(Config, UnknownKeysNameTheNearestOfTheirLevel) {
    EXPECT_THAT(problems_of("api:\n  prot: 80\n"),
                ElementsAre("f.yaml:2: api.prot: unknown option; did you mean api.port?"));
    EXPECT_THAT(
        problems_of("port: 80\n"),
        ElementsAre(
            "f.yaml:1: port: unknown option here; did you mean api.port? Check the indentation"));
    EXPECT_THAT(problems_of("api:\n  zzz: 80\n"),
                ElementsAre("f.yaml:2: api.zzz: unknown option; known here: host, port, tls"));
    EXPECT_THAT(problems_of("api.port: 80\n"), ElementsAre(HasSubstr("nested blocks")));
    EXPECT_THAT(problems_of("services:\n- name: a\n  rules:\n  - valeu: 3\n"),
                ElementsAre("f.yaml:4: services[0].rules[0].valeu: unknown option; did you mean "
                            "services[0].rules[0].value?"));
}

TEST(Config, EveryProblemAtOnceInTheOrderOfTheFile) {
    const auto problems = problems_of(
        "levle: info\n"
        "speed: fast\n"
        "api:\n"
        "  port: 70000\n"
        "  tls: maybe\n"
        "services:\n"
        "  - quantile: 1.5\n"
        "    cooldown: 300\n"
        "    replicas_min: 2.5\n"
        "level: loud\n"
        "files: one.csv\n");
    EXPECT_THAT(
        problems,
        ElementsAre("f.yaml:1: levle: unknown option; did you mean level?",
                    "f.yaml:2: speed: 'fast' is no number; write a number in x, at least 0.1",
                    "f.yaml:4: api.port: 70000 is too large; allowed is 0 to 65535",
                    "f.yaml:5: api.tls: 'maybe' is neither true nor false; write one of them",
                    "f.yaml:7: services[0].name: is required and missing; add 'name: ...' (Name of "
                    "the service)",
                    "f.yaml:7: services[0].quantile: 1.5 is too large; allowed is 0.5 to 0.999",
                    HasSubstr("f.yaml:8: services[0].cooldown: '300' is not a duration"),
                    HasSubstr("f.yaml:9: services[0].replicas_min: '2.5' is no whole number"),
                    "f.yaml:10: level: 'loud' is not one of debug, info, warn; write one of them",
                    "f.yaml:11: files: must be a list; write [a, b]"));
}

TEST(Config, BoundsAreInclusive) {
    EXPECT_THAT(problems_of("api: {port: 65535}"), IsEmpty());
    EXPECT_THAT(problems_of("api: {port: -1}"),
                ElementsAre(HasSubstr("-1 is too small; allowed is 0 to 65535")));
    EXPECT_THAT(problems_of("services: [{name: a, cooldown: 1h}]"), IsEmpty());
    EXPECT_THAT(problems_of("services: [{name: a, cooldown: 61m}]"),
                ElementsAre(HasSubstr("61m is too large; allowed is 0s to 1h")));
    EXPECT_THAT(problems_of("services: [{name: a, cooldown: -1s}]"),
                ElementsAre(HasSubstr("too small")));
}

TEST(Config, NumbersThatDoNotFitOrAreNone) {
    EXPECT_THAT(problems_of("api: {port: 99999999999999999999}"),
                ElementsAre(HasSubstr("does not fit")));
    EXPECT_THAT(problems_of("speed: .nan"), ElementsAre(HasSubstr("is no number")));
    EXPECT_THAT(problems_of("speed: nan"), ElementsAre(HasSubstr("is no number")));
    EXPECT_THAT(problems_of("speed: inf"), ElementsAre(HasSubstr("is no number")));
    EXPECT_THAT(problems_of("speed: 1e999"), ElementsAre(HasSubstr("does not fit")));
    EXPECT_THAT(problems_of("speed: 3x"), ElementsAre(HasSubstr("is no number")));
    EXPECT_THAT(problems_of("speed: ''"), ElementsAre(HasSubstr("is no number")));
}

TEST(Config, RulesOverSeveralOptionsAreReportedWhereTheOptionStands) {
    EXPECT_THAT(problems_of("services:\n- name: a\n  replicas_max: 5\n  replicas_min: 6\n"),
                ElementsAre("f.yaml:4: services[0].replicas_min: is above replicas_max; lower it"));
    EXPECT_THAT(problems_of("services:\n- name: a\n  replicas_max: 1\n"),
                ElementsAre("f.yaml:2: services[0].replicas_min: is above replicas_max; lower it"));
}

TEST(Config, WrongKindsOfNodes) {
    EXPECT_THAT(problems_of("api: 8480"), ElementsAre(HasSubstr("f.yaml:1: api: must be a block")));
    EXPECT_THAT(problems_of("api: [1]"), ElementsAre(HasSubstr("api: must be a block")));
    EXPECT_THAT(problems_of("services: {name: a}"),
                ElementsAre(HasSubstr("services: must be a list")));
    EXPECT_THAT(problems_of("services: 5"), ElementsAre(HasSubstr("services: must be a list")));
    EXPECT_THAT(problems_of("services: [shop]"),
                ElementsAre(HasSubstr("services[0]: must be a block")));
    EXPECT_THAT(problems_of("level: {a: 1}"), ElementsAre(HasSubstr("not a block")));
    EXPECT_THAT(problems_of("level: [info]"), ElementsAre(HasSubstr("not a list")));
    EXPECT_THAT(problems_of("level:"), ElementsAre(HasSubstr("has no value")));
    EXPECT_THAT(problems_of("files: [[a]]"),
                ElementsAre(HasSubstr("item 0: must be a single value")));
    EXPECT_THAT(problems_of("- a\n- b\n"), ElementsAre(HasSubstr("must consist of options")));
    EXPECT_THAT(problems_of("just text"), ElementsAre(HasSubstr("must consist of options")));
    EXPECT_THAT(problems_of("? {a: b}\n: 1\n"), ElementsAre(HasSubstr("a key must be a name")));
}

TEST(Config, KeysGivenTwice) {
    EXPECT_THAT(problems_of("api:\n  port: 1\n  host: a\n  port: 2\n"),
                ElementsAre("f.yaml:4: api.port: given twice, first in line 2; keep one"));
}

TEST(Config, AnchorsAndMergeKeys) {
    const auto settings = settings_of(
        "services:\n"
        "  - &base {name: a, replicas_max: 7, quantile: 0.8}\n"
        "  - <<: *base\n"
        "    name: b\n"
        "  - *base\n");
    ASSERT_EQ(settings.services.size(), 3U);
    EXPECT_EQ(settings.services[1].name, "b");
    EXPECT_EQ(settings.services[1].replicas_max, 7);
    EXPECT_EQ(settings.services[2].name, "a");
}

TEST(Config, SyntaxErrorsAndSecondDocumentsNameTheirLine) {
    EXPECT_THAT(problems_of("level: info\napi: {port: 1\n"), ElementsAre(HasSubstr("not YAML")));
    EXPECT_THAT(problems_of("level: info\n\tapi: 1\n"),
                ElementsAre(HasSubstr("f.yaml:2: not YAML")));
    EXPECT_THAT(problems_of("level: *nothing\n"), ElementsAre(HasSubstr("f.yaml:1: not YAML")));
    EXPECT_THAT(problems_of("level: info\n---\nlevel: warn\n"),
                ElementsAre(HasSubstr("f.yaml:2: a second document")));
}

TEST(Config, HostileFilesAreRefusedInTime) {
    std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
    for (char c = 'b'; c <= 'j'; ++c) {
        const auto before = static_cast<char>(c - 1);
        bomb += fmt::format("{0}: &{0} [*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1}]\n", c,
                            before);
    }
    EXPECT_THAT(problems_of(bomb), testing::Contains(HasSubstr("too large")));
    EXPECT_THAT(problems_of(std::string(100'000, '[')), testing::SizeIs(1));
    EXPECT_THAT(problems_of("level: &a [*a]\n"), testing::Not(IsEmpty()));
    EXPECT_THAT(problems_of(std::string(20'000'000, 'x')), ElementsAre(HasSubstr("too long")));
    EXPECT_THAT(problems_of(std::string("level: a\0b\n", 11)), testing::Not(IsEmpty()));
}

TEST(Config, EnvironmentWinsOverTheFileAndFlagsOverBoth) {
    Overrides overrides;
    overrides.environment = {
        {"FORESCALE_API_PORT", "1"}, {"FORESCALE_API_HOST", "env"}, {"PATH", "/bin"}};
    overrides.flags = {"api.port=2"};
    const auto settings = settings_of("api: {port: 3, host: file, tls: true}", overrides);
    EXPECT_EQ(settings.api, (Server{"env", 2, true}));
    overrides.flags.emplace_back("api.port=4");
    EXPECT_EQ(settings_of("", overrides).api.port, 4) << "the last of equal flags";
}

TEST(Config, OverridesReachIntoLists) {
    Overrides overrides;
    overrides.environment = {{"FORESCALE_SERVICES_0_REPLICAS_MAX", "5"},
                             {"FORESCALE_SERVICES_0_RULES_0_VALUE", "11"},
                             {"FORESCALE_SERVICES_2_NAME", "new"}};
    overrides.flags = {"services[1].quantile=0.6", "defaults[1].value=60", "files=p q, \"r,s\""};
    const auto settings = settings_of(whole, overrides);
    ASSERT_EQ(settings.services.size(), 3U);
    EXPECT_EQ(settings.services[0].replicas_max, 5);
    EXPECT_EQ(settings.services[0].rules.front(), (Rule{"Pods", 11}));
    EXPECT_DOUBLE_EQ(settings.services[1].quantile, 0.6);
    EXPECT_EQ(settings.services[2].name, "new");
    EXPECT_THAT(settings.defaults, ElementsAre(Rule{"Pods", 4}, Rule{"Percent", 60}))
        << "the others stay";
    EXPECT_THAT(settings.files, ElementsAre("p q", "r,s"));
}

TEST(Config, ProblemsOfVariablesAndFlagsNameThem) {
    Overrides overrides;
    overrides.environment = {{"FORESCALE_API_PROT", "1"},
                             {"FORESCALE_API_PORT", "x"},
                             {"FORESCALE_CONFIG", "f.yaml"},
                             {"FORESCALE_SERVICES_7_NAME", "far"}};
    overrides.other_variables = {"FORESCALE_CONFIG"};
    overrides.flags = {"api.hots=h", "api.port", "api=1", "api.port=-5", "=3", "files=[a"};
    EXPECT_THAT(
        problems_of("", overrides),
        ElementsAre(
            "environment variable FORESCALE_API_PORT: api.port: 'x' is no whole number; write a "
            "number, 0 to 65535",
            "environment variable FORESCALE_API_PROT: names no option; did you mean "
            "FORESCALE_API_PORT?",
            HasSubstr("FORESCALE_SERVICES_7_NAME: names no option"),
            "--set api.hots=h: api.hots: is no option; did you mean api.host?",
            "--set api.port: is no setting; write --set name=value, as in --set api.port=8480",
            "--set api=1: api: is a block; set its options one by one",
            "--set api.port=-5: api.port: -5 is too small; allowed is 0 to 65535",
            "--set =3: is no setting; write --set name=value, as in --set api.port=8480",
            HasSubstr("--set files=[a: files: is no list")));
}

TEST(Config, OverrideSuppliesWhatIsRequired) {
    Overrides overrides;
    overrides.flags = {"services[0].name=shop"};
    EXPECT_EQ(settings_of("services: [{quantile: 0.7}]", overrides).services[0].name, "shop");
}

TEST(Config, ExampleReadsBackAsTheSameSettings) {
    Settings defaults;
    const auto text = example(defaults);
    EXPECT_EQ(settings_of(text), defaults) << text;
    EXPECT_THAT(text, HasSubstr("# Least severe line; debug, info, warn\nlevel: info\n"));
    EXPECT_THAT(text, HasSubstr("services: []\n"));
    EXPECT_THAT(text, HasSubstr("#   - name: \"\"\n"));
}

TEST(Config, ExampleKeepsItemsThatThereAre) {
    Settings settings = settings_of(whole);
    settings.services[1].name = "- : # \\ \x01 \xc3\xa4 'odd'";
    settings.speed = 0.1 + 0.2;
    const auto text = example(settings);
    EXPECT_EQ(settings_of(text), settings) << text;
}

TEST(Config, SampleItemOfTheExampleIsValidOnceItsMarksAreRemoved) {
    Settings defaults;
    std::string uncommented;
    const auto text = example(defaults);
    bool in_sample = false;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = text.find('\n', begin);
        auto line = text.substr(begin, end - begin);
        begin = end + 1;
        if (line == "services: []") line = "services:";
        if (line == "defaults:") in_sample = false;
        if (line.starts_with("# An item"))
            in_sample = true;
        else if (in_sample && line.starts_with("#  "))
            line = line.substr(2);
        uncommented += line + "\n";
    }
    const auto settings = settings_of(uncommented);
    ASSERT_EQ(settings.services.size(), 1U) << uncommented;
    EXPECT_EQ(settings.services[0].rules.size(), 1U) << uncommented;
}

TEST(Config, ReferenceListsEveryOption) {
    Settings defaults;
    const auto page = reference(defaults);
    EXPECT_THAT(page, HasSubstr("\n## api\n\nWhere it listens\n"));
    EXPECT_THAT(page, HasSubstr("| `port` | whole number |  | `8480` | 0 to 65535 | "
                                "`FORESCALE_API_PORT` | TCP port \\| 0 "
                                "takes a free one |"));
    EXPECT_THAT(page, HasSubstr("| `name` | text |  | required |  | `FORESCALE_SERVICES_N_NAME` | "
                                "Name of the service |"));
    EXPECT_THAT(page, HasSubstr("| `cooldown` | duration |  | `5m` | 0s to 1h |"));
    EXPECT_THAT(page, HasSubstr("## services[n].rules[n]"));
    EXPECT_THAT(page, HasSubstr("| `type` | text |  | `Percent` | Pods, Percent |"));
}

TEST(Config, ChangedBytesNeverCrash) {
    Rng rng(7);
    for (int round = 0; round < 3000; ++round) {
        std::string yaml(whole);
        for (int change = 0; change < 3; ++change) {
            constexpr std::string_view signs = "\t\n :-[]{}#&*!|>'\"%@`,?<~x0\0\xff";
            yaml[rng.below(yaml.size())] = signs[rng.below(signs.size())];
        }
        std::ignore = problems_of(yaml);
    }
}

}  // namespace
}  // namespace forescale::config
