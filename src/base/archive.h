#pragma once
#include "base/error.h"
#include "base/time.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace forescale {

/// State to bytes and back, for checkpoints. A class that can be kept has one member
///     template <class Archive> void fields(Archive& archive) { archive(a_, b_, c_); }
/// which serves both directions, so that what is written and what is read cannot differ.
/// Layout: fields in order, little-endian as in memory; sizes as 8 bytes. seal() frames it with
/// magic, version and checksum.
class ArchiveWriter {
public:
    static constexpr bool is_reading = false;

    template <class... T>
    void operator()(T&... values) {
        (put(values), ...);
    }
    [[nodiscard]] std::string take();

private:
    void raw(const void* data, std::size_t size) {
        bytes_.append(static_cast<const char*>(data), size);
    }
    void size(std::size_t n) {
        const std::uint64_t wide = n;
        raw(&wide, sizeof wide);
    }
    template <class T>
    void put(T& value) {
        if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>)
            raw(&value, sizeof value);
        else
            value.fields(*this);
    }
    void put(Timestamp& value) {
        const auto count = value.time_since_epoch().count();
        raw(&count, sizeof count);
    }
    void put(Duration& value) {
        const auto count = value.count();
        raw(&count, sizeof count);
    }
    void put(std::string& value) {
        size(value.size());
        raw(value.data(), value.size());
    }
    template <class T>
    void put(std::vector<T>& values) {
        size(values.size());
        if constexpr (std::is_arithmetic_v<T>)
            raw(values.data(), values.size() * sizeof(T));
        else
            for (auto& value : values) put(value);
    }
    template <class T>
    void put(std::deque<T>& values) {
        size(values.size());
        for (auto& value : values) put(value);
    }
    template <class T, std::size_t N>
    void put(std::array<T, N>& values) {
        for (auto& value : values) put(value);
    }
    template <class T>
    void put(std::optional<T>& value) {
        bool has = value.has_value();
        put(has);
        if (has) put(*value);
    }
    template <class A, class B>
    void put(std::pair<A, B>& value) {
        put(value.first);
        put(value.second);
    }

    std::string bytes_;
};

/// The other direction. Reading past the end, or a size that cannot be true, sets failed() and
/// leaves zeros.
class ArchiveReader {
public:
    static constexpr bool is_reading = true;

    explicit ArchiveReader(std::string_view bytes) : bytes_(bytes) {}

    template <class... T>
    void operator()(T&... values) {
        (get(values), ...);
    }
    [[nodiscard]] bool failed() const { return failed_; }
    /// For fields() that finds sizes or values which its class cannot have.
    void refuse() { failed_ = true; }
    [[nodiscard]] bool at_end() const { return bytes_.empty(); }

private:
    void raw(void* data, std::size_t size) {
        if (size > bytes_.size()) {
            failed_ = true;
            bytes_ = {};
            return;
        }
        if (size == 0) return;  // memcpy must not see the null of an empty vector
        std::memcpy(data, bytes_.data(), size);
        bytes_.remove_prefix(size);
    }
    std::size_t size(std::size_t item_bytes) {
        std::uint64_t n = 0;
        raw(&n, sizeof n);
        if (n > bytes_.size() / std::max<std::size_t>(item_bytes, 1)) {
            failed_ = true;
            n = 0;
        }
        return n;
    }
    template <class T>
    void get(T& value) {
        if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>)
            raw(&value, sizeof value);
        else
            value.fields(*this);
    }
    void get(bool& value) {
        std::uint8_t byte = 0;
        raw(&byte, sizeof byte);
        if (byte > 1) failed_ = true;
        value = byte == 1;
    }
    void get(Timestamp& value) {
        Duration::rep count = 0;
        raw(&count, sizeof count);
        value = Timestamp(Duration(count));
    }
    void get(Duration& value) {
        Duration::rep count = 0;
        raw(&count, sizeof count);
        value = Duration(count);
    }
    void get(std::string& value) {
        value.resize(size(1));
        raw(value.data(), value.size());
    }
    template <class T>
    void get(std::vector<T>& values) {
        if constexpr (std::is_arithmetic_v<T>) {
            values.resize(size(sizeof(T)));
            raw(values.data(), values.size() * sizeof(T));
        } else {
            values.assign(size(1), T{});
            for (auto& value : values) get(value);
        }
    }
    template <class T>
    void get(std::deque<T>& values) {
        values.assign(size(1), T{});
        for (auto& value : values) get(value);
    }
    template <class T, std::size_t N>
    void get(std::array<T, N>& values) {
        for (auto& value : values) get(value);
    }
    template <class T>
    void get(std::optional<T>& value) {
        bool has = false;
        get(has);
        value.reset();
        if (has) get(value.emplace());
    }
    template <class A, class B>
    void get(std::pair<A, B>& value) {
        get(value.first);
        get(value.second);
    }

    std::string_view bytes_;
    bool failed_ = false;
};

/// Frames bytes with a magic word, a version of the content and a checksum, so that a truncated,
/// older or foreign file is refused instead of believed.
[[nodiscard]] std::string seal(std::string_view content, std::uint32_t version);
/// errors  corrupt: not ours, another version, or a wrong checksum
[[nodiscard]] Result<std::string_view> unseal(std::string_view sealed, std::uint32_t version);

/// seal() of an object with fields().
template <class T>
[[nodiscard]] std::string save_state(T& object, std::uint32_t version) {
    ArchiveWriter writer;
    writer(object);
    return seal(writer.take(), version);
}
/// errors  corrupt
template <class T>
[[nodiscard]] Result<void> load_state(T& object, std::string_view sealed, std::uint32_t version) {
    auto content = unseal(sealed, version);
    if (!content) return std::unexpected(content.error());
    ArchiveReader reader(*content);  // NOLINT(misc-const-correctness): reading moves it on
    reader(object);
    if (reader.failed() || !reader.at_end())
        return fail(Errc::corrupt,
                    "stored state does not have the shape of this version; it is not used");
    return {};
}

}  // namespace forescale
