#include "base/config.h"
#include "base/config_value.h"

namespace forescale::config::detail {
namespace {

std::string child_path(const std::string& parent, std::string_view name) {
    return parent.empty() ? std::string(name) : fmt::format("{}.{}", parent, name);
}

/// Text that Markdown must not take for a cell's end.
std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::string code(std::string_view text) {
    return text.empty() ? "" : fmt::format("`{}`", cell(text));
}

struct Section {
    std::string path;
    std::string help;
    std::vector<std::string> rows;
};

/// Collects a table per block, in the order of declaration.
class ReferenceWriter final : public Fields {
public:
    ReferenceWriter() { open({}, {}); }

    void field(std::string_view name, bool& value, const Spec& spec) override {
        row(name, value, spec);
    }
    void field(std::string_view name, std::int64_t& value, const Spec& spec) override {
        row(name, value, spec);
    }
    void field(std::string_view name, double& value, const Spec& spec) override {
        row(name, value, spec);
    }
    void field(std::string_view name, std::string& value, const Spec& spec) override {
        row(name, value, spec);
    }
    void field(std::string_view name, Duration& value, const Spec& spec) override {
        row(name, value, spec);
    }
    void field(std::string_view name, std::vector<std::string>& value, const Spec& spec) override {
        row(name, value, spec);
    }
    void check(bool /*holds*/, std::string_view /*name*/, std::string_view /*what*/) override {}

    [[nodiscard]] std::string text() const {
        std::string out = "# Configuration reference\n\n";
        out += "Later ones win: the file, then environment variables, then `--set name=value`.\n";
        for (const auto& section : sections_)
            if (!section.rows.empty() || !section.help.empty()) append(out, section);
        return out;
    }

protected:
    void enter(std::string_view name, std::string_view help) override {
        open(child_path(sections_[open_.back()].path, name), help);
    }
    void leave() override { open_.pop_back(); }
    ListPlan enter_list(std::string_view name, std::size_t /*default_count*/,
                        std::string_view help) override {
        list_help_ = help;
        list_path_ = child_path(sections_[open_.back()].path, name);
        return {.count = 1, .keep_defaults = false};
    }
    void enter_item(std::size_t /*index*/) override {
        open(list_path_ + "[n]",
             fmt::format("{}. A list; each item has these options.", list_help_));
    }
    void leave_list() override {}
    [[nodiscard]] bool keeps_items() const override { return false; }

private:
    void open(std::string path, std::string_view help) {
        open_.push_back(sections_.size());
        sections_.push_back({std::move(path), std::string(help), {}});
    }
    template <class T>
    void row(std::string_view name, const T& value, const Spec& spec) {
        auto& section = sections_[open_.back()];
        const auto option = child_path(section.path, name);
        constexpr bool is_duration = std::is_same_v<T, Duration>;
        section.rows.push_back(fmt::format(
            "| {} | {} | {} | {} | {} | {} | {} |\n", code(name), type_name(value), cell(spec.unit),
            spec.required ? "required" : code(to_yaml(value)), cell(allowed(spec, is_duration)),
            code(variable_name(Overrides{}.env_prefix, option)), cell(spec.help)));
    }
    static void append(std::string& out, const Section& section) {
        if (!section.path.empty())
            out += fmt::format("\n## {}\n\n{}\n", section.path, section.help);
        if (section.rows.empty()) return;
        out +=
            "\n| Option | Type | Unit | Default | Allowed | Environment variable | What it decides "
            "|\n";
        out += "|---|---|---|---|---|---|---|\n";
        for (const auto& row : section.rows) out += row;
    }

