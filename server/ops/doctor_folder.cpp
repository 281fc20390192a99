#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "server/ops/doctor.hpp"

namespace holdfast::ops {
namespace {

constexpr std::uint64_t mib = 1024 * 1024;
constexpr std::uint64_t free_bytes_bad = 64 * mib;  // a batch, its log and a checkpoint
constexpr std::uint64_t free_bytes_warn = 1024 * mib;
constexpr mode_t others_mask = S_IRWXG | S_IRWXO;

void add(Findings& findings, Grade grade, const char* check, std::string text) {
    findings.push_back({grade, check, std::move(text)});
}

void check_writable(Findings& findings, const std::string& path) {
    if (access(path.c_str(), R_OK) != 0) {
        add(findings,
            Grade::bad,
            "permissions",
            fmt::format("{} may not be read: {}.", path, std::strerror(errno)));
    } else if (access(path.c_str(), W_OK) != 0) {
        add(findings,
            Grade::bad,
            "permissions",
            fmt::format(
                "{} may not be written: {}. The server needs to.", path, std::strerror(errno)));
    }
}

/// Password hashes and the key of the tokens stand in these files.
void check_private(Findings& findings, const std::string& path) {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) {
        return;  // a log comes and goes
    }
    if ((status.st_mode & others_mask) != 0) {
        add(findings,
            Grade::warning,
            "permissions",
            fmt::format("{} is open to other users of this machine (mode {:o}), and it holds "
                        "secrets: chmod go-rwx.",
                        path,
                        status.st_mode & 07777U));
    }
}

void check_room(Findings& findings, const std::string& folder, const std::string& database) {
    struct statvfs disk{};
    if (statvfs(folder.c_str(), &disk) != 0) {
        add(findings,
            Grade::warning,
            "disk",
            fmt::format("The free space of the disk cannot be told: {}.", std::strerror(errno)));
        return;
    }
    std::error_code none;
    const auto size = std::filesystem::file_size(database, none);
    const std::uint64_t used = none ? 0 : size;
    const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    const std::string text = fmt::format("{} MiB are free, the database takes {:.1f} MiB.",
                                         free / mib,
                                         static_cast<double>(used) / static_cast<double>(mib));
    if (free < free_bytes_bad) {
        add(findings, Grade::bad, "disk", text + " Writes will be refused soon: free some space.");
    } else if (free < free_bytes_warn || free < used) {
        add(findings, Grade::warning, "disk", text + " A backup to this disk may not fit.");
    } else {
        add(findings, Grade::good, "disk", text);
    }
}

}  // namespace

Findings examine_folder(const std::string& folder, const std::string& file) {
    Findings findings;
    std::error_code none;
    const std::string database = folder + "/" + file;
    if (!std::filesystem::is_directory(folder, none)) {
        add(findings, Grade::bad, "folder", "There is no folder " + folder + ".");
        return findings;
    }
    if (!std::filesystem::is_regular_file(database, none)) {
        add(findings, Grade::bad, "folder", fmt::format("There is no {} in {}.", file, folder));
        return findings;
    }
    add(findings, Grade::good, "folder", database + " is there.");
    const std::size_t before = findings.size();
    check_writable(findings, folder);
    check_writable(findings, database);
    for (const char* name : {"", "-wal", "-shm"}) {
        check_private(findings, database + name);
    }
    if (findings.size() == before) {
        add(findings, Grade::good, "permissions", "Its files are for their owner only.");
    }
    check_room(findings, folder, database);
    return findings;
}

}  // namespace holdfast::ops
