#include "sim/segments.hpp"

#include "core/base/sum.hpp"
#include "server/auth/segment_addresses.hpp"

namespace holdfast::sim {
namespace {

std::uint64_t sum_of(std::string_view bytes) {
    return row_sum(0, {}, 0, 0, bytes).low;
}

}  // namespace

Segments::Segments(const SegmentProfile& profile,
                   services::Hub& hub,
                   auth::AuthService& auth,
                   const Environment& environment)
    : profile_(profile), hub_(hub), auth_(auth), environment_(environment), shelf_(profile.limits) {
    hub_.offer_segments(this);
}

std::optional<wire::Segment> Segments::offer(const services::Identity& identity,
                                             const Bucket& head,
                                             const wire::Want& want) {
    const auto found = shelf_.offer(head, want);
    if (!found) {
        return std::nullopt;
    }
    return auth::address_segment(
        auth_, identity, *found, environment_.wall() + profile_.address_life);
}

// ---------------------------------------------------------------------------- making

bool Segments::has_work() {
    delete_gone();
    if (!making_) {
        if (const auto name = shelf_.take_build()) {
            making_ = Making{.name = *name};
        }
    }
    return making_.has_value();
}

bool Segments::make_part() {
    Making& making = *making_;
    auto part = hub_.read_part(making.name, making.after, profile_.limits.part_bytes);
    if (!part) {
        shelf_.abandon();
        making_.reset();
        return false;
    }
    making.after = part->to;
    making.rows += part->rows;
    const services::SegmentPart written{
        .to = part->to, .bytes = part->frames.size(), .sums = {sum_of(part->frames)}};
    files_[{making.name, making.next++}] = std::move(part->frames);
    const bool fits = shelf_.add_part(written);
    const bool whole = fits && written.to.is_open();
    if (whole) {
        shelf_.finish(making.rows);
    }
    if (whole || !fits) {
        making_.reset();
    }
    return whole;
}

void Segments::delete_gone() {
    for (const services::SegmentShelf::Gone& gone : shelf_.take_gone()) {
        for (std::uint32_t part = 0; part < gone.parts; ++part) {
            files_.erase({gone.name, part});
        }
    }
}

// ---------------------------------------------------------------------------- serving

bool Segments::is_path(std::string_view path) {
    return auth::is_segment_path(path);
}

Result<std::string> Segments::answer(std::string_view path) {
    const auto address = auth::parse_segment_path(path);
    if (!address) {
        return fail(ErrorCode::request_not_found);
    }
    HF_TRY(const auto pass, auth_.check_segment(address->token));
    const services::SegmentName name = auth::name_of(pass.token);
    HF_TRY(const bool readable, hub_.may_read(pass.identity, name.bucket));
    if (!readable) {
        return fail(ErrorCode::access_forbidden);
    }
    const services::SegmentPart* part = shelf_.use(name, address->part);
    if (part == nullptr) {
        return fail(ErrorCode::request_not_found);
    }
    const auto file = files_.find({name, address->part});
    if (file == files_.end() || sum_of(file->second) != part->sums.front()) {
        shelf_.drop(name);
        return fail(ErrorCode::request_not_found);
    }
    return file->second;
}

void Segments::spoil(std::string_view path, Random& random) {
    const auto address = auth::parse_segment_path(path);
    const auto pass =
        address ? auth_.check_segment(address->token) : fail(ErrorCode::request_not_found);
    const auto file =
        pass ? files_.find({auth::name_of(pass->token), address->part}) : files_.end();
    if (file == files_.end()) {
        return;
    }
    if (random.chance(500)) {
        files_.erase(file);
    } else {
        file->second[random.below(file->second.size())] ^= 0x20;
    }
}

}  // namespace holdfast::sim
