#pragma once
#include "api/problem.h"
#include "base/time.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace forescale {

/// Reads the parameters of one request and gathers everything that is wrong with them, so that the
/// caller hears of all of it at once. A value that cannot be read gives the default and a problem;
/// a parameter that nobody asked for is a problem too, because a misspelt filter must not mean
/// "everything".
class QueryReader {
public:
    explicit QueryReader(const Request& request) : request_(request) {}

    [[nodiscard]] std::optional<std::string> text(std::string_view name);
    [[nodiscard]] std::optional<Timestamp> time(std::string_view name);
    [[nodiscard]] std::optional<Duration> duration(std::string_view name);
    /// A whole number in [1, max].
    [[nodiscard]] std::size_t count(std::string_view name, std::size_t otherwise, std::size_t max);
    [[nodiscard]] bool flag(std::string_view name);
    /// One of `choices`; the first one is the default.
    [[nodiscard]] std::string_view choice(std::string_view name,
                                          std::span<const std::string_view> choices);
    void complain(std::string_view name, std::string detail);

    /// The 400 that says everything, or nothing when all was well. Call it after every parameter
    /// has been asked for.
    [[nodiscard]] std::optional<Response> refusal();

private:
    [[nodiscard]] const std::string* find(std::string_view name);

    const Request& request_;
    std::vector<std::string_view> known_;
    std::vector<FieldProblem> problems_;
};

/// What follows "?" for `request` with some parameters changed: for links to the next page.
[[nodiscard]] std::string query_with(const Request& request, std::string_view name,
                                     std::string_view value);

}  // namespace forescale