    std::vector<Section> sections_;
    std::vector<std::size_t> open_;  ///< index of each block on the way to here
    std::string list_path_;
    std::string list_help_;
};

/// Writes every option with its help in front. Items that are shown only as a sample are commented
/// out.
class ExampleWriter final : public Fields {
public:
    void field(std::string_view name, bool& value, const Spec& spec) override {
        put(name, value, spec);
    }
    void field(std::string_view name, std::int64_t& value, const Spec& spec) override {
        put(name, value, spec);
    }
    void field(std::string_view name, double& value, const Spec& spec) override {
        put(name, value, spec);
    }
    void field(std::string_view name, std::string& value, const Spec& spec) override {
        put(name, value, spec);
    }
    void field(std::string_view name, Duration& value, const Spec& spec) override {
        put(name, value, spec);
    }
    void field(std::string_view name, std::vector<std::string>& value, const Spec& spec) override {
        put(name, value, spec);
    }
    void check(bool /*holds*/, std::string_view /*name*/, std::string_view /*what*/) override {}

    [[nodiscard]] std::string text() const {
        return "# Every option at its default. Later ones win: this file, FORESCALE_ environment "
               "variables, --set "
               "name=value.\n" +
               text_;
    }

protected:
    void enter(std::string_view name, std::string_view help) override {
        separate();
        comment(help);
        line(fmt::format("{}:", name));
        ++indent_;
    }
    void leave() override { --indent_; }
    ListPlan enter_list(std::string_view name, std::size_t default_count,
                        std::string_view help) override {
        const bool is_sample = default_count == 0;
        separate();
        comment(help);
        line(fmt::format("{}:{}", name, is_sample && sample_depth_ == 0 ? " []" : ""));
        if (is_sample && sample_depth_ == 0)
            comment("An item looks like this, below the name without []:");
        samples_.push_back(is_sample);
        if (is_sample) ++sample_depth_;
        ++indent_;
        return {.count = std::max<std::size_t>(default_count, 1), .keep_defaults = true};
    }
    void enter_item(std::size_t /*index*/) override {
        begins_item_ = true;
        ++indent_;
    }
    void leave_list() override {
        --indent_;
        if (samples_.back()) --sample_depth_;
        samples_.pop_back();
    }
    [[nodiscard]] bool keeps_items() const override { return false; }

private:
    template <class T>
    void put(std::string_view name, const T& value, const Spec& spec) {
        std::string about(spec.help);
        const auto add = [&](std::string_view note) {
            if (!note.empty()) about += fmt::format("{}{}", about.empty() ? "" : "; ", note);
        };
        add(spec.unit.empty() ? "" : fmt::format("in {}", spec.unit));
        add(allowed(spec, std::is_same_v<T, Duration>));
        add(spec.required ? "required" : "");
        comment(about);
        line(fmt::format("{}: {}", name, to_yaml(value)));
    }
    /// A free line in front of a block that is in force.
    void separate() {
        if (sample_depth_ == 0 && !begins_item_) text_ += '\n';
    }
    void put_indent(std::size_t columns) {
        if (sample_depth_ > 0) text_ += "# ";
        text_.append(columns, ' ');
    }
    /// The first line of an item carries its dash, two columns to the left.
    void line(std::string_view content) {
        put_indent(2 * indent_ - (begins_item_ ? 2 : 0));
        text_ += fmt::format("{}{}\n", begins_item_ ? "- " : "", content);
        begins_item_ = false;
    }
    void comment(std::string_view about) {
        if (about.empty()) return;
        std::string words(about);
        std::ranges::replace(words, '\n', ' ');
        put_indent(2 * indent_ - (begins_item_ ? 2 : 0));
        text_ += fmt::format("# {}\n", words);
    }

    std::string text_;
    std::size_t indent_ = 0;
    std::size_t sample_depth_ =
        0;                       ///< lists without items that are open; > 0: all is commented out
    std::vector<bool> samples_;  ///< of each open list: is it one of those?
    bool begins_item_ = false;
};

}  // namespace

std::string reference(Walk walk) {
    ReferenceWriter writer;
    walk.describe(walk.settings, writer);
    return writer.text();
}

std::string example(Walk walk) {
    ExampleWriter writer;
    walk.describe(walk.settings, writer);
    return writer.text();
}

}  // namespace forescale::config::detail
