#include "base/config.h"
#include "base/config_tree.h"
#include "base/config_value.h"
#include "base/text.h"

namespace forescale::config::detail {
namespace {

/// A variable or flag, by the name of its variable or option.
struct Override {
    Origin origin;
    std::string value;
    bool used = false;
};

/// A block or list on the way from the top to where the walk is.
struct Scope {
    std::string path;  ///< "services[0]"; empty at the top
    const Tree* tree;  ///< what the file says here; null: nothing
    bool unsound =
        false;  ///< the file has the wrong kind here: what is missing below is not the problem
    std::vector<std::string> names;  ///< options and blocks declared here
    Origin origin;
};

/// A key of the file that nobody declared; judged at the end, when all names are known.
struct UnknownKey {
    Origin origin;
    std::string scope;
    std::string key;
    std::vector<std::string> siblings;
};

std::string child_path(const std::string& parent, std::string_view name) {
    return parent.empty() ? std::string(name) : fmt::format("{}.{}", parent, name);
}

/// "FORESCALE_SERVICES_3_" and "services[3]." begin the names of what lies in item 3.
bool any_begins(const std::map<std::string, Override, std::less<>>& overrides,
                const std::string& prefix) {
    const auto found = overrides.lower_bound(prefix);
    return found != overrides.end() && found->first.starts_with(prefix);
}

class Reader final : public Fields {
public:
    Reader(const std::string& path, std::string_view yaml, const Overrides& overrides)
        : prefix_(overrides.env_prefix) {
        tree_ = parse_yaml(path, yaml, problems_);
        readable_ = problems_.empty() || tree_.kind == Tree::Kind::block;
        const Origin top{.rank = 0, .line = 0, .label = path.empty() ? "configuration" : path};
        scopes_.push_back(
            {.path = {}, .tree = &tree_, .unsound = !readable_, .names = {}, .origin = top});
        take_environment(overrides);
        for (const auto& flag : overrides.flags) take_flag(flag);
    }

    void field(std::string_view name, bool& value, const Spec& spec) override {
        read(name, value, spec);
    }
    void field(std::string_view name, std::int64_t& value, const Spec& spec) override {
        read(name, value, spec);
    }
    void field(std::string_view name, double& value, const Spec& spec) override {
        read(name, value, spec);
    }
    void field(std::string_view name, std::string& value, const Spec& spec) override {
        read(name, value, spec);
    }
    void field(std::string_view name, Duration& value, const Spec& spec) override {
        read(name, value, spec);
    }
    void field(std::string_view name, std::vector<std::string>& value, const Spec& spec) override {
        read(name, value, spec);
    }
    void check(bool holds, std::string_view name, std::string_view what) override;

    Problems finish();

protected:
    void enter(std::string_view name, std::string_view help) override;
    void leave() override;
    ListPlan enter_list(std::string_view name, std::size_t default_count,
                        std::string_view help) override;
    void enter_item(std::size_t index) override;
    void leave_list() override { scopes_.pop_back(); }
    [[nodiscard]] bool keeps_items() const override { return true; }

private:
    using OverrideMap = std::map<std::string, Override, std::less<>>;

    void open_block(std::string_view name, Tree::Kind wanted, std::string_view complaint);
    void take_environment(const Overrides& overrides);
    void take_flag(const std::string& flag);
    template <class T>
    void read(std::string_view name, T& value, const Spec& spec);
    template <class T>
    void accept(const Tree& tree, const std::string& option, T& value, const Spec& spec);
    template <class T>
    void accept_override(OverrideMap& overrides, const std::string& key, const std::string& option,
                         std::pair<T&, const Spec&> target);
    [[nodiscard]] bool item_is_overridden(const std::string& item) const;
    void report(const Origin& origin, std::string_view option, std::string_view what) {
        problems_.push_back({origin, fmt::format("{}: {}", printable(option, 200), what)});
    }
    void report_unknown_key(const UnknownKey& unknown);
    void report_unused_overrides();
    [[nodiscard]] std::string hint(std::string_view option) const;

