// OM24, OM33: what an answer does, and every way in which it is refused.

#include "core/rules/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/forms/civil.hpp"
#include "core/model/args.hpp"
#include "core/model/limits.hpp"
#include "core/model/testing/file_claims.hpp"
#include "core/rules/form_cache.hpp"
#include "core/rules/testing/act.hpp"
#include "core/rules/testing/sample_forms.hpp"

namespace holdfast {
namespace {

using fixture::code_of;
using fixture::inspection_v1;
using fixture::new_id;
using ::testing::SizeIs;

constexpr auto submit = IntentKind::answer_submit;
constexpr const char* right = R"({"asset":["631"],"safe":["yes"],"seen":" Dry. "})";

class Answers : public fixture::RulesTest {
protected:
    Answers() { fixture::add_forms(org); }

    Result<Effects> send(Id user, std::string answers, Id form = inspection_v1) {
        return act(user,
                   submit,
                   args::AnswerSubmit{.channel = Org::pumps,
                                      .form = form,
                                      .answers = std::move(answers),
                                      .offset_minutes = 60});
    }
};

TEST_F(Answers, OM24_an_answer_is_a_message_with_the_forms_title_and_a_row_of_the_same_id) {
    const Effects effects =
        done(Org::ana, submit, args::AnswerSubmit{Org::pumps, inspection_v1, right, 60});
    ASSERT_THAT(effects.rows, SizeIs(3));  // the read mark too
    const body::Message card = message(Org::pumps, new_id);
    EXPECT_EQ(card.author, Org::ana);
    EXPECT_EQ(card.form, inspection_v1);
    EXPECT_EQ(card.text, "Inspection");
    EXPECT_EQ(effects.rows[1].sort, at_ms);
    const auto stored =
        row({org.world.bucket_id(BucketKind::timeline, Org::pumps), RowKind::answer, new_id});
    ASSERT_TRUE(stored);
    const body::Answer answer = body::parse_answer(stored->body).value();
    EXPECT_EQ(answer.author, Org::ana);
    EXPECT_EQ(answer.version, inspection_v1);
    EXPECT_EQ(answer.answers, R"({"asset":["631"],"safe":["yes"],"seen":"Dry."})");
    EXPECT_EQ(answer.offset_minutes, 60);
    EXPECT_EQ(read_mark(Org::ana, Org::pumps)->message, new_id);
}

TEST_F(Answers, a_refusal_names_the_component) {
    const auto refused = [&](const char* answers) {
        const auto result = send(Org::ana, answers);
        return result ? std::string("accepted")
                      : std::string(error_name(result.error().code)) + result.error().params;
    };
    EXPECT_EQ(refused(R"({"asset":["631"],"safe":["yes"]})"),
              R"(answer.required{"component":"seen"})");
    EXPECT_EQ(refused(R"({"asset":["999"],"safe":["yes"],"seen":"Dry."})"),
              R"(answer.not_a_choice{"component":"asset","value":"999"})");
    EXPECT_EQ(refused(R"({"asset":["631"],"safe":["yes"],"seen":"Dry.","why":"x"})"),
              R"(answer.hidden{"component":"why"})");
    EXPECT_EQ(refused(R"({"asset":["631"],"safe":["yes"],"seen":"Dry.","size":"x"})"),
              R"(answer.unknown_component{"component":"size"})");
    EXPECT_EQ(refused(R"({"asset":["631"],"safe":["yes"],"seen":"No"})"),
              R"(answer.too_short{"component":"seen","min":"3"})");
}

TEST_F(Answers, are_judged_by_the_elements_of_the_channel_and_of_the_user) {
    fixture::add_filtered_form(org);
    const auto said = [&](const char* answers) {
        const auto result = send(Org::ana, answers, fixture::order_v1);
        return result ? std::string("accepted")
                      : std::string(error_name(result.error().code)) + result.error().params;
    };
    EXPECT_EQ(said("{}"), R"(form.not_here{"filter":"collection"})");

    const body::HeldElement north{fixture::site_north, "site", "north"};
    const body::HeldElement south{fixture::site_south, "site", "south"};
    const BucketId channel = org.world.bucket_id(BucketKind::channel, Org::pumps);
    auto place = body::parse_channel(row({channel, RowKind::channel, Org::pumps})->body).value();
    place.elements = {north};
    org.world.put({channel, RowKind::channel, Org::pumps}, body::encode(place));
    const BucketId directory = org.world.directory().value();
    auto ana = body::parse_user(row({directory, RowKind::user, Org::ana})->body).value();
    ana.elements = {south};
    org.world.put({directory, RowKind::user, Org::ana}, body::encode(ana));

    EXPECT_EQ(said(R"({"here":["631"],"mine":["632"]})"), "accepted");
    EXPECT_EQ(said(R"({"here":["632"]})"),
              R"(answer.not_a_choice{"component":"here","value":"632"})");
    EXPECT_EQ(said(R"({"mine":["631"]})"),
              R"(answer.not_a_choice{"component":"mine","value":"631"})");
    EXPECT_EQ(offer_in(org.world, Org::ana, Org::pumps)->channel_elements,
              (std::vector<std::string>{"north"}));
}

TEST_F(Answers, OM33_to_an_older_version_are_taken_until_the_day_that_the_form_says) {
    const BucketId forms = org.world.bucket_id(BucketKind::forms, Org::organization);
    const auto take_until = [&](const char* day) {
        const std::string definition =
            R"({"code":"inspection","version":2,"title":{"en":"Inspection"},"older_until":")" +
            std::string(day) + R"(","components":[{"id":"grade","kind":"rating"}]})";
        org.world.put(
            {forms, RowKind::form_version, fixture::inspection_v2},
            body::encode(body::FormVersion{.form = fixture::inspection, .definition = definition}));
    };
    const std::string today = forms::to_string(forms::day_at(WallTime{at_ms}, 0));
    take_until(today.c_str());
    EXPECT_TRUE(send(Org::ana, right));
    take_until("1970-01-01");
    EXPECT_EQ(code_of(send(Org::ana, right)), ErrorCode::task_form_outdated);
    EXPECT_TRUE(send(Org::ana, R"({"grade":4})", fixture::inspection_v2));
    org.world.become_device(Org::ana);
    EXPECT_TRUE(send(Org::ana, right)) << "a device leaves that to the server";
}

