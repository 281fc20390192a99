#pragma once

#include <string>

#include "core/files/testing/pictures.hpp"
#include "core/model/file_claim.hpp"

/// For tests only: files as a device claims them.
namespace holdfast::fixture {

/// Minted by a device, as an intent's.
inline constexpr Id picture_id = Id::make(2000, 71);
inline constexpr Id paper_id = Id::make(2000, 72);

inline FileClaim picture_claim() {
    return {.id = picture_id,
            .name = "pump.jpg",
            .type = "image/jpeg",
            .bytes = 81'234,
            .sha256 = std::string(64, 'a'),
            .width = 1600,
            .height = 1200,
            .thumbnail = files::testing::base64(files::testing::png(160, 120))};
}
inline FileClaim paper_claim() {
    return {.id = paper_id,
            .name = "plan.pdf",
            .type = "application/pdf",
            .bytes = 1'000'000,
            .sha256 = std::string(64, 'b')};
}

}  // namespace holdfast::fixture
