#include "server/services/policy.hpp"

namespace holdfast::services {

Result<body::OfflinePolicy> read_policy(storage::Storage& storage, Id organization) {
    HF_TRY(const auto directory, storage.find_bucket(BucketKind::directory, organization));
    if (!directory) {
        return body::OfflinePolicy{};
    }
    HF_TRY(const auto row,
           storage.find_row({directory->bucket.id, RowKind::organization, organization}));
    if (!row) {
        return body::OfflinePolicy{};
    }
    const auto value = body::parse_organization(row->body);
    if (!value) {
        return fail(ErrorCode::storage_corrupt, "organization " + to_string(organization));
    }
    return value->offline;
}

std::string encode_policy(const body::OfflinePolicy& policy) {
    const auto word = [](bool value) { return std::string(value ? "true" : "false"); };
    return R"({"granted":)" + word(policy.granted) + R"(,"automatic":)" + word(policy.automatic) +
           R"(,"allow_messages":)" + word(policy.allow_messages) + "}";
}

}  // namespace holdfast::services
