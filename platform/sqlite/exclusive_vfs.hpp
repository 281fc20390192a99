#pragma once

#include <sqlite3.h>

/// What every VFS of ours answers alike: one whose files only one connection can have open, and
/// whose names are paths already. A VFS starts from these tables and adds how its files are read
/// and written.
namespace holdfast::sqlite {

namespace exclusive {

inline int lock(sqlite3_file*, int) {
    return SQLITE_OK;
}
inline int check_reserved_lock(sqlite3_file*, int* reserved) {
    *reserved = 0;
    return SQLITE_OK;
}
inline int file_control(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}
inline int full_pathname(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
}
/// Nobody else holds a lock that waiting would free.
inline int sleep(sqlite3_vfs*, int microseconds) {
    return microseconds;
}

/// Which error of the system it was, nobody can say. The VFS that encrypts asks all the same.
inline int last_error(sqlite3_vfs*, int, char*) {
    return 0;
}

}  // namespace exclusive

/// To be added: xClose, xRead, xWrite, xTruncate, xSync, xFileSize, xSectorSize and
/// xDeviceCharacteristics. There is no shared memory: WAL needs `locking_mode=EXCLUSIVE`.
constexpr sqlite3_io_methods exclusive_io_methods() {
    sqlite3_io_methods methods{};
    methods.iVersion = 1;
    methods.xLock = exclusive::lock;
    methods.xUnlock = exclusive::lock;
    methods.xCheckReservedLock = exclusive::check_reserved_lock;
    methods.xFileControl = exclusive::file_control;
    return methods;
}

/// To be added: szOsFile, zName, pAppData, xOpen, xDelete, xAccess, xRandomness and xCurrentTime.
constexpr sqlite3_vfs exclusive_vfs() {
    sqlite3_vfs vfs{};
    vfs.iVersion = 1;
    vfs.mxPathname = 256;
    vfs.xFullPathname = exclusive::full_pathname;
    vfs.xSleep = exclusive::sleep;
    vfs.xGetLastError = exclusive::last_error;
    return vfs;
}

}  // namespace holdfast::sqlite
