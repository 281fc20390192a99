#include "core/wire/sealed.hpp"

#include <limits>
#include <type_traits>

#include "core/base/assert.hpp"

namespace holdfast::wire {
namespace {

/// First byte of a piece. Persisted in files since version 1.
enum class Kind : std::uint8_t { head = 1, actions = 2, bytes = 3, end = 4 };

template <class Number>
void append(Bytes& to, Number number) {
    auto rest = static_cast<std::uint64_t>(number);
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        to += static_cast<char>(static_cast<unsigned char>(rest));
        rest >>= 8U;
    }
}

/// Takes little-endian numbers off the front.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    template <class Number>
    Reader& take(Number& number) {
        failed_ = failed_ || rest_.size() < sizeof(Number);
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(Number) && !failed_; ++i) {
            value |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
        }
        rest_.remove_prefix(failed_ ? 0 : sizeof(Number));
        number = static_cast<Number>(value);
        return *this;
    }
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
    bool failed_ = false;
};

std::unexpected<Error> unreadable(std::string detail) {
    return fail(ErrorCode::sealed_unreadable, std::move(detail));
}

Bytes begin(Kind kind) {
    return Bytes(1, static_cast<char>(kind));
}

Bytes encode_piece(const SealedHead& head) {
    Bytes bytes = begin(Kind::head);
    append(bytes, head.user.value);
    append(bytes, head.organization.value);
    append(bytes, head.device);
    append(bytes, head.saved_at.ms);
    append(bytes, head.actions);
    append(bytes, head.files);
    return bytes + head.pass;
}

Bytes encode_piece(const SealedActions& actions) {
    return begin(Kind::actions) + encode(Push{actions.intents});
}

Bytes encode_piece(const SealedBytes& part) {
    Bytes bytes = begin(Kind::bytes);
    append(bytes, part.channel.value);
    append(bytes, part.file.value);
    append(bytes, part.at);
    return bytes.append(part.bytes);
}

Bytes encode_piece(const SealedEnd& /*end*/) {
    return begin(Kind::end);
}

Result<SealedPiece> decode_head(std::string_view bytes) {
    SealedHead head;
    Reader reader(bytes);
    reader.take(head.user.value)
        .take(head.organization.value)
        .take(head.device)
        .take(head.saved_at.ms)
        .take(head.actions)
        .take(head.files);
    head.pass = reader.rest();
    if (reader.failed() || head.pass.size() > limits::sealed_pass_bytes_max) {
        return unreadable("head");
    }
    return head;
}

Result<SealedPiece> decode_actions(std::string_view bytes) {
    auto frame = decode(bytes);
    Push* push = frame ? std::get_if<Push>(&*frame) : nullptr;
    if (push == nullptr) {
        return unreadable("actions");
    }
    return SealedActions{std::move(push->intents)};
}

Result<SealedPiece> decode_bytes(std::string_view bytes) {
    SealedBytes part;
    Reader reader(bytes);
    reader.take(part.channel.value).take(part.file.value).take(part.at);
    part.bytes = reader.rest();
    const auto at_max =
        std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(part.bytes.size());
    if (reader.failed() || part.at < 0 || part.at > at_max) {
        return unreadable("bytes");
    }
    return part;
}

}  // namespace

Bytes sealed_lead(std::string_view server_key) {
    HF_ASSERT(server_key.size() == sealed_key_bytes);
    Bytes lead(sealed_mark);
    lead += static_cast<char>(sealed_version);
    return lead.append(server_key);
}

Result<SealedPreface> parse_sealed_preface(std::string_view bytes) {
    if (bytes.size() != sealed_preface_bytes || !bytes.starts_with(sealed_mark)) {
        return unreadable("mark");
    }
    if (static_cast<std::uint8_t>(bytes[sealed_mark.size()]) != sealed_version) {
        return unreadable("version");
    }
    return SealedPreface{
        .server_key = std::string(bytes.substr(sealed_mark.size() + 1, sealed_key_bytes)),
        .file_key = std::string(bytes.substr(sealed_lead_bytes))};
}

Bytes encode_sealed(const SealedPiece& piece) {
    return std::visit([](const auto& one) { return encode_piece(one); }, piece);
}

Result<SealedPiece> decode_sealed(std::string_view bytes) {
    if (bytes.empty()) {
        return unreadable("empty");
    }
    const std::string_view rest = bytes.substr(1);
    switch (static_cast<Kind>(bytes.front())) {
        case Kind::head:
            return decode_head(rest);
        case Kind::actions:
            return decode_actions(rest);
        case Kind::bytes:
            return decode_bytes(rest);
        case Kind::end:
            return rest.empty() ? Result<SealedPiece>(SealedEnd{}) : unreadable("end");
    }
    return unreadable("kind");
}

}  // namespace holdfast::wire
