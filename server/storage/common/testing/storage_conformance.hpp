#pragma once

/// What every Storage has to do, as a suite of tests. In the test program of an implementation:
///
///     #include "server/storage/common/testing/storage_conformance.hpp"
///     INSTANTIATE_TEST_SUITE_P(sqlite, StorageConformance, Values(backend), backend_name);
///     INSTANTIATE_TEST_SUITE_P(sqlite, StorageModelConformance, Values(backend), backend_name);
///
/// Include it in one source file of the program only: it defines the tests.

#include "server/storage/common/testing/storage_conformance_fixture.hpp"
#include "server/storage/common/testing/storage_conformance_model.hpp"
#include "server/storage/common/testing/storage_conformance_routines.hpp"
#include "server/storage/common/testing/storage_conformance_rows.hpp"
#include "server/storage/common/testing/storage_conformance_tables.hpp"
#include "server/storage/common/testing/storage_conformance_transactions.hpp"

namespace holdfast::storage {

inline std::string backend_name(const ::testing::TestParamInfo<StorageBackend>& info) {
    return info.param.name;
}

}  // namespace holdfast::storage
