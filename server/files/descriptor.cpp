#include "server/files/descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace holdfast::files {

Descriptor::~Descriptor() {
    if (number_ >= 0) {
        close(number_);
    }
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

Result<Descriptor> Descriptor::open(const std::string& path, int flags) {
    constexpr mode_t owner_only = 0600;
    const int number = ::open(path.c_str(), flags | O_CLOEXEC, owner_only);
    if (number < 0) {
        return system_failure("open " + path);
    }
    return Descriptor(number);
}

Result<std::int64_t> Descriptor::size() const {
    struct stat facts{};
    if (fstat(number_, &facts) != 0) {
        return system_failure("fstat");
    }
    return facts.st_size;
}

Result<> Descriptor::write_at(std::int64_t at, std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t written = pwrite(number_, bytes.data(), bytes.size(), at);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return system_failure("pwrite");
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
        at += written;
    }
    return {};
}

Result<std::string> Descriptor::read_at(std::int64_t at, std::size_t max) const {
    std::string bytes(max, '\0');
    ssize_t got = -1;
    do {
        got = pread(number_, bytes.data(), bytes.size(), at);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return system_failure("pread");
    }
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
}

Result<> Descriptor::sync() const {
    return fdatasync(number_) == 0 ? Result<>{} : system_failure("fdatasync");
}

std::unexpected<Error> system_failure(const std::string& what) {
    const bool is_full = errno == ENOSPC || errno == EDQUOT;
    return fail(is_full ? ErrorCode::storage_full : ErrorCode::storage_failed,
                what + ": " + std::strerror(errno));
}

Result<> sync_folder(const std::string& path) {
    HF_TRY(const Descriptor folder, Descriptor::open(path, O_RDONLY | O_DIRECTORY));
    return folder.sync();
}

}  // namespace holdfast::files
