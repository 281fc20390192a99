#include "server/services/policy.hpp"

#include "server/services/server_world.hpp"

namespace holdfast::services {

Result<body::Entitlement> read_entitlement(storage::Storage& storage, Id organization) {
    HF_TRY(const auto directory, storage.find_bucket(BucketKind::directory, organization));
    if (!directory) {
        return body::Entitlement{};
    }
    return entitlement_of(ServerWorld(storage, organization), organization);
}

Result<body::OfflinePolicy> read_policy(storage::Storage& storage, Id organization) {
    HF_TRY(const auto entitlement, read_entitlement(storage, organization));
    return body::policy_of(entitlement);
}

std::string encode_policy(const body::OfflinePolicy& policy) {
    const auto word = [](bool value) { return std::string(value ? "true" : "false"); };
    std::string text = R"({"granted":)" + word(policy.granted) + R"(,"automatic":)" +
                       word(policy.automatic) + R"(,"allow_messages":)" +
                       word(policy.allow_messages);
    if (policy.withdrawn) {
        text += R"(,"withdrawn":true)";
    }
    if (policy.pin_required) {
        text += R"(,"pin_required":true)";
    }
    if (policy.offline_days_max != 0) {
        text += R"(,"offline_days_max":)" + std::to_string(policy.offline_days_max);
    }
    if (policy.attachment_bytes_max != 0) {
        text += R"(,"attachment_bytes_max":)" + std::to_string(policy.attachment_bytes_max);
    }
    return text + "}";
}

}  // namespace holdfast::services
