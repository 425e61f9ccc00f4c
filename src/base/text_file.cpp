#include "base/text_file.h"

#include "base/file.h"

#include <zlib.h>

namespace forescale {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{64} << 10U;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// First bytes of files that people give by mistake, and what those are.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> foreign_formats{{
    {"\xff\xfe", "UTF-16 text"},
    {"\xfe\xff", "UTF-16 text"},
    {"PK\x03\x04", "a zip archive"},
    {"\x28\xb5\x2f\xfd", "compressed with zstd"},
    {"\xfd\x37zXZ", "compressed with xz"},
    {"BZh91AY&SY", "compressed with bzip2"},
    {"PAR1\x15", "a Parquet file"},
}};

}  // namespace

/// Bytes flow from the file to `raw`, through zlib when the file begins as gzip does, to `text`,
/// and out as lines.
struct TextFile::State {
    State(std::string file_path, Descriptor descriptor)
        : path(std::move(file_path)), file(std::move(descriptor)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (is_gzip) inflateEnd(&zip);
    }

    Result<void> start();
    Result<std::optional<std::string_view>> next();

    std::string path;
    std::size_t line = 0;

private:
    void read_raw();
    void refill();
    void inflate_some();
    std::string_view take_line(std::size_t end, std::size_t skip);
    [[nodiscard]] bool too_long(std::size_t end) const;
    void fail_gzip(std::string_view what);
    void fail_long_line();

    Descriptor file;
    z_stream zip{};
    bool is_gzip = false;
    bool member_open =
        false;  ///< a gzip member has begun and not ended; files may be several members in a row
    bool raw_ended = false;
    bool text_ended = false;
    std::optional<Error>
        failure;  ///< told once the lines before it are given out, and again at every later call
    std::vector<char> raw = std::vector<char>(chunk_bytes);
    std::size_t raw_begin = 0;
    std::size_t raw_end = 0;
    std::string text;  ///< not yet given out: from text_begin
    std::size_t text_begin = 0;
    std::size_t scanned = 0;  ///< up to here `text` holds no line end
};

void TextFile::State::fail_gzip(std::string_view what) {
    failure = Error{Errc::corrupt, fmt::format("broken gzip data: {}; fetch the file again", what)};
}

void TextFile::State::fail_long_line() {
    failure =
        Error{Errc::invalid_argument,
              fmt::format("the line is longer than {} bytes; is this a text file with line ends?",
                          line_bytes_max)};
    text.clear();
    text_begin = scanned = 0;
}

void TextFile::State::read_raw() {
    auto got = read_some(file, raw.data(), raw.size());
    if (!got) failure = std::move(got).error();
    raw_begin = 0;
    raw_end = got.value_or(0);
    raw_ended = raw_end < raw.size();
}

/// Looks at the first bytes: which kind of file this is, and whether a byte-order mark stands in
/// front.
Result<void> TextFile::State::start() {
    read_raw();
    const std::string_view head(raw.data(), raw_end);
    for (const auto& [magic, name] : foreign_formats)
        if (head.starts_with(magic))
            return fail(Errc::invalid_argument,
                        "cannot read {}: it is {}; give plain UTF-8 text or gzip", path, name);
    // 15 is the largest window, 16 more asks zlib for the gzip frame with its checksum.
    is_gzip = head.starts_with("\x1f\x8b") && inflateInit2(&zip, 15 + 16) == Z_OK;
    member_open = is_gzip;
    while (text.size() < byte_order_mark.size() && !text_ended && !failure) refill();
    if (text.starts_with(byte_order_mark)) text_begin = scanned = byte_order_mark.size();
    return {};
}

/// Adds at most chunk_bytes to `text`, or sets text_ended or failure.
void TextFile::State::refill() {
    text.erase(0, text_begin);
    scanned -= text_begin;
    text_begin = 0;
    if (raw_begin == raw_end && !raw_ended) read_raw();
    if (failure) return;
    if (is_gzip) return inflate_some();
    text.append(raw.data() + raw_begin, raw_end - raw_begin);
    raw_begin = raw_end;
    text_ended = raw_ended;
}

void TextFile::State::inflate_some() {
    if (raw_begin == raw_end) {
        text_ended = true;
        if (member_open) fail_gzip("it ends in the middle");
        return;
    }
    if (!member_open &&
        raw[raw_begin] == '\0') {  // tapes and some copiers fill the last block with zeros
        ++raw_begin;
        return;
    }
    member_open = true;
    const auto before = text.size();
    text.resize(before + chunk_bytes);
    zip.next_in = reinterpret_cast<Bytef*>(raw.data() + raw_begin);
    zip.avail_in = static_cast<uInt>(raw_end - raw_begin);
    zip.next_out = reinterpret_cast<Bytef*>(text.data() + before);
    zip.avail_out = static_cast<uInt>(chunk_bytes);
    const int code = inflate(&zip, Z_NO_FLUSH);
    raw_begin = raw_end - zip.avail_in;
    text.resize(before + chunk_bytes - zip.avail_out);
    if (code == Z_STREAM_END) {
        member_open = false;
        inflateReset(&zip);
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
        fail_gzip(zip.msg == nullptr ? "it cannot be decompressed" : zip.msg);
    }
}

bool TextFile::State::too_long(std::size_t end) const {
    const auto length = end - text_begin;
    const bool carriage_return = length > 0 && text[end - 1] == '\r';
    return length - (carriage_return ? 1 : 0) > line_bytes_max;
}

std::string_view TextFile::State::take_line(std::size_t end, std::size_t skip) {
    auto found = std::string_view(text).substr(text_begin, end - text_begin);
    if (found.ends_with('\r')) found.remove_suffix(1);
    text_begin = scanned = end + skip;
    ++line;
    return found;
}

Result<std::optional<std::string_view>> TextFile::State::next() {
    while (true) {
        const auto line_end = text.find('\n', scanned);
        const auto end = std::min(line_end, text.size());
        if (too_long(end))
            fail_long_line();
        else if (line_end != std::string::npos)
            return take_line(end, 1);
        if (failure) return fail(failure->code, "{}:{}: {}", path, line + 1, failure->message);
        scanned = end;
        if (!text_ended)
            refill();
        else if (text_begin < end)
            return take_line(end, 0);
        else
            return std::nullopt;
    }
}

Result<TextFile> TextFile::open(const std::string& path) {
    TRY(auto file, open_file(path));
    auto state = std::make_unique<State>(path, std::move(file));
    TRY_VOID(state->start());
    return TextFile(std::move(state));
}

TextFile::TextFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
TextFile::TextFile(TextFile&&) noexcept = default;
TextFile& TextFile::operator=(TextFile&&) noexcept = default;
TextFile::~TextFile() = default;

Result<std::optional<std::string_view>> TextFile::next() {
    return state_->next();
}
std::size_t TextFile::line_number() const {
    return state_->line;
}
const std::string& TextFile::path() const {
    return state_->path;
}

}  // namespace forescale
