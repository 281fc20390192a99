#include "server/admin/demo/demo_workflows.hpp"

#include "core/base/assert.hpp"
#include "server/admin/org_check.hpp"
#include "server/admin/org_plan.hpp"

namespace holdfast::admin {
namespace {

constexpr std::string_view file = R"yaml(
organization: {code: northfield}

collections:
  - code: work_order_states
    name: States of a work order
    elements:
      - {code: reported, name: 1. Reported}
      - {code: pending, name: 2. Pending}
      - {code: validation, name: 3. Validation}
      - {code: closed, name: 4. Closed}
      - {code: rejected, name: 5. Rejected}
  - code: notification_states
    name: States of a notification
    elements:
      - {code: reported, name: 1. Reported}
      - {code: in_process, name: 2. In process}
      - {code: completed, name: 3. Completed}
      - {code: rejected, name: 4. Rejected}
  - code: plan_states
    name: States of a plan
    elements:
      - {code: backlog, name: Backlog}
      - {code: doing, name: Doing}
      - {code: waiting, name: Waiting}
      - {code: ready, name: Ready}
      - {code: not_implemented, name: Not implemented}

forms:
  - code: accept_work
    title: {en: Accept the work, es: Aceptar el trabajo}
    access: {groups: [work-orders], elements: [validation]}
    components:
      - id: grade
        kind: rating
        required: true
        label: {en: "How well is it done?", es: "¿Qué tan bien está hecho?"}
      - id: remark
        kind: written
        input: long
        label: {en: Remarks, es: Observaciones}
  - code: validate_failure
    title: {en: Validate the failure, es: Validar la falla}
    access: {groups: [notifications], elements: [reported]}
    components:
      - id: valid
        kind: list
        required: true
        label: {en: "Is there a failure?", es: "¿Hay una falla?"}
        items:
          - {value: "yes", label: {en: "Yes", es: Sí}}
          - {value: "no", label: {en: "No", es: "No"}}
      - id: priority
        kind: list
        required: true
        show: {component: valid, equal: "yes"}
        label: {en: Priority, es: Prioridad}
        items:
          - {value: high, label: {en: High, es: Alta}}
          - {value: low, label: {en: Low, es: Baja}}
      - id: until
        kind: date
        show: {component: valid, equal: "yes"}
        label: {en: To be repaired until, es: Reparar hasta el}
      - id: assign
        kind: users
        among: subordinates
        show: {component: valid, equal: "yes"}
        label: {en: "Who should do it?", es: "¿Quién debería hacerlo?"}

workflows:
  - code: work_order
    group: work-orders
    name: Work order
    collection: work_order_states
    initial: reported
    start_form: {form: report_work, task: {name: what}, routines: [greet_work]}
    states:
      - code: reported
        name: 1. Reported
        kind: new
        color: "#1259c3"
        next:
          - {target: pending}
          - {target: rejected, permissions: [channel-manage]}
      - code: pending
        name: 2. Pending
        color: "#b25a00"
        next:
          - {target: validation, change: form, form: close_work}
          - {target: reported}
        survey_triggers:
          - {form: ask_for_part, routines: [order_part]}
      - code: validation
        name: 3. Validation
        color: "#6a3fb5"
        next:
          - {target: closed, change: form, form: accept_work}
          - {target: pending}
      - {code: closed, name: 4. Closed, kind: closed, color: "#0b6b4c"}
      - {code: rejected, name: 5. Rejected, kind: closed, color: "#a8112d"}

  - code: notification
    group: notifications
    name: Notification
    collection: notification_states
    initial: reported
    start_form: {form: report_incident, task: {name: description}}
    states:
      - code: reported
        name: 1. Reported
        kind: new
        color: "#a8112d"
        next:
          - {target: in_process, change: form, form: validate_failure, routines: [judge_failure]}
          - {target: rejected, change: none}
      - code: in_process
        name: 2. In process
        color: "#1259c3"
        next: [{target: completed}]
      - {code: completed, name: 3. Completed, kind: closed, color: "#0b6b4c"}
      - {code: rejected, name: 4. Rejected, kind: closed, color: "#46586b"}

