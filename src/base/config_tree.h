#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace forescale::config::detail {

/// Where something was written: the file and a line, a variable, a flag. Sorts in that order.
struct Origin {
    int rank = 0;  ///< 0 the file, 1 the environment, 2 flags
    std::size_t line = 0;
    std::string label;  ///< "forescale.yaml:12", "FORESCALE_API_PORT", "--set api.port"
};

struct Problem {
    Origin origin;
    std::string text;
};

/// A YAML document as plain values: what the reader needs, every key with its line.
struct TreeEntry;
struct Tree {
    enum class Kind : std::uint8_t { none, scalar, block, list };
    Kind kind = Kind::none;
    Origin origin;
    std::string text;                ///< scalar
    std::vector<TreeEntry> entries;  ///< block; each key once
    std::vector<Tree> items;         ///< list

    [[nodiscard]] const Tree* find(std::string_view name) const;
};
struct TreeEntry {
    std::string key;
    Tree value;
};

/// One document, its keys unique. Anchors, aliases and merge keys (`<<`) are resolved. What is
/// wrong is appended to `problems`; after a syntax error the tree is empty.
[[nodiscard]] Tree parse_yaml(const std::string& path, std::string_view yaml,
                              std::vector<Problem>& problems);

/// A value from the environment or a flag: the text itself, never null.
[[nodiscard]] Tree scalar_tree(std::string_view text, const Origin& origin);

/// "a, b" or "[a, b]" as a list of texts; an empty list when it cannot be one, with the reason in
/// `problem`.
[[nodiscard]] Tree list_tree(std::string_view text, const Origin& origin, std::string& problem);

}  // namespace forescale::config::detail
