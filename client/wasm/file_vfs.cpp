#include "client/wasm/file_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

#include "client/wasm/host.hpp"
#include "platform/sqlite/exclusive_vfs.hpp"

namespace holdfast::wasm {
namespace {

constexpr std::size_t gathered_bytes_max = 256 * 1024;

/// An open file and the sequential writes that have not gone to the host yet.
struct File {
    sqlite3_file base;
    int slot;
    std::string* gathered;
    double gathered_at;
};

File& self(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}

int write_result(int status, int failure) {
    if (status == -2) {
        return SQLITE_FULL;
    }
    return status < 0 ? failure : SQLITE_OK;
}

int drain(File& file) {
    if (file.gathered->empty()) {
        return SQLITE_OK;
    }
    const int status = host_file_write(file.slot,
                                       file.gathered->data(),
                                       static_cast<int>(file.gathered->size()),
                                       file.gathered_at);
    if (status < 0) {
        return write_result(
            status, SQLITE_IOERR_WRITE);  // kept: SQLite undoes the transaction, or tries again
    }
    file.gathered->clear();
    return SQLITE_OK;
}

int x_close(sqlite3_file* file) {
    const int status = drain(self(file));
    delete self(file).gathered;
    return status;
}

/// Lays what was gathered over the `got` bytes that the host had; returns how many are there now.
std::size_t lay_gathered(const File& file, std::span<char> bytes, double offset, std::size_t got) {
    const double from = std::max(file.gathered_at, offset);
    const double to = std::min(file.gathered_at + static_cast<double>(file.gathered->size()),
                               offset + static_cast<double>(bytes.size()));
    if (from >= to) {
        return got;
    }
    const auto begin = static_cast<std::size_t>(from - offset);
    const auto size = static_cast<std::size_t>(to - from);
    if (got < begin) {  // a gap that was never written
        std::memset(bytes.data() + got, 0, begin - got);
    }
    const auto in_gathered = static_cast<std::size_t>(from - file.gathered_at);
    std::memcpy(bytes.data() + begin, file.gathered->data() + in_gathered, size);
    return std::max(got, begin + size);
}

/// Reads what was gathered where it lies: a full disk, which does not take it, can still be read.
int x_read(sqlite3_file* file, void* bytes, int count, sqlite3_int64 offset) {
    const int read = host_file_read(self(file).slot, bytes, count, static_cast<double>(offset));
    if (read < 0) {
        return SQLITE_IOERR_READ;
    }
    const std::span<char> wanted(static_cast<char*>(bytes), static_cast<std::size_t>(count));
    const std::size_t got = lay_gathered(
        self(file), wanted, static_cast<double>(offset), static_cast<std::size_t>(read));
    if (got < wanted.size()) {
        std::memset(wanted.data() + got, 0, wanted.size() - got);
        return SQLITE_IOERR_SHORT_READ;
    }
    return SQLITE_OK;
}

int x_write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    File& target = self(file);
    const auto size = static_cast<std::size_t>(count);
    const auto at = static_cast<double>(offset);
    const bool continues =
        !target.gathered->empty() &&
        at == target.gathered_at + static_cast<double>(target.gathered->size()) &&
        target.gathered->size() + size <= gathered_bytes_max;
    if (!continues) {
        if (const int status = drain(target); status != SQLITE_OK) {
            return status;
        }
        target.gathered_at = at;
    }
    target.gathered->append(static_cast<const char*>(bytes), size);
    return SQLITE_OK;
}

int x_truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (const int status = drain(self(file)); status != SQLITE_OK) {
        return status;
    }
    return host_file_truncate(self(file).slot, static_cast<double>(size)) < 0
               ? SQLITE_IOERR_TRUNCATE
               : SQLITE_OK;
}

int x_sync(sqlite3_file* file, int) {
    if (const int status = drain(self(file)); status != SQLITE_OK) {
        return status;
    }
    return host_file_sync(self(file).slot) < 0 ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

int x_file_size(sqlite3_file* file, sqlite3_int64* size) {
    const double at_host = host_file_size(self(file).slot);
    const std::string& gathered = *self(file).gathered;
    const double end = self(file).gathered_at + static_cast<double>(gathered.size());
    *size = static_cast<sqlite3_int64>(gathered.empty() ? at_host : std::max(at_host, end));
    return SQLITE_OK;
}

int x_sector_size(sqlite3_file*) {
    return 4096;
}
int x_device_characteristics(sqlite3_file*) {
    return SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN;
}

/// The host's handle is the lock: nobody else can open the file.
constexpr sqlite3_io_methods make_io_methods() {
    sqlite3_io_methods methods = sqlite::exclusive_io_methods();
    methods.xClose = x_close;
    methods.xRead = x_read;
    methods.xWrite = x_write;
    methods.xTruncate = x_truncate;
    methods.xSync = x_sync;
    methods.xFileSize = x_file_size;
    methods.xSectorSize = x_sector_size;
    methods.xDeviceCharacteristics = x_device_characteristics;
    return methods;
}

constexpr sqlite3_io_methods io_methods = make_io_methods();

int slot_of(const char* name) {
    return host_file_open(name, static_cast<int>(std::strlen(name)));
}

int x_open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
    file->pMethods = nullptr;
    const int slot = name == nullptr ? -1 : slot_of(name);
    if (slot < 0) {
        return SQLITE_CANTOPEN;
    }
    File& opened = self(file);
    opened.slot = slot;
    opened.gathered = new std::string;
    opened.gathered_at = 0;
    opened.base.pMethods = &io_methods;
    if (out_flags != nullptr) {
        *out_flags = flags;
    }
    return SQLITE_OK;
}

int x_delete(sqlite3_vfs*, const char* name, int) {
    // Host files stay open for the life of the module: an empty file counts as none.
    const int slot = slot_of(name);
    return slot < 0 || (host_file_truncate(slot, 0) == 0 && host_file_sync(slot) == 0)
               ? SQLITE_OK
               : SQLITE_IOERR_DELETE;
}

int x_access(sqlite3_vfs*, const char* name, int, int* result) {
    const int slot = slot_of(name);
    *result = slot >= 0 && host_file_size(slot) > 0 ? 1 : 0;
    return SQLITE_OK;
}

int x_randomness(sqlite3_vfs*, int count, char* out) {
    host_random(out, count);
    return count;
}

int x_current_time(sqlite3_vfs*, double* days) {
    *days = host_wall_ms() / 86'400'000.0 + 2'440'587.5;  // Julian day of the Unix epoch
    return SQLITE_OK;
}

sqlite3_vfs make_vfs() {
    sqlite3_vfs vfs = sqlite::exclusive_vfs();
    vfs.szOsFile = sizeof(File);
    vfs.zName = file_vfs_name;
    vfs.xOpen = x_open;
    vfs.xDelete = x_delete;
    vfs.xAccess = x_access;
    vfs.xRandomness = x_randomness;
    vfs.xCurrentTime = x_current_time;
    return vfs;
}

}  // namespace

int register_file_vfs() {
    static sqlite3_vfs vfs = make_vfs();
    return sqlite3_vfs_register(&vfs, 1);
}

}  // namespace holdfast::wasm

extern "C" int sqlite3_os_init(void) {
    return holdfast::wasm::register_file_vfs();
}
extern "C" int sqlite3_os_end(void) {
    return SQLITE_OK;
}