  - code: task_manager
    group: preventive-plans
    name: Plan
    collection: plan_states
    initial: backlog
    start_form: {form: plan_work, task: {name: what}}
    states:
      - code: backlog
        name: Backlog
        kind: new
        color: "#46586b"
        next: [{target: doing}]
      - code: doing
        name: Doing
        color: "#1259c3"
        next: [{target: waiting}, {target: ready}, {target: not_implemented}]
        subtask: {workflow: task_manager}
      - code: waiting
        name: Waiting
        color: "#b25a00"
        next: [{target: doing}, {target: ready}, {target: not_implemented}]
        subtask: {workflow: task_manager}
      - {code: ready, name: Ready, kind: closed, color: "#0b6b4c"}
      - code: not_implemented
        name: Not implemented
        kind: closed
        color: "#a8112d"
        next: [{target: backlog}]

routines:
  - code: greet_work
    name: Greet new work
    start: urgent
    stages:
      - key: urgent
        kind: if_else
        inputs: {condition: '.answer.fields.urgent[0] == "today"'}
        next: {IF: hurry, ELSE: thank}
      - key: hurry
        kind: post_message
        inputs: {text: '"Urgent: \(.answer.fields.what) is to be done today."'}
      - key: thank
        kind: post_message
        inputs: {text: '"Thank you, \(.user.name). It is in the list."'}

  - code: judge_failure
    name: Judge a reported failure
    start: valid
    stages:
      - key: valid
        kind: if_else
        inputs: {condition: '.answer.fields.valid[0] == "yes"'}
        next: {IF: work, ELSE: refuse}
      - key: work
        kind: change_state
        inputs: {state: '"in_process"'}
        next: {SUCCESS: urgent}
      - key: urgent
        kind: if_else
        inputs: {condition: '.answer.fields.priority[0] == "high"'}
        next: {IF: hurry}
      - key: hurry
        kind: post_message
        inputs: {text: '"High priority: \(.task.name)"'}
      - key: refuse
        kind: change_state
        inputs: {state: '"rejected"'}
        next: {SUCCESS: explain}
      - key: explain
        kind: post_message
        inputs: {text: '"\(.user.name) found nothing to repair."'}

  - code: order_part
    name: Order a part
    start: note
    stages:
      - key: note
        kind: update_task
        inputs: {fields: '{"work.part": .answer.fields.part}'}
        next: {SUCCESS: tell}
      - key: tell
        kind: post_message
        inputs: {text: '"\(.answer.fields.count) × \(.answer.fields.part) asked for."'}

  - code: open_ticket
    name: Open a work order
    start: said
    stages:
      - key: said
        kind: if_else
        inputs: {condition: '.command.rest != ""'}
        next: {IF: make, ELSE: ask}
      - key: make
        kind: create_task
        inputs: {name: .command.rest, group: '"work-orders"', workflow: '"work_order"'}
        next: {SUCCESS: tell}
      - key: tell
        kind: post_message
        inputs: {text: '"Work order #\(.results.make.serial) is open: \(.command.rest)"'}
      - key: ask
        kind: post_message
        inputs: {text: '"Say what is to be done: /ticket the door does not close"'}

  - code: note_walk
    name: Look at a safety walk
    start: clean
    stages:
      - key: clean
        kind: if_else
        inputs: {condition: '.answer.fields.found == ["nothing"]'}
        next: {IF: thank, ELSE: warn}
      - key: thank
        kind: post_message
        inputs: {text: '"Nothing to mend. Thank you, \(.user.name)."'}
      - key: warn
        kind: post_message
        inputs:
          text: '"To be mended: \(.answer.fields.found | join(", ")). /ticket opens a work order."'

bots:
  - code: ticket
    name: Open a work order
    command: ticket
    hint: what is to be done
    routine: open_ticket
  - code: walks
    name: Looks at safety walks
    group: safety
    forms: [safety_walk]
    routine: note_walk
)yaml";

}  // namespace

std::string_view demo_workflows_file() {
    return file;
}

Result<OrgState> make_demo_workflows(storage::Storage& storage) {
    Problems problems;
    const OrgFile read = read_org_file(file, problems);
    HF_TRY(auto state, load_organization(storage, read.organization.code.value));
    HF_ASSERT(state.has_value());
    check_org_file(read, *state, problems);
    HF_ASSERT(problems.empty());  // it is ours, and a test reads it
    HF_CHECK(Planner(storage, read, *state, {}).run());
    return *std::move(state);
}

}  // namespace holdfast::admin
