#include "sim/disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "platform/sqlite/exclusive_vfs.hpp"

namespace holdfast::sim {
namespace {

constexpr std::size_t sector_bytes = 512;

void replay(std::string& content, const Disk::Write& write) {
    if (write.truncates) {
        content.resize(write.offset);
        return;
    }
    if (content.size() < write.offset + write.bytes.size()) {
        content.resize(write.offset + write.bytes.size());
    }
    std::memcpy(content.data() + write.offset, write.bytes.data(), write.bytes.size());
}

// ------------------------------------------------------------------ SQLite's side

struct VfsFile {
    sqlite3_file base;
    Disk* disk;
    Disk::File* file;
};

VfsFile& self(sqlite3_file* file) {
    return *reinterpret_cast<VfsFile*>(file);
}
Disk& disk_of(sqlite3_vfs* vfs) {
    return *static_cast<Disk*>(vfs->pAppData);
}

int x_close(sqlite3_file*) {
    return SQLITE_OK;
}
int x_read(sqlite3_file* file, void* bytes, int count, sqlite3_int64 offset) {
    return self(file).disk->read(*self(file).file, bytes, count, offset);
}
int x_write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    return self(file).disk->write(*self(file).file, bytes, count, offset);
}
int x_truncate(sqlite3_file* file, sqlite3_int64 size) {
    return self(file).disk->truncate(*self(file).file, size);
}
int x_sync(sqlite3_file* file, int) {
    return self(file).disk->sync(*self(file).file);
}
int x_file_size(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(self(file).file->current.size());
    return SQLITE_OK;
}
int x_sector_size(sqlite3_file*) {
    return static_cast<int>(sector_bytes);
}
int x_device_characteristics(sqlite3_file*) {
    return 0;
}

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

int x_open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
    Disk& disk = disk_of(vfs);
    file->pMethods = nullptr;
    if (disk.dead() || name == nullptr) {
        return SQLITE_CANTOPEN;
    }
    auto* opened = reinterpret_cast<VfsFile*>(file);
    opened->disk = &disk;
    opened->file = &disk.open(name);
    opened->base.pMethods = &io_methods;
    if (out_flags != nullptr) {
        *out_flags = flags;
    }
    return SQLITE_OK;
}
int x_delete(sqlite3_vfs* vfs, const char* name, int) {
    return disk_of(vfs).remove(name);
}
int x_access(sqlite3_vfs* vfs, const char* name, int, int* result) {
    *result = disk_of(vfs).exists(name) ? 1 : 0;
    return SQLITE_OK;
}
int x_randomness(sqlite3_vfs*, int count, char* out) {
    // SQLite uses it for the WAL's salts: the same in every run, so that a seed repeats exactly.
    std::memset(out, 42, static_cast<std::size_t>(count));
    return count;
}
int x_current_time(sqlite3_vfs*, double* days) {
    *days = 2461000.5;
    return SQLITE_OK;
}

}  // namespace

Disk::Disk(std::string name)
    : name_(std::move(name)), registration_(std::make_unique<sqlite3_vfs>()) {
    sqlite3_vfs& vfs = *registration_;
    vfs = sqlite::exclusive_vfs();
    vfs.szOsFile = static_cast<int>(sizeof(VfsFile));
    vfs.zName = name_.c_str();
    vfs.pAppData = this;
    vfs.xOpen = x_open;
    vfs.xDelete = x_delete;
    vfs.xAccess = x_access;
    vfs.xRandomness = x_randomness;
    vfs.xCurrentTime = x_current_time;
    sqlite3_vfs_register(&vfs, 0);
}

Disk::~Disk() {
    // SQLite puts one that encrypts over it where somebody asks for it.
    sqlite3mc_vfs_destroy(("multipleciphers-" + name_).c_str());
    sqlite3_vfs_unregister(registration_.get());
}

bool Disk::dies_at_this_write() {
    if (dead_) {
        return true;
    }
    writes_ += 1;
    if (writes_left_ != no_limit && writes_left_-- == 0) {
        dead_ = true;
    }
    return dead_;
}

