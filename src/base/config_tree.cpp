#include "base/config_tree.h"

#include "base/text.h"

#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace forescale::config::detail {
namespace {

constexpr std::size_t yaml_bytes_max = std::size_t{16} << 20U;
/// Aliases of aliases can ask for more nodes than there are atoms; 10,000 services need 200,000.
constexpr std::size_t nodes_max = 1'000'000;
constexpr std::size_t depth_max = 32;
/// Of one block; keys are compared with each other.
constexpr std::size_t keys_max = 1000;

class TreeBuilder {
public:
    TreeBuilder(const std::string& path, std::vector<Problem>& problems)
        : path_(path), problems_(problems) {}

    Tree build(const YAML::Node& node, const std::string& name, std::size_t depth) {
        Tree tree;
        tree.origin = origin_of(node.Mark());
        if (++nodes_ > nodes_max || depth > depth_max || (node.IsMap() && node.size() > keys_max)) {
            if (!too_large_)
                report(tree.origin, name, "too large or nested too deeply to be a configuration");
            too_large_ = true;
            return tree;
        }
        if (node.IsScalar()) {
            tree.kind = Tree::Kind::scalar;
            tree.text = node.Scalar();
        } else if (node.IsSequence()) {
            tree.kind = Tree::Kind::list;
            for (std::size_t i = 0; i < node.size() && !too_large_; ++i)
                tree.items.push_back(build(node[i], fmt::format("{}[{}]", name, i), depth + 1));
        } else if (node.IsMap()) {
            tree.kind = Tree::Kind::block;
            for (const auto& entry : node) add_entry(tree, entry.first, entry.second, name, depth);
            for (const auto& entry : node)
                if (is_merge_key(entry.first)) merge(tree, entry.second, name, depth);
        }
        return tree;
    }
    void report(const Origin& origin, std::string_view name, std::string_view what) {
        problems_.push_back({origin, name.empty() ? std::string(what)
                                                  : fmt::format("{}: {}", printable(name), what)});
    }
    [[nodiscard]] Origin origin_of(const YAML::Mark& mark) const {
        const auto line = static_cast<std::size_t>(std::max(mark.line, 0)) + 1;
        return {.rank = 0, .line = line, .label = fmt::format("{}:{}", path_, line)};
    }

private:
    static bool is_merge_key(const YAML::Node& key) {
        return key.IsScalar() && key.Scalar() == "<<";
    }

    void add_entry(Tree& tree, const YAML::Node& key, const YAML::Node& value,
                   const std::string& name, std::size_t depth) {
        if (too_large_ || is_merge_key(key)) return;
        const auto origin = origin_of(key.Mark());
        if (!key.IsScalar())
            return report(origin, name, "a key must be a name, not a block or a list");
        const auto full = name.empty() ? key.Scalar() : fmt::format("{}.{}", name, key.Scalar());
        if (const Tree* first = tree.find(key.Scalar()))
            return report(
                origin, full,
                fmt::format("given twice, first in line {}; keep one", first->origin.line));
        Tree child = build(value, full, depth + 1);
        child.origin = origin;
        tree.entries.push_back({key.Scalar(), std::move(child)});
    }
    /// `<<: *base` adds what is not given beside it.
    void merge(Tree& tree, const YAML::Node& value, const std::string& name, std::size_t depth) {
        const Tree base = build(value, name, depth + 1);
        std::vector<const Tree*> blocks;
        if (base.kind == Tree::Kind::list)
            for (const auto& item : base.items) blocks.push_back(&item);
        else
            blocks.push_back(&base);
        for (const Tree* block : blocks) {
            if (block->kind != Tree::Kind::block)
                report(base.origin, name, "<< must name a block, as in <<: *anchor");
            for (const auto& entry : block->entries)
                if (tree.find(entry.key) == nullptr) tree.entries.push_back(entry);
        }
    }

    const std::string& path_;
    std::vector<Problem>& problems_;
    std::size_t nodes_ = 0;
    bool too_large_ = false;
};

/// Notes where each document begins, and nothing else.
class DocumentMarks final : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark& mark) override { begins.push_back(mark); }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
    void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
    void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  const std::string& /*value*/) override {}
    void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/,
                         YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/,
                    YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {}
    void OnMapEnd() override {}

    std::vector<YAML::Mark> begins;
};

/// Where a second document begins. Not YAML::LoadAll: at a stray bracket between documents it finds
/// documents without end.
std::optional<YAML::Mark> second_document(const std::string& yaml) {
    std::istringstream stream(yaml);
    YAML::Parser parser(stream);
    DocumentMarks marks;
    for (int i = 0; i < 2; ++i)
        if (!parser.HandleNextDocument(marks)) break;
    return marks.begins.size() > 1 ? std::optional(marks.begins[1]) : std::nullopt;
}

Tree build_document(TreeBuilder& builder, const std::string& yaml) {
    if (const auto second = second_document(yaml)) {
        builder.report(
            builder.origin_of(*second), {},
            "a second document begins here; keep one, and no brackets or lines --- after it");
        return {};
    }
    const auto document = YAML::Load(yaml);
    if (document.IsNull()) return {};
    Tree tree = builder.build(document, {}, 0);
    if (tree.kind == Tree::Kind::block) return tree;
    builder.report(tree.origin, {}, "the file must consist of options like 'name: value'");
    return {};
}

}  // namespace

const Tree* Tree::find(std::string_view name) const {
    const auto found = std::ranges::find(entries, name, &TreeEntry::key);
    return found == entries.end() ? nullptr : &found->value;
}

Tree parse_yaml(const std::string& path, std::string_view yaml, std::vector<Problem>& problems) {
    TreeBuilder builder(path, problems);
    if (yaml.size() > yaml_bytes_max) {
        builder.report(
            builder.origin_of(YAML::Mark::null_mark()), {},
            fmt::format(
                "{} bytes are too long for a configuration of at most {}; is it the right file?",
                yaml.size(), yaml_bytes_max));
        return {};
    }
    try {
        return build_document(builder, std::string(yaml));
    } catch (const YAML::Exception& error) {
        builder.report(
            builder.origin_of(error.mark), {},
            fmt::format("not YAML: {}; check indentation, colons and quotes near column {}",
                        error.msg, std::max(error.mark.column, 0) + 1));
    }
    return {};
}

Tree scalar_tree(std::string_view text, const Origin& origin) {
    Tree tree;
    tree.kind = Tree::Kind::scalar;
    tree.origin = origin;
    tree.text = text;
    return tree;
}

Tree list_tree(std::string_view text, const Origin& origin, std::string& problem) {
    const auto begin = text.find_first_not_of(" \t");
    const bool has_brackets = begin != std::string_view::npos && text[begin] == '[';
    std::vector<Problem> problems;
    const auto yaml =
        has_brackets ? fmt::format("list: {}", text) : fmt::format("list: [{}]", text);
    Tree tree = parse_yaml({}, yaml, problems);
    const Tree* found = tree.find("list");
    if (!problems.empty() || found == nullptr || found->kind != Tree::Kind::list) {
        problem = "is no list; write a,b or [a, b], with quotes around texts that hold signs";
        return {};
    }
    Tree list = *found;
    list.origin = origin;
    for (auto& item : list.items) item.origin = origin;
    return list;
}

}  // namespace forescale::config::detail