TEST_F(Answers, OM33_to_a_version_that_is_not_taken_any_more_are_brought_into_the_current_one) {
    const BucketId forms = org.world.bucket_id(BucketKind::forms, Org::organization);
    const std::string definition =
        R"({"code":"inspection","version":2,"title":{"en":"Check"},"older_until":"1970-01-01",)"
        R"("components":[{"id":"seen","kind":"written","required":true},)"
        R"({"id":"grade","kind":"rating"},)"
        R"({"id":"safe","kind":"list","items":[{"value":"yes"}]}]})";
    org.world.put(
        {forms, RowKind::form_version, fixture::inspection_v2},
        body::encode(body::FormVersion{.form = fixture::inspection, .definition = definition}));
    done(Org::ana, submit, args::AnswerSubmit{Org::pumps, inspection_v1, right, 60});
    const RowKey key{
        org.world.bucket_id(BucketKind::timeline, Org::pumps), RowKind::answer, new_id};
    const body::Answer answer = body::parse_answer(row(key)->body).value();
    EXPECT_EQ(answer.version, inspection_v1);
    EXPECT_EQ(answer.answers, R"({"asset":["631"],"safe":["yes"],"seen":"Dry."})")
        << "as it was sent";
    EXPECT_EQ(answer.upcast, fixture::inspection_v2);
    EXPECT_EQ(answer.aside, std::vector<std::string>{"asset"});
    EXPECT_EQ(rules::answers_taken(answer), R"({"safe":["yes"],"seen":"Dry."})");
    EXPECT_EQ(message(Org::pumps, new_id).form, inspection_v1);
    EXPECT_EQ(code_of(send(Org::ana, R"({"asset":["631"],"safe":["no"],"seen":"Dry.","why":"x"})")),
              ErrorCode::task_form_outdated)
        << "a choice that is gone";
}

TEST_F(Answers, are_judged_by_the_version_that_the_person_had) {
    EXPECT_TRUE(send(Org::ana, right));
    EXPECT_TRUE(send(Org::ana, R"({"grade":4})", fixture::inspection_v2));
    EXPECT_EQ(code_of(send(Org::ana, right, fixture::inspection_v2)),
              ErrorCode::answer_unknown_component);
    EXPECT_EQ(code_of(send(Org::ana, right, Id{699})), ErrorCode::intent_gone);
}

