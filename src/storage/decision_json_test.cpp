#include "storage/decision_json.h"

#include "base/json.h"
#include "storage/test_rows.h"

namespace forescale {
namespace {

using test_rows::awkward_doubles;
using test_rows::bits;
using test_rows::expect_same;
using test_rows::noon;

Decision made() {
    return test_rows::decision("shop-20260301T120000Z", "shop", noon);
}

TEST(DecisionJson, ReadsBackWhatWasWritten) {
    const Decision decision = made();
    const auto read = decision_from_json(decision_to_json(decision));
    ASSERT_OK(read);
    expect_same(decision, *read);
}

TEST(DecisionJson, ReadsBackAnEmptyDecision) {
    const auto read = decision_from_json(decision_to_json(Decision{}));
    ASSERT_OK(read);
    expect_same(Decision{}, *read);
    EXPECT_FALSE(read->inputs.lead_demand.has_value());
}

TEST(DecisionJson, KeepsEveryBitOfAwkwardNumbers) {
    for (const double value : awkward_doubles) {
        Decision decision = made();
        decision.demand_planned = value;
        decision.inputs.newest.value = value;
        decision.inputs.members[0].weight = value;
        decision.inputs.lead_demand->quantiles.fill(value);
        const auto read = decision_from_json(decision_to_json(decision));
        ASSERT_OK(read);
        expect_same(decision, *read);
    }
}

TEST(DecisionJson, KeepsEveryBitOfRandomNumbers) {
    std::uint64_t state = 0x9E3779B97F4A7C15U;
    for (int i = 0; i < 20'000; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        const double value = std::bit_cast<double>(state);
        if (!std::isfinite(value)) continue;
        Decision decision;
        decision.demand_planned = value;
        const auto read = decision_from_json(decision_to_json(decision));
        ASSERT_OK(read);
        ASSERT_EQ(bits(read->demand_planned), bits(value)) << decision_to_json(decision);
    }
}

TEST(DecisionJson, NotANumberIsNull) {
    Decision decision = made();
    decision.inputs.newest = {.at = noon,
                              .value = std::numeric_limits<double>::quiet_NaN(),
                              .state = SampleState::not_a_number};
    const std::string text = decision_to_json(decision);
    EXPECT_NE(text.find(R"("value":null)"), std::string::npos) << text;
    const auto read = decision_from_json(text);
    ASSERT_OK(read);
    EXPECT_TRUE(std::isnan(read->inputs.newest.value));
    EXPECT_EQ(read->inputs.newest.state, SampleState::not_a_number);
}

TEST(DecisionJson, KeepsHostileTexts) {
    for (const std::string& name : test_rows::hostile_names) {
        Decision decision = test_rows::decision(name, name, noon);
        decision.sentence = name;
        decision.steps[0].detail = name;
        decision.inputs.members[1].asleep_because = name;
        const auto read = decision_from_json(decision_to_json(decision));
        ASSERT_OK(read);
        expect_same(decision, *read);
    }
}

TEST(DecisionJson, WhatIsNoUtf8BecomesTheReplacementCharacter) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"a\xff"
         "b",
         "a\uFFFDb"},
        {"\xc3", "\uFFFD"},
        {"\xc0\xaf", "\uFFFD\uFFFD"},
        {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
        {"\xf5\x80\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
        {"\xe2\x82", "\uFFFD\uFFFD"}};
    for (const auto& [broken, expected] : cases) {
        Decision decision;
        decision.sentence = broken;
        const auto read = decision_from_json(decision_to_json(decision));
        ASSERT_OK(read);
        EXPECT_EQ(read->sentence, expected);
    }
}

TEST(DecisionJson, KeepsEveryReasonAndState) {
    for (int reason = 0; reason <= static_cast<int>(Reason::steady); ++reason)
        for (int state = 0; state <= static_cast<int>(SampleState::counter_reset); ++state) {
            Decision decision = made();
            decision.reason = static_cast<Reason>(reason);
            decision.inputs.newest.state = static_cast<SampleState>(state);
            const auto read = decision_from_json(decision_to_json(decision));
            ASSERT_OK(read);
            expect_same(decision, *read);
        }
}

TEST(DecisionJson, AnyJsonReaderUnderstandsIt) {
    const auto document = parse_json(decision_to_json(made()));
    ASSERT_OK(document);
    const auto& object = document->as_object();
    EXPECT_EQ(object.at("at").as_string(), "2026-03-01T12:00:00Z");
    EXPECT_EQ(object.at("current").as_int64(), 5);
    EXPECT_TRUE(object.at("changes").as_bool());
    EXPECT_EQ(object.at("inputs").at("lead_time_s").as_int64(), 275);
    EXPECT_EQ(object.at("inputs").at("newest_age_s").as_double(), 1.234);
    EXPECT_EQ(object.at("inputs").at("lead_demand").at("quantiles").as_object().size(),
              quantile_levels.size());
    EXPECT_EQ(object.at("steps").at(1).at("rule").as_string(), "bounds");
}

TEST(DecisionJson, NewFieldsOfALaterProgramAreIgnored) {
    std::string text = decision_to_json(made());
    text.insert(1, R"("later":{"a":[1,2,{"b":null}]},)");
    const auto read = decision_from_json(text);
    ASSERT_OK(read);
    expect_same(made(), *read);
}

TEST(DecisionJson, ARecordFromBeforeThereWereModesActed) {
    std::string text = decision_to_json(made());
    for (const std::string field : {R"("mode":"approve",)", R"("acts":false,)"}) {
        ASSERT_NE(text.find(field), std::string::npos);
        text.erase(text.find(field), field.size());
    }
    const auto read = decision_from_json(text);
    ASSERT_OK(read);
    EXPECT_TRUE(read->acts);
    EXPECT_EQ(read->inputs.mode, Mode::automatic);
}

TEST(DecisionJson, SaysWhichFieldIsWrong) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {R"("desired":7)", R"("desired":"seven")"},
        {R"("desired":7)", R"("desired":99999999999)"},
        {R"("reason":"bounds")", R"("reason":"whim")"},
        {R"("state":"present")", R"("state":"odd")"},
        {R"("lead_time_s":275)", R"("lead_time_s":1e300)"},
        {R"("0.05":)", R"("0.051":)"},
        {R"("steps":[)", R"("stairs":[)"},
        {R"("at":"2026-03-01T12:00:00Z")", R"("at":"noon")"}};
    for (const auto& [good, bad] : cases) {
        std::string text = decision_to_json(made());
        const std::size_t at = text.find(good);
        ASSERT_NE(at, std::string::npos) << good;
        text.replace(at, good.size(), bad);
        const auto read = decision_from_json(text);
        EXPECT_FAILS(Errc::invalid_argument, read);
        const std::string field = good.substr(1, good.find('"', 1) - 1);
        EXPECT_NE(read.error().message.find(field), std::string::npos) << read.error().message;
    }
}

TEST(DecisionJson, RefusesWhatIsNoDocument) {
    const std::string whole = decision_to_json(made());
    for (const std::string text : {"", "{", "[]", "null", "{}", "7", "{}x", "\x00\xff"})
        EXPECT_FAILS(Errc::invalid_argument, decision_from_json(text));
    for (std::size_t size = 0; size < whole.size(); size += 7)
        EXPECT_FAILS(Errc::invalid_argument, decision_from_json(whole.substr(0, size)));
    EXPECT_FAILS(Errc::invalid_argument, decision_from_json(std::string(100'000, '[')));
}

}  // namespace
}  // namespace forescale
