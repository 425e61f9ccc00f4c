#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace forescale {

/// What kind of failure this is; the message says the rest. A caller branches on the code, a person
/// reads the message.
enum class Errc : std::uint8_t {
    invalid_argument,  ///< the caller's input is wrong; trying again changes nothing
    not_found,         ///< the named thing does not exist
    unavailable,       ///< the other side did not answer or is full; trying again may help
    conflict,  ///< the other side changed meanwhile, or somebody else owns it; look again first
    corrupt,   ///< stored data fails its own check; nothing is written over it
};

[[nodiscard]] constexpr std::string_view to_string(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
            return "invalid_argument";
        case Errc::not_found:
            return "not_found";
        case Errc::unavailable:
            return "unavailable";
        case Errc::conflict:
            return "conflict";
        case Errc::corrupt:
            return "corrupt";
    }
    return "unknown";
}

/// May the same call succeed later without anybody changing anything?
[[nodiscard]] constexpr bool is_retryable(Errc code) {
    return code == Errc::unavailable;
}

struct Error {
    Errc code;
    std::string message;  ///< what was tried, on what, what came back, and what to do
};

template <class T>
using Result = std::expected<T, Error>;

/// return fail(Errc::not_found, "cannot open {}: {}; check the path", path, reason);
template <class... Args>
[[nodiscard]] std::unexpected<Error> fail(Errc code, fmt::format_string<Args...> format,
                                          Args&&... args) {
    return std::unexpected(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

}  // namespace forescale

#define FORESCALE_CAT_(a, b) a##b
#define FORESCALE_CAT(a, b) FORESCALE_CAT_(a, b)

/// TRY(auto url, config.get("url")); returns the error to the caller, or declares the value. One
/// use per line.
#define TRY(decl, ...)                                                            \
    auto FORESCALE_CAT(try_, __LINE__) = (__VA_ARGS__);                           \
    if (!FORESCALE_CAT(try_, __LINE__))                                           \
        return std::unexpected(std::move(FORESCALE_CAT(try_, __LINE__)).error()); \
    decl = *std::move(FORESCALE_CAT(try_, __LINE__))

/// TRY_VOID(store.write(batch)); returns the error to the caller.
#define TRY_VOID(...)                                                                         \
    if (auto FORESCALE_CAT(done_, __LINE__) = (__VA_ARGS__); !FORESCALE_CAT(done_, __LINE__)) \
    return std::unexpected(std::move(FORESCALE_CAT(done_, __LINE__)).error())