int Disk::read(const File& file, void* bytes, int count, std::int64_t offset) const {
    if (dead_) {
        return SQLITE_IOERR_READ;
    }
    const auto begin = static_cast<std::size_t>(offset);
    const auto wanted = static_cast<std::size_t>(count);
    const std::size_t there =
        begin < file.current.size() ? std::min(wanted, file.current.size() - begin) : 0;
    std::memcpy(bytes, file.current.data() + std::min(begin, file.current.size()), there);
    if (there < wanted) {
        std::memset(static_cast<char*>(bytes) + there, 0, wanted - there);
        return SQLITE_IOERR_SHORT_READ;
    }
    return SQLITE_OK;
}

int Disk::write(File& file, const void* bytes, int count, std::int64_t offset) {
    if (dies_at_this_write()) {
        return SQLITE_IOERR_WRITE;
    }
    Write write{static_cast<std::size_t>(offset),
                {static_cast<const char*>(bytes), static_cast<std::size_t>(count)}};
    const std::size_t end = write.offset + write.bytes.size();
    if (capacity_ != no_limit && end > file.current.size() &&
        this->bytes() + (end - file.current.size()) > capacity_) {
        return SQLITE_FULL;
    }
    replay(file.current, write);
    file.pending.push_back(std::move(write));
    return SQLITE_OK;
}

int Disk::truncate(File& file, std::int64_t size) {
    if (dies_at_this_write()) {
        return SQLITE_IOERR_TRUNCATE;
    }
    Write write{static_cast<std::size_t>(size), {}, true};
    replay(file.current, write);
    file.pending.push_back(std::move(write));
    return SQLITE_OK;
}

int Disk::sync(File& file) {
    if (dead_) {
        return SQLITE_IOERR_FSYNC;
    }
    if (file.ignores_syncs) {
        return SQLITE_OK;
    }
    for (const Write& write : file.pending) {
        replay(file.synced, write);
    }
    file.pending.clear();
    return SQLITE_OK;
}

Disk::File& Disk::open(const std::string& path) {
    File& file = files_[path];
    file.ignores_syncs = unsynced_prefix_ && path.starts_with(*unsynced_prefix_);
    return file;
}

void Disk::copy_files(const Disk& other) {
    restore(other.backup());
}

Disk::Files Disk::backup() const {
    Files files;
    for (const auto& [path, file] : files_) {
        files.emplace(path, file.current);
    }
    return files;
}

void Disk::restore(const Files& files) {
    files_.clear();
    for (const auto& [path, bytes] : files) {
        files_[path] = File{.synced = bytes, .current = bytes, .pending = {}};
    }
}

bool Disk::exists(const std::string& path) const {
    const auto file = files_.find(path);
    return file != files_.end() && !file->second.current.empty();
}

int Disk::remove(const std::string& path) {
    if (dies_at_this_write()) {
        return SQLITE_IOERR_DELETE;
    }
    // As on a journalling file system, a removal is durable at once; open handles keep the file.
    if (const auto file = files_.find(path); file != files_.end()) {
        file->second = File{};
    }
    return SQLITE_OK;
}

void Disk::lose_power(Random& random) {
    dead_ = true;
    for (auto& [path, file] : files_) {
        for (const Write& write : file.pending) {
            if (write.truncates) {
                if (random.chance(500)) {
                    replay(file.synced, write);
                }
                continue;
            }
            for (std::size_t at = 0; at < write.bytes.size(); at += sector_bytes) {
                if (random.chance(500)) {
                    replay(file.synced,
                           Write{write.offset + at, write.bytes.substr(at, sector_bytes)});
                }
            }
        }
        file.pending.clear();
        file.current = file.synced;
    }
}

std::uint64_t Disk::bytes() const {
    std::uint64_t total = 0;
    for (const auto& [path, file] : files_) {
        total += file.current.size();
    }
    return total;
}

}  // namespace holdfast::sim
