#pragma once

#include "core/base/result.hpp"
#include "core/model/intent.hpp"
#include "core/model/world.hpp"

/// Views of a group's tasks that people save under a name. For core/rules only.
///
/// A private one is a row of its author's bucket, a shared one of the group's. Sharing one, and
/// changing or deleting one that is shared, needs permission::channel_manage; its author may always
/// take it back. A person who may change nothing else may have private ones.
namespace holdfast::rules {

/// A new view has the intent's id. One that is there is replaced, and moves to where it is said to
/// stand.
/// Errors  access_forbidden · access_read_only · intent_gone: no such view · intent_empty,
///         intent_too_long (name, size) · workflow_malformed, workflow_too_many (criteria) ·
///         on the server also view_too_many.
[[nodiscard]] Result<Effects> save_view(World& world,
                                        const Occasion& occasion,
                                        const Intent& intent);

/// One that is gone is deleted already.  Errors  access_forbidden · access_read_only.
[[nodiscard]] Result<Effects> delete_view(World& world,
                                          const Occasion& occasion,
                                          const Intent& intent);

/// Whether the person may share views in groups that they read. The error is the reason.
[[nodiscard]] Result<> may_share_views(const World& world, Id user);

}  // namespace holdfast::rules
