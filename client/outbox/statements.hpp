#pragma once

#include "client/outbox/outbox.hpp"

namespace holdfast::client {

/// What the outbox asks of SQLite, prepared once. Inside client/outbox only.
struct Outbox::Statements {
    sqlite::Statement insert;
    sqlite::Statement offer;
    sqlite::Statement settle;
    sqlite::Statement erase;
    sqlite::Statement write_value;
    sqlite::Statement write_account;
    sqlite::Statement write_draft;
    sqlite::Statement erase_draft;
    sqlite::Statement write_file;
    sqlite::Statement erase_file;
    sqlite::Statement write_piece;
    sqlite::Statement read_piece;
    sqlite::Statement erase_pieces;
    sqlite::Statement erase_unused;
};

}  // namespace holdfast::client
