#pragma once
#include "base/error.h"
#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Options declared once. A settings struct names each option with its unit, bounds and help in
/// describe(); validation, environment variables, flags, the reference page and the example file
/// all come from that one declaration; the default is the member's initial value.
///
///     struct ApiConfig {
///         std::string host = "127.0.0.1";
///         std::int64_t port = 8480;
///         void describe(config::Fields& f) {
///             f.field("host", host, {.help = "Address to listen on; only loopback is accepted for
///             now"}); f.field("port", port, {.unit = "", .min = 0, .max = 65535, .help = "TCP
///             port; 0 takes a free one"});
///         }
///     };
///
/// Where the unit is not part of the type, it ends the name: `cooldown_s` is a number of seconds,
/// while a Duration option is written with its unit ("5m") and has none in its name.
namespace forescale::config {

struct Spec {
    std::string_view unit = {};  ///< "s", "replicas", "requests/s"; empty: none, or in the value
    std::optional<double> min = {};  ///< numbers; for a Duration in seconds, where none means 0
    std::optional<double> max = {};
    std::vector<std::string_view> choices = {};  ///< text, and each text of a list: one of these
    bool required = false;
    std::string_view help = {};  ///< which decision the operator makes with it, in one sentence
};

/// How many items a list has, and whether those that it had are kept as the first ones.
struct ListPlan {
    std::size_t count = 0;
    bool keep_defaults = true;
};

/// What walks over a settings struct: the YAML reader, the reference page, the example file.
/// Structs only call it.
class Fields {
public:
    virtual ~Fields() = default;

    virtual void field(std::string_view name, bool& value, const Spec& spec) = 0;
    virtual void field(std::string_view name, std::int64_t& value, const Spec& spec) = 0;
    virtual void field(std::string_view name, double& value, const Spec& spec) = 0;
    virtual void field(std::string_view name, std::string& value, const Spec& spec) = 0;
    virtual void field(std::string_view name, Duration& value, const Spec& spec) = 0;
    virtual void field(std::string_view name, std::vector<std::string>& value,
                       const Spec& spec) = 0;

    /// A rule about several options at once, after their fields. When it does not hold, `what` is
    /// reported at the option `name`: check(min <= max, "min", "is above max; lower it").
    virtual void check(bool holds, std::string_view name, std::string_view what) = 0;

    /// A nested block `name:`.
    template <class T>
    void section(std::string_view name, T& value, std::string_view help) {
        enter(name, help);
        value.describe(*this);
        leave();
    }
    /// A sequence of blocks under `name:`. A file that names it replaces the default items; the
    /// example file and the reference page show one item when there are none.
    template <class T>
    void list(std::string_view name, std::vector<T>& items, std::string_view help) {
        const ListPlan plan = enter_list(name, items.size(), help);
        std::vector<T> read;
        for (std::size_t i = 0; i < plan.count; ++i) {
            T item = plan.keep_defaults && i < items.size() ? items[i] : T{};
            enter_item(i);
            item.describe(*this);
            leave();
            read.push_back(std::move(item));
        }
        leave_list();
        if (keeps_items()) items = std::move(read);
    }

protected:
    virtual void enter(std::string_view name, std::string_view help) = 0;
    virtual void leave() = 0;
    virtual ListPlan enter_list(std::string_view name, std::size_t default_count,
                                std::string_view help) = 0;
    virtual void enter_item(std::size_t index) = 0;
    virtual void leave_list() = 0;
    [[nodiscard]] virtual bool keeps_items() const = 0;
};

/// Where values come from besides the file; later ones win: file, then environment, then flags.
/// Items of lists are counted from 0 and may be added one after the other.
struct Overrides {
    /// api.port is FORESCALE_API_PORT, services[0].name is FORESCALE_SERVICES_0_NAME.
    std::string env_prefix = "FORESCALE_";
    /// Name and value, as the process has them; those without the prefix are not looked at.
    std::vector<std::pair<std::string, std::string>> environment = {};
    /// "api.port=8481", "services[0].name=shop", from --set.
    std::vector<std::string> flags = {};
    /// Variables with the prefix that are no options: "FORESCALE_CONFIG".
    std::vector<std::string> other_variables = {};
};

/// One problem with a configuration: "forescale.yaml:12: api.prot: unknown option; did you mean
/// api.port?".
using Problems = std::vector<std::string>;

namespace detail {
struct Walk {
    void (*describe)(void* settings, Fields& fields);
    void* settings;
};
Problems read(const std::string& path, std::string_view yaml, const Overrides& overrides,
              Walk walk);
std::string reference(Walk walk);
std::string example(Walk walk);
template <class T>
Walk walk_of(T& settings) {
    return {[](void* object, Fields& fields) { static_cast<T*>(object)->describe(fields); },
            &settings};
}
}  // namespace detail

/// Reads all of it and reports every problem at once, each with file and line. On problems the
/// settings must not be used.
template <class T>
[[nodiscard]] Problems read(T& settings, const std::string& path, std::string_view yaml,
                            const Overrides& overrides = {}) {
    return detail::read(path, yaml, overrides, detail::walk_of(settings));
}
/// The reference page, Markdown: every option with type, unit, default, bounds, environment
/// variable and help.
template <class T>
[[nodiscard]] std::string reference(T& defaults) {
    return detail::reference(detail::walk_of(defaults));
}
/// A commented YAML file with every option at its default.
template <class T>
[[nodiscard]] std::string example(T& defaults) {
    return detail::example(detail::walk_of(defaults));
}

}  // namespace forescale::config
