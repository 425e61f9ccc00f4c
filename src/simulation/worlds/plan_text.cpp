#include "base/config_value.h"
#include "simulation/worlds/plan.h"

#include <functional>
#include <map>

namespace forescale::worlds {
namespace {

/// An option as it was met.
struct Met {
    std::string_view name;
    std::string place;  ///< "services[].up.select"
    std::string value;
    std::string yaml;                             ///< the value as a file has it
    std::function<void(const std::string&)> put;  ///< gives it another value
};

/// Walks over every option.
class Walker : public config::Fields {
public:
    void field(std::string_view name, bool& value, const config::Spec& spec) override {
        visit(name, value, spec);
    }
    void field(std::string_view name, std::int64_t& value, const config::Spec& spec) override {
        visit(name, value, spec);
    }
    void field(std::string_view name, double& value, const config::Spec& spec) override {
        visit(name, value, spec);
    }
    void field(std::string_view name, std::string& value, const config::Spec& spec) override {
        visit(name, value, spec);
    }
    void field(std::string_view name, Duration& value, const config::Spec& spec) override {
        visit(name, value, spec);
    }
    void field(std::string_view name, std::vector<std::string>& value,
               const config::Spec& spec) override {
        visit(name, value, spec);
    }
    void check(bool /*holds*/, std::string_view /*name*/, std::string_view /*what*/) override {}

protected:
    virtual void option(const Met& met) = 0;

    void enter(std::string_view name, std::string_view /*help*/) override {
        places_.push_back(place_of(name));
    }
    void leave() override { places_.pop_back(); }
    config::ListPlan enter_list(std::string_view name, std::size_t count,
                                std::string_view /*help*/) override {
        places_.push_back(place_of(name) + "[]");
        return {.count = count, .keep_defaults = true};
    }
    void enter_item(std::size_t /*index*/) override { places_.push_back(places_.back()); }
    void leave_list() override { places_.pop_back(); }
    [[nodiscard]] bool keeps_items() const override { return false; }

private:
    [[nodiscard]] std::string place_of(std::string_view name) const {
        return places_.empty() ? std::string(name) : fmt::format("{}.{}", places_.back(), name);
    }
    template <class T>
    void visit(std::string_view name, T& value, const config::Spec& spec) {
        const std::string yaml = config::detail::to_yaml(value);
        std::string plain = yaml;
        if constexpr (std::is_same_v<T, std::string>) plain = value;
        option({name, place_of(name), plain, yaml, [&](const std::string& text) {
                    const auto tree = config::detail::scalar_tree(text, {});
                    if (auto parsed = config::detail::parse_value(tree, spec, &value))
                        value = *parsed;
                }});
    }

    std::vector<std::string> places_;
};

using Usual = std::map<std::string, std::string>;

class UsualReader final : public Walker {
public:
    Usual usual;

private:
    void option(const Met& met) override { usual.emplace(met.place, met.value); }
};

/// Every option of a plan that has one of everything.
Usual read_usual() {
    WorldPlan plan;
    plan.services.emplace_back();
    plan.services[0].up.policies.emplace_back();
    plan.services[0].down.policies.emplace_back();
    plan.services[0].traffic.swings.emplace_back();
    plan.services[0].freezes.emplace_back();
    plan.services[0].hours.emplace_back();
    plan.services[0].signals.emplace_back().traffic.swings.emplace_back();
    plan.faults.emplace_back();
    plan.events.emplace_back();
    plan.controls.emplace_back();
    UsualReader reader;
    plan.describe(reader);
    return std::move(reader.usual);
}

const Usual& usual() {
    static const Usual read = read_usual();
    return read;
}

/// What names a thing is always written, so that no item of a list is empty.
bool is_name(std::string_view name) {
    return name == "name" || name == "kind" || name == "id" || name == "type" || name == "seed" ||
           name == "service";
}

class TextWriter final : public Walker {
public:
    std::string text;

private:
    void option(const Met& met) override {
        const bool names = is_name(met.name) && !met.value.empty();
        if (!names && usual().at(met.place) == met.value) return;
        line(fmt::format("{}: {}", met.name, met.yaml));
    }
    void enter(std::string_view name, std::string_view help) override {
        Walker::enter(name, help);
        open_.push_back({.header = std::string(name) + ":"});
    }
    void leave() override {
        Walker::leave();
        open_.pop_back();
    }
    config::ListPlan enter_list(std::string_view name, std::size_t count,
                                std::string_view help) override {
        open_.push_back({.header = std::string(name) + ":"});
        return Walker::enter_list(name, count, help);
    }
    void enter_item(std::size_t index) override {
        Walker::enter_item(index);
        open_.push_back({.header = "-", .is_item = true});
    }
    void leave_list() override {
        Walker::leave_list();
        open_.pop_back();
    }

    /// A block that was entered; its header is written with the first line in it.
    struct Open {
        std::string header;
        bool is_item = false;
        bool written = false;
    };
    void line(const std::string& content) {
        std::string front;
        for (std::size_t i = 0; i < open_.size(); ++i) {
            Open& open = open_[i];
            const std::string indent(2 * i, ' ');
            if (!open.written && !open.is_item) text += indent + open.header + "\n";
            const bool begins_item = !open.written && open.is_item && i + 1 == open_.size();
            front = begins_item ? indent + "- " : std::string(2 * (i + 1), ' ');
            open.written = true;
        }
        text += front + content + "\n";
    }
    std::vector<Open> open_;
};

/// Makes one option usual that is not.
class Usualizer final : public Walker {
public:
    explicit Usualizer(std::size_t index) : left_(index) {}
    [[nodiscard]] bool done() const { return done_; }

private:
    void option(const Met& met) override {
        const auto& usual_value = usual().at(met.place);
        if (done_ || is_name(met.name) || usual_value == met.value) return;
        if (left_-- > 0) return;
        met.put(usual_value);
        done_ = true;
    }
    [[nodiscard]] bool keeps_items() const override { return true; }

    std::size_t left_;
    bool done_ = false;
};

}  // namespace

std::string to_text(WorldPlan plan) {
    TextWriter writer;
    plan.describe(writer);
    return std::move(writer.text);
}

std::optional<WorldPlan> with_usual(WorldPlan plan, std::size_t index) {
    Usualizer usualizer(index);
    plan.describe(usualizer);
    if (!usualizer.done()) return std::nullopt;
    return plan;
}

}  // namespace forescale::worlds