    std::string prefix_;
    Tree tree_;
    bool readable_ = true;
    OverrideMap variables_;  ///< by the variable's name
    OverrideMap flags_;      ///< by the option's name
    std::vector<Scope> scopes_;
    std::vector<Problem> problems_;
    std::vector<UnknownKey> unknown_;
    std::vector<std::string> options_;                  ///< every option met, with its whole name
    std::vector<std::string> blocks_;                   ///< every block and list met
    std::map<std::string, Origin, std::less<>> given_;  ///< where an option's value came from
    std::vector<std::string> wrong_;                    ///< options with a problem of their own
};

void Reader::take_environment(const Overrides& overrides) {
    for (const auto& [name, value] : overrides.environment) {
        const bool is_other =
            std::ranges::find(overrides.other_variables, name) != overrides.other_variables.end();
        if (!name.starts_with(prefix_) || is_other) continue;
        variables_[name] = {
            .origin = {.rank = 1, .line = 0, .label = fmt::format("environment variable {}", name)},
            .value = value};
    }
}

void Reader::take_flag(const std::string& flag) {
    const auto equals = flag.find('=');
    Origin origin{
        .rank = 2, .line = flags_.size(), .label = fmt::format("--set {}", printable(flag))};
    if (equals == std::string::npos || equals == 0) {
        problems_.push_back({std::move(origin),
                             "is no setting; write --set name=value, as in --set api.port=8480"});
        return;
    }
    flags_[flag.substr(0, equals)] = {.origin = std::move(origin),
                                      .value = flag.substr(equals + 1)};
}

template <class T>
void Reader::accept(const Tree& tree, const std::string& option, T& value, const Spec& spec) {
    given_[option] = tree.origin;
    auto parsed = parse_value(tree, spec, static_cast<const T*>(nullptr));
    if (parsed) {
        value = *std::move(parsed);
    } else {
        report(tree.origin, option, parsed.error());
        wrong_.push_back(option);
    }
}

template <class T>
void Reader::accept_override(OverrideMap& overrides, const std::string& key,
                             const std::string& option, std::pair<T&, const Spec&> target) {
    const auto found = overrides.find(key);
    if (found == overrides.end()) return;
    auto& [origin, text, used] = found->second;
    used = true;
    std::string problem;
    const Tree tree = std::is_same_v<T, std::vector<std::string>> ? list_tree(text, origin, problem)
                                                                  : scalar_tree(text, origin);
    if (!problem.empty()) return report(origin, option, problem);
    accept(tree, option, target.first, target.second);
}

template <class T>
void Reader::read(std::string_view name, T& value, const Spec& spec) {
    auto& scope = scopes_.back();
    const auto option = child_path(scope.path, name);
    scope.names.emplace_back(name);
    options_.push_back(option);
    if (const Tree* tree = scope.tree == nullptr ? nullptr : scope.tree->find(name))
        accept(*tree, option, value, spec);
    accept_override<T>(variables_, variable_name(prefix_, option), option, {value, spec});
    accept_override<T>(flags_, option, option, {value, spec});
    if (spec.required && !given_.contains(option) && !scope.unsound)
        report(scope.origin, option,
               fmt::format("is required and missing; add '{}: ...' ({})", name, spec.help));
}

void Reader::check(bool holds, std::string_view name, std::string_view what) {
    const auto option = child_path(scopes_.back().path, name);
    if (holds || std::ranges::find(wrong_, option) != wrong_.end()) return;
    const auto found = given_.find(option);
    report(found == given_.end() ? scopes_.back().origin : found->second, option, what);
}

/// Goes one level down; something there of another kind than `wanted` is reported and left out.
void Reader::open_block(std::string_view name, Tree::Kind wanted, std::string_view complaint) {
    auto& parent = scopes_.back();
    parent.names.emplace_back(name);
    const Tree* tree = parent.tree == nullptr ? nullptr : parent.tree->find(name);
    Scope scope{.path = child_path(parent.path, name),
                .tree = tree,
                .unsound = parent.unsound,
                .names = {},
                .origin = tree == nullptr ? parent.origin : tree->origin};
    if (tree != nullptr && tree->kind != Tree::Kind::none && tree->kind != wanted) {
        report(tree->origin, scope.path, complaint);
        scope.tree = nullptr;
        scope.unsound = true;
    }
    blocks_.push_back(scope.path);
    scopes_.push_back(std::move(scope));
}

void Reader::enter(std::string_view name, std::string_view /*help*/) {
    open_block(name, Tree::Kind::block, "must be a block; write its options below it, indented");
}

void Reader::leave() {
    const Scope scope = std::move(scopes_.back());
    scopes_.pop_back();
    if (scope.tree == nullptr) return;
    for (const auto& [key, value] : scope.tree->entries)
        if (std::ranges::find(scope.names, key) == scope.names.end())
            unknown_.push_back({value.origin, scope.path, key, scope.names});
}

bool Reader::item_is_overridden(const std::string& item) const {
    return any_begins(variables_, variable_name(prefix_, item) + "_") ||
           any_begins(flags_, item + ".");
}

ListPlan Reader::enter_list(std::string_view name, std::size_t default_count,
                            std::string_view /*help*/) {
    open_block(name, Tree::Kind::list, "must be a list; begin each item with '- '");
    const auto& scope = scopes_.back();
    const bool is_given = scope.tree != nullptr && scope.tree->kind == Tree::Kind::list;
    ListPlan plan{.count = is_given ? scope.tree->items.size() : default_count,
                  .keep_defaults = !is_given};
    while (item_is_overridden(fmt::format("{}[{}]", scope.path, plan.count))) ++plan.count;
    return plan;
}

void Reader::enter_item(std::size_t index) {
    const auto& list = scopes_.back();
    const Tree* tree = list.tree != nullptr && index < list.tree->items.size()
                           ? &list.tree->items[index]
                           : nullptr;
    Scope scope{.path = fmt::format("{}[{}]", list.path, index),
                .tree = tree,
                .unsound = list.unsound,
                .names = {},
                .origin = tree == nullptr ? list.origin : tree->origin};
    if (tree != nullptr && tree->kind != Tree::Kind::block) {
        report(tree->origin, scope.path, "must be a block of options, like '- name: value'");
        scope.tree = nullptr;
        scope.unsound = true;
    }
    blocks_.push_back(scope.path);
    scopes_.push_back(std::move(scope));
}

/// "did you mean api.port?" for an option that does not exist.
std::string Reader::hint(std::string_view option) const {
    if (std::ranges::find(blocks_, option) != blocks_.end())
        return "is a block; set its options one by one";
    const std::vector<std::string_view> names(options_.begin(), options_.end());
    const auto best = nearest(option, names);
    return best ? fmt::format("is no option; did you mean {}?", *best)
                : "is no option; see the reference page";
}

void Reader::report_unknown_key(const UnknownKey& unknown) {
    const auto option = child_path(unknown.scope, unknown.key);
    const std::vector<std::string_view> siblings(unknown.siblings.begin(), unknown.siblings.end());
    std::string what = fmt::format("unknown option; known here: {}", fmt::join(siblings, ", "));
    const auto elsewhere = std::ranges::find_if(
        options_, [&](const std::string& known) { return known.ends_with("." + unknown.key); });
    if (const auto best = nearest(unknown.key, siblings))
        what = fmt::format("unknown option; did you mean {}?", child_path(unknown.scope, *best));
    else if (elsewhere != options_.end())
        what =
            fmt::format("unknown option here; did you mean {}? Check the indentation", *elsewhere);
    else if (unknown.key.find('.') != std::string::npos)
        what = "unknown option; write the parts of the name as nested blocks";
    report(unknown.origin, option, what);
}

void Reader::report_unused_overrides() {
    std::vector<std::string> names;
    for (const auto& option : options_) names.push_back(variable_name(prefix_, option));
    const std::vector<std::string_view> views(names.begin(), names.end());
    for (const auto& [name, variable] : variables_) {
        if (variable.used) continue;
        const auto best = nearest(name, views);
        problems_.push_back(
            {variable.origin, best ? fmt::format("names no option; did you mean {}?", *best)
                                   : "names no option; unset it, or see the reference page"});
    }
    for (const auto& [option, flag] : flags_)
        if (!flag.used) report(flag.origin, option, hint(option));
}

Problems Reader::finish() {
    leave();
    for (const auto& unknown : unknown_) report_unknown_key(unknown);
    report_unused_overrides();
    std::ranges::stable_sort(problems_, {}, [](const Problem& problem) {
        return std::pair(problem.origin.rank, problem.origin.line);
    });
    Problems out;
    for (const auto& [origin, text] : problems_)
        out.push_back(fmt::format("{}: {}", origin.label, text));
    return out;
}

}  // namespace

Problems read(const std::string& path, std::string_view yaml, const Overrides& overrides,
              Walk walk) {
    Reader reader(path, yaml, overrides);
    walk.describe(walk.settings, reader);
    return reader.finish();
}

}  // namespace forescale::config::detail
