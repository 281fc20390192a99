#pragma once

#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "server/storage/common/inspection.hpp"

/// What `holdfast doctor` finds.
namespace holdfast::ops {

enum class Grade {
    good,
    warning,  ///< worth a look; the server may run
    bad,      ///< something is wrong that the server does not mend by itself
};

struct Finding {
    Grade grade = Grade::good;
    std::string check;  ///< stable name, for scripts: "buckets"
    std::string text;   ///< sentences for a person
};

using Findings = std::vector<Finding>;

/// Whether nothing is bad.
[[nodiscard]] bool is_sound(const Findings& findings);

/// How many single faults of one check are told; beyond them only their number is.
inline constexpr std::size_t told_faults_max = 20;

/// The checks of the data folder that need no database: whether it and its file are there and may
/// be written, who else may read them, and how much room the disk has.
/// @param file  name of the database in the folder.
[[nodiscard]] Findings examine_folder(const std::string& folder, const std::string& file);

/// The checks of the database: its file, its tables, every bucket against its rows, outcomes
/// against rows, grants against roles, the quarantine, and the clock against what is stored.
/// Errors of the storage are findings too.
/// Cost  reads everything about twice.
[[nodiscard]] Findings examine_database(storage::Inspection& inspection, WallTime now);

}  // namespace holdfast::ops
