#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/random.hpp"

struct sqlite3_vfs;

namespace holdfast::sim {

/// A simulated disk with a SQLite VFS on top: files in memory that remember what was synced.
///
/// A process can be killed at any write (`kill_after_writes`): that write and all I/O after it
/// fail, so whatever the process would have done next does not happen. A power cut (`lose_power`)
/// then keeps, of the writes since a file's last sync, any subset, torn at 512-byte sectors;
/// `restart` brings the disk back. Threads  one.
class Disk {
public:
    explicit Disk(std::string name);
    ~Disk();
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    /// Name of the registered VFS.
    [[nodiscard]] const std::string& vfs() const { return name_; }

    /// The next process dies at its `writes`-th write from now.
    void kill_after_writes(std::uint64_t writes) { writes_left_ = writes; }
    void do_not_kill() { writes_left_ = no_limit; }
    /// Whether the process that uses the disk has died.
    [[nodiscard]] bool dead() const { return dead_; }
    void kill() { dead_ = true; }

    /// Power is gone: writes that were not synced survive or not, in whole sectors.
    void lose_power(Random& random);
    /// A new process may use the disk.
    void restart() {
        dead_ = false;
        do_not_kill();
    }

    /// Syncs of files whose name begins so are confirmed and do not happen: a break, never a fault
    /// that anything could survive.
    void ignore_syncs_of(std::string prefix) { unsynced_prefix_ = std::move(prefix); }

    /// All files as they are on another disk now, synced: an image that was copied.
    void copy_files(const Disk& other);
    /// What a backup holds that is taken now, and back to it: everything else is gone.
    using Files = std::map<std::string, std::string>;
    [[nodiscard]] Files backup() const;
    void restore(const Files& files);

    /// Bytes that all files together may have; writes beyond fail as on a full disk.
    void set_capacity(std::uint64_t bytes) { capacity_ = bytes; }
    static constexpr std::uint64_t no_limit = ~std::uint64_t{0};

    [[nodiscard]] std::uint64_t writes() const { return writes_; }
    [[nodiscard]] std::uint64_t bytes() const;

    // What the VFS does; `int` results are SQLite's codes.
    struct Write {
        std::size_t offset = 0;
        std::string bytes;
        bool truncates = false;  ///< to `offset`
    };
    struct File {
        std::string synced;          ///< survives a power cut
        std::string current;         ///< what reads see
        std::vector<Write> pending;  ///< from `synced` to `current`
        bool ignores_syncs = false;
    };
    int read(const File& file, void* bytes, int count, std::int64_t offset) const;
    int write(File& file, const void* bytes, int count, std::int64_t offset);
    int truncate(File& file, std::int64_t size);
    int sync(File& file);
    File& open(const std::string& path);
    [[nodiscard]] bool exists(const std::string& path) const;
    int remove(const std::string& path);

private:
    [[nodiscard]] bool dies_at_this_write();

    std::string name_;
    std::unique_ptr<sqlite3_vfs> registration_;
    std::map<std::string, File> files_;
    std::optional<std::string> unsynced_prefix_;
    std::uint64_t writes_left_ = no_limit;
    std::uint64_t capacity_ = no_limit;
    std::uint64_t writes_ = 0;
    bool dead_ = false;
};

}  // namespace holdfast::sim
