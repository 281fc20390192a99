#include "server/net/deliveries/sealed_opener.hpp"

#include <algorithm>

#include "core/wire/sealed.hpp"

namespace holdfast::net {

Result<bool> SealedOpener::read_preface() {
    const std::size_t here = std::min(coming_.size(), wire::sealed_mark.size());
    if (coming_.substr(0, here) != wire::sealed_mark.substr(0, here)) {
        return fail(ErrorCode::sealed_unreadable, "mark");
    }
    if (coming_.size() < wire::sealed_preface_bytes) {
        return false;
    }
    const std::string bytes = coming_.substr(0, wire::sealed_preface_bytes);
    HF_TRY(const wire::SealedPreface preface, wire::parse_sealed_preface(bytes));
    if (preface.server_key != key_) {
        return fail(ErrorCode::sealed_other_organization, "sealed for another server");
    }
    cipher_ = sealing::PieceCipher::make(secret_, preface.file_key, bytes);
    if (!cipher_) {
        return fail(ErrorCode::sealed_altered, "the file's key is none");
    }
    coming_.erase(0, bytes.size());
    return true;
}

Result<std::optional<std::string>> SealedOpener::next() {
    if (!cipher_) {
        HF_TRY(const bool is_read, read_preface());
        if (!is_read) {
            return std::nullopt;
        }
    }
    if (has_ended_ && !coming_.empty()) {
        return fail(ErrorCode::sealed_altered, "bytes behind the end");
    }
    wire::FrameReader reader(coming_);
    const auto sealed = reader.next();
    if (!sealed || (*sealed && (*sealed)->size() > wire::limits::sealed_piece_bytes_max)) {
        return fail(ErrorCode::sealed_altered, "size of a piece");
    }
    if (!*sealed) {
        return std::nullopt;
    }
    const auto behind =
        static_cast<std::size_t>((*sealed)->data() - coming_.data()) + (*sealed)->size();
    HF_TRY(std::string content, open(**sealed));
    coming_.erase(0, behind);
    return content;
}

/// Which piece is the last only the sealing itself says.
Result<std::string> SealedOpener::open(std::string_view sealed) {
    auto content = cipher_->open(sealed, false);
    if (!content) {
        content = cipher_->open(sealed, true);
        has_ended_ = content.has_value();
    }
    if (!content) {
        return fail(ErrorCode::sealed_altered, "a piece does not open");
    }
    return *std::move(content);
}

}  // namespace holdfast::net
