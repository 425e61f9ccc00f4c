#include "streaming/codec.h"

#include <bit>
#include <cstring>

namespace forescale {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the layout is little-endian, as in memory");

constexpr std::uint8_t version = 1;
constexpr std::uint8_t kind_samples = 'S';
constexpr std::uint8_t kind_windows = 'W';
constexpr std::size_t head_bytes = 2 + 4 + 4;
constexpr std::size_t point_bytes = 8 + 8 + 1;
constexpr std::size_t window_bytes = 8 + 8 + 8 + 4 * 8 + 1;
constexpr auto state_max = static_cast<std::uint8_t>(SampleState::counter_reset);

/// Writes into a text of exactly the right size: no growing, one allocation per message.
class Writer {
public:
    explicit Writer(std::size_t bytes) : text_(bytes, '\0') {}
    template <class T>
    void put(T value) {
        std::memcpy(text_.data() + at_, &value, sizeof value);
        at_ += sizeof value;
    }
    void put_text(std::string_view text) {
        std::memcpy(text_.data() + at_, text.data(), text.size());
        at_ += text.size();
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
    std::size_t at_ = 0;
};

/// Reads what the caller has checked to be there.
class Reader {
public:
    explicit Reader(std::string_view rest) : rest_(rest) {}
    template <class T>
    [[nodiscard]] T take() {
        T value{};
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_.remove_prefix(sizeof value);
        return value;
    }
    [[nodiscard]] std::string_view take_text(std::size_t bytes) {
        const auto text = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return text;
    }
    [[nodiscard]] Timestamp take_time() { return Timestamp(Duration(take<std::int64_t>())); }
    [[nodiscard]] std::size_t left() const { return rest_.size(); }

private:
    std::string_view rest_;
};

Writer begin(std::uint8_t kind, const ServiceId& service, std::size_t count,
             std::size_t item_bytes) {
    Writer out(head_bytes + service.str().size() + count * item_bytes);
    out.put(version);
    out.put(kind);
    out.put(static_cast<std::uint32_t>(service.str().size()));
    out.put_text(service.str());
    out.put(static_cast<std::uint32_t>(count));
    return out;
}

struct Head {
    ServiceId service;
    std::uint32_t count = 0;
};

std::string_view name_of(std::uint8_t kind) {
    return kind == kind_samples ? "samples" : "windows";
}

/// Reads the head and checks that exactly its count of items follows.
Result<Head> read_head(Reader& in, std::uint8_t kind, std::size_t item_bytes) {
    const auto bytes = in.left();
    if (bytes < head_bytes)
        return fail(Errc::corrupt, "message of {} bytes: truncated, its head alone has {}", bytes,
                    head_bytes);
    if (const auto is = in.take<std::uint8_t>(); is != version)
        return fail(Errc::corrupt, "message of version {}: this program reads version {}", is,
                    version);
    if (const auto is = in.take<std::uint8_t>(); is != kind)
        return fail(Errc::corrupt, "message of kind {}: expected {} ({})", is, kind, name_of(kind));
    const auto name_bytes = in.take<std::uint32_t>();
    if (name_bytes > in.left() - 4)
        return fail(Errc::corrupt, "message of {} bytes: truncated, its service name has {}", bytes,
                    name_bytes);
    Head head{.service = ServiceId(std::string(in.take_text(name_bytes)))};
    head.count = in.take<std::uint32_t>();
    if (in.left() != head.count * item_bytes)
        return fail(Errc::corrupt, "message for {}: {} bytes of {}, expected {} for {} of them",
                    head.service, in.left(), name_of(kind), head.count * item_bytes, head.count);
    return head;
}

Result<SampleState> read_state(Reader& in, const Head& head) {
    const auto state = in.take<std::uint8_t>();
    if (state > state_max)
        return fail(Errc::corrupt, "message for {}: sample state {} is unknown", head.service,
                    state);
    return static_cast<SampleState>(state);
}

void put(Writer& out, const Window& window) {
    out.put(std::int64_t{window.start.time_since_epoch().count()});
    out.put(std::int64_t{window.width.count()});
    out.put(window.count);
    out.put(window.sum);
    out.put(window.min);
    out.put(window.max);
    out.put(window.last);
    out.put(static_cast<std::uint8_t>(window.state));
}

Result<Window> read_window(Reader& in, const Head& head) {
    Window window;
    window.start = in.take_time();
    window.width = Duration(in.take<std::int64_t>());
    window.count = in.take<std::int64_t>();
    window.sum = in.take<double>();
    window.min = in.take<double>();
    window.max = in.take<double>();
    window.last = in.take<double>();
    TRY(window.state, read_state(in, head));
    const bool says_present = window.state == SampleState::present;
    if (window.width <= Duration(0) || window.count < 0 || says_present != window.present())
        return fail(Errc::corrupt, "message for {}: a window of {} ms with {} points and state {}",
                    head.service, window.width.count(), window.count, to_string(window.state));
    return window;
}

}  // namespace

std::string encode(const SampleBatch& batch) {
    auto out = begin(kind_samples, batch.service, batch.points.size(), point_bytes);
    for (const auto& point : batch.points) {
        out.put(std::int64_t{point.at.time_since_epoch().count()});
        out.put(point.value);
        out.put(static_cast<std::uint8_t>(point.state));
    }
    return out.take();
}

std::string encode(const WindowBatch& batch) {
    auto out = begin(kind_windows, batch.service, batch.windows.size(), window_bytes);
    for (const auto& window : batch.windows) put(out, window);
    return out.take();
}

Result<SampleBatch> decode_samples(std::string_view payload) {
    Reader in(payload);
    TRY(auto head, read_head(in, kind_samples, point_bytes));
    SampleBatch batch{.service = std::move(head.service), .points = {}};
    batch.points.reserve(head.count);
    for (std::uint32_t i = 0; i < head.count; ++i) {
        const auto at = in.take_time();
        const auto value = in.take<double>();
        const auto state = in.take<std::uint8_t>();
        if (state > state_max)
            return fail(Errc::corrupt, "message for {}: sample state {} is unknown", batch.service,
                        state);
        batch.points.push_back({at, value, static_cast<SampleState>(state)});
    }
    return batch;
}

Result<WindowBatch> decode_windows(std::string_view payload) {
    Reader in(payload);
    TRY(auto head, read_head(in, kind_windows, window_bytes));
    WindowBatch batch{.service = head.service, .windows = {}};
    batch.windows.reserve(head.count);
    for (std::uint32_t i = 0; i < head.count; ++i) {
        TRY(const auto window, read_window(in, head));
        batch.windows.push_back(window);
    }
    return batch;
}

}  // namespace forescale
