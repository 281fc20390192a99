#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/auth/auth_service.hpp"
#include "server/services/environment.hpp"
#include "server/services/hub.hpp"
#include "server/services/segments/segment_shelf.hpp"
#include "sim/profile.hpp"
#include "sim/random.hpp"

namespace holdfast::sim {

/// What server/net/segments does, with a map for its folder: it is emptied at each start, so it is
/// the process's. There is one encoding, because compression is the network's.
class Segments final : public services::SegmentOffers {
public:
    /// @param hub      has these offered from now on.
    /// @param profile  outlives it, as all of them do.
    Segments(const SegmentProfile& profile,
             services::Hub& hub,
             auth::AuthService& auth,
             const Environment& environment);

    [[nodiscard]] std::optional<wire::Segment> offer(const services::Identity& identity,
                                                     const Bucket& head,
                                                     const wire::Want& want) override;

    /// Something is to be made.
    [[nodiscard]] bool has_work();
    /// Makes the next part of it; true with the last of a segment.
    bool make_part();

    [[nodiscard]] static bool is_path(std::string_view path);
    /// Of GET address/PART.
    [[nodiscard]] Result<std::string> answer(std::string_view path);

    /// Something happens to the file of a part: it is gone, or one of its bytes is another.
    void spoil(std::string_view path, Random& random);

private:
    using File = std::pair<services::SegmentName, std::uint32_t>;

    /// What is being made.
    struct Making {
        services::SegmentName name;
        std::uint32_t next = 0;
        RowPlace after{};
        std::uint64_t rows = 0;
    };

    void delete_gone();

    const SegmentProfile& profile_;
    services::Hub& hub_;
    auth::AuthService& auth_;
    const Environment& environment_;
    services::SegmentShelf shelf_;
    std::optional<Making> making_;
    std::map<File, std::string> files_;
};

}  // namespace holdfast::sim