TEST_F(Answers, name_people_as_the_directory_relates_them) {
    constexpr Id handover{604};
    constexpr Id handover_v1{615};
    constexpr std::string_view json =
        R"({"code":"handover","components":[)"
        R"({"id":"boss","kind":"users","among":"bosses"},)"
        R"({"id":"own","kind":"users","among":"subordinates","max":3},)"
        R"({"id":"peer","kind":"users","among":"peers"},)"
        R"({"id":"job","kind":"users","among":"job","job":"Welder"}]})";
    org.world.put(
        {org.world.bucket_id(BucketKind::forms, Org::organization),
         RowKind::form_version,
         handover_v1},
        body::encode(body::FormVersion{.form = handover, .definition = std::string(json)}));
    // Ana and Bruno report to Olga; Pablo to Ana.
    org.put_user(Org::olga, {.name = "Olga"});
    org.put_user(Org::ana, {.name = "Ana", .roles = {Org::worker}, .bosses = {Org::olga}});
    org.put_user(Org::bruno, {.name = "Bruno", .job = "Welder", .bosses = {Org::olga}});
    org.put_user(Org::pablo, {.name = "Pablo", .bosses = {Org::ana}});
    const auto told = [&](const char* component, Id chosen) {
        const auto sent =
            send(Org::ana,
                 R"({")" + std::string(component) + R"(":[")" + to_string(chosen) + R"("]})",
                 handover_v1);
        return sent ? ErrorCode::none : sent.error().code;
    };
    EXPECT_EQ(told("boss", Org::olga), ErrorCode::none);
    EXPECT_EQ(told("boss", Org::bruno), ErrorCode::answer_not_a_choice);
    EXPECT_EQ(told("own", Org::pablo), ErrorCode::none);
    EXPECT_EQ(told("own", Org::olga), ErrorCode::answer_not_a_choice);
    EXPECT_EQ(told("peer", Org::bruno), ErrorCode::none);
    EXPECT_EQ(told("peer", Org::ana), ErrorCode::answer_not_a_choice) << "nobody is their own peer";
    EXPECT_EQ(told("peer", Org::pablo), ErrorCode::answer_not_a_choice);
    EXPECT_EQ(told("job", Org::bruno), ErrorCode::none);
    EXPECT_EQ(told("job", Org::pablo), ErrorCode::answer_not_a_choice);
    EXPECT_EQ(told("job", Id{999'999}), ErrorCode::answer_not_a_choice);
}

TEST_F(Answers, an_element_that_was_taken_out_of_use_meanwhile_stays_a_choice) {
    EXPECT_TRUE(send(Org::ana, R"({"asset":["633"],"safe":["yes"],"seen":"Dry."})"));
}

TEST_F(Answers, need_a_reader_who_may_change_things_and_whom_the_form_is_for) {
    EXPECT_EQ(code_of(send(Org::rita, right)), ErrorCode::access_read_only);
    EXPECT_EQ(code_of(send(Org::pablo, right)), ErrorCode::access_forbidden);
    EXPECT_EQ(code_of(send(Org::ana, "{}", fixture::night_round_v1)), ErrorCode::access_forbidden);
    EXPECT_TRUE(send(Org::olga, "{}", fixture::night_round_v1));  // an administrator
    const args::AnswerSubmit to_news{Org::news, inspection_v1, right, 0};
    EXPECT_EQ(code_of(act(Org::bruno, submit, to_news)), ErrorCode::access_read_only);
    EXPECT_TRUE(act(Org::ana, submit, to_news));  // administrator of the channel
}

TEST_F(Answers, the_title_is_in_the_organizations_language_or_the_next_best) {
    done(Org::olga, submit, args::AnswerSubmit{Org::pumps, fixture::night_round_v1, "{}", 0});
    EXPECT_EQ(message(Org::pumps, new_id).text, "Ronda");
    const forms::Texts texts{{"en", "Yes"}, {"es", "Sí"}};
    EXPECT_EQ(text_in(texts, "es"), "Sí");
    EXPECT_EQ(text_in(texts, "de"), "Yes");
    EXPECT_EQ(text_in({}, "de"), "");
}

TEST_F(Answers, of_an_id_that_is_taken_are_a_conflict) {
    EXPECT_TRUE(send(Org::ana, right));
    done(Org::ana, submit, args::AnswerSubmit{Org::pumps, inspection_v1, right, 0});
    EXPECT_EQ(code_of(send(Org::ana, right)), ErrorCode::intent_id_conflict);
}

TEST_F(Answers, keep_the_limits) {
    EXPECT_EQ(code_of(act(
                  Org::ana, submit, args::AnswerSubmit{Org::pumps, inspection_v1, right, 15 * 60})),
              ErrorCode::intent_malformed);
    const std::string large(limits::answer_args_bytes_max, 'x');
    EXPECT_EQ(code_of(send(Org::ana, R"({"seen":")" + large + R"("})")),
              ErrorCode::request_too_large);
    const std::string long_text(30'000, 'x');  // more than other intents may have
    EXPECT_EQ(
        code_of(send(Org::ana,
                     R"({"asset":["631"],"safe":["no"],"why":"x","seen":")" + long_text + R"("})")),
        ErrorCode::answer_too_long);
}

TEST_F(Answers, cannot_be_deleted) {
    done(Org::ana, submit, args::AnswerSubmit{Org::pumps, inspection_v1, right, 0});
    EXPECT_EQ(code_of(act(Org::ana,
                          IntentKind::message_delete,
                          args::MessageTarget{Org::pumps, new_id},
                          Id{901})),
              ErrorCode::access_forbidden);
}

TEST_F(Answers, a_form_that_was_read_once_is_kept_and_never_found_for_another_organization) {
    FormCache cache;
    const auto form = find_form(org.world, Org::organization, inspection_v1);
    ASSERT_TRUE(form);
    const BucketId forms = org.world.bucket_id(BucketKind::forms, Org::organization);
    EXPECT_EQ(cache.find(forms, inspection_v1), nullptr);
    cache.put(forms, *form);
    EXPECT_EQ(cache.find(forms, inspection_v1), *form);
    EXPECT_EQ(cache.find(BucketId{forms.value + 1}, inspection_v1), nullptr);
    for (std::uint64_t i = 1; i <= limits::forms_cached_max; ++i) {
        const auto other = std::make_shared<KnownForm>(KnownForm{.version = Id{i}});
        cache.put(forms, other);
        EXPECT_NE(cache.find(forms, inspection_v1), nullptr);  // used again each time
    }
    EXPECT_EQ(cache.find(forms, Id{1}), nullptr);  // the one that was not used for longest
}

TEST_F(Answers, a_form_is_begun_with_its_present_version_while_it_is_in_use) {
    const auto current = [&](Id form) {
        return current_version(org.world, Org::organization, form);
    };
    EXPECT_EQ(current(fixture::inspection).value(), fixture::inspection_v2);
    EXPECT_EQ(code_of(current(Id{699})), ErrorCode::intent_gone);
    const BucketId forms = org.world.bucket_id(BucketKind::forms, Org::organization);
    org.world.put({forms, RowKind::form, fixture::inspection},
                  body::encode(body::Form{.current = fixture::inspection_v2, .active = false}));
    EXPECT_EQ(code_of(current(fixture::inspection)), ErrorCode::intent_gone);
}

TEST_F(Answers, a_stored_form_that_cannot_be_read_is_the_storages_fault) {
    const BucketId forms = org.world.bucket_id(BucketKind::forms, Org::organization);
    org.world.put({forms, RowKind::form_version, Id{650}},
                  body::encode(body::FormVersion{.definition = R"({"code":"x"})"}));
    EXPECT_EQ(code_of(send(Org::ana, "{}", Id{650})), ErrorCode::storage_corrupt);
}

TEST_F(Answers, OM24_name_pictures_that_the_same_intent_claims) {
    fixture::add_files_form(org);
    const auto send_with = [&](std::string answers, std::vector<FileClaim> files) {
        return act(Org::ana,
                   submit,
                   args::AnswerSubmit{
                       Org::pumps, fixture::survey_v1, std::move(answers), 0, std::move(files)});
    };
    const std::string photo = R"({"photo":[")" + to_string(fixture::picture_id) + R"("]})";
    const auto sent = send_with(photo, {fixture::picture_claim()});
    ASSERT_TRUE(sent) << error_name(sent.error().code) << sent.error().params;
    EXPECT_EQ(code_of(send_with(photo, {})), ErrorCode::answer_file_unknown);
    EXPECT_EQ(code_of(send_with(photo, {fixture::picture_claim(), fixture::paper_claim()})),
              ErrorCode::answer_file_unknown);
    FileClaim paper = fixture::paper_claim();
    paper.id = fixture::picture_id;
    EXPECT_EQ(code_of(send_with(photo, {paper})), ErrorCode::answer_file_type);

    org.world.apply(*sent);
    EXPECT_THAT(message(Org::pumps, new_id).files, ::testing::ElementsAre(fixture::picture_id));
    const BucketId timeline = org.world.bucket_id(BucketKind::timeline, Org::pumps);
    EXPECT_TRUE(row({timeline, RowKind::file, fixture::picture_id}));
}

}  // namespace
}  // namespace holdfast
