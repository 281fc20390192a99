#include "server/admin/demo/demo_forms.hpp"

#include <array>
#include <map>
#include <string>
#include <utility>

#include "core/base/assert.hpp"
#include "server/admin/org_file.hpp"

namespace holdfast::admin {
namespace {

constexpr std::string_view file = R"yaml(
organization: {code: northfield}

collections:
  - code: zone
    name: Zones
    elements:
      - {code: coast, name: Coast}
      - {code: inland, name: Inland}
  - code: region
    name: Regions
    parents: [zone]
    elements:
      - {code: bay, name: Bay, parents: [coast]}
      - {code: highlands, name: Highlands, parents: [inland]}
      - {code: plains, name: Plains, parents: [inland]}
  - code: site
    name: Sites
    parents: [region]
    elements:
      - {code: north, name: North campus, parents: [highlands]}
      - {code: south, name: South campus, parents: [plains]}
      - {code: harbour, name: Harbour terminal, parents: [bay]}
  - code: place
    name: Places
    parents: [site]
    elements:
      - {code: north-a-roof, name: Building A roof, parents: [north]}
      - {code: north-a-plant, name: Building A plant room, parents: [north]}
      - {code: north-b-basement, name: Building B basement, parents: [north]}
      - {code: south-c-hall, name: Building C hall, parents: [south]}
      - {code: south-c-lifts, name: Building C lift shafts, parents: [south]}
      - {code: south-yard, name: Yard and fences, parents: [south]}
      - {code: harbour-quay, name: Quay and moorings, parents: [harbour]}
      - {code: harbour-cold, name: Cold store Ñuñoa, parents: [harbour]}
      - {code: harbour-office, name: Harbour office, parents: [harbour]}
  - code: asset
    name: Assets
    parents: [place]
  - code: failure
    name: Kinds of failure
    elements:
      - {code: leak, name: Leak}
      - {code: noise, name: Noise or vibration}
      - {code: heat, name: Overheating}
      - {code: power, name: No power}
      - {code: stuck, name: Stuck or jammed}
      - {code: damage, name: Visible damage}
      - {code: other, name: Something else}

forms:
  - code: report_work
    title: {en: Report work, es: Reportar un trabajo}
    access: {groups: [work-orders]}
    components:
      - id: what
        kind: written
        required: true
        max: 120
        label: {en: "What has to be done?", es: "¿Qué hay que hacer?"}
      - id: urgent
        kind: list
        required: true
        label: {en: "How urgent is it?", es: "¿Qué tan urgente es?"}
        items:
          - {value: today, label: {en: Today, es: Hoy}}
          - {value: week, label: {en: This week, es: Esta semana}}
          - {value: later, label: {en: Later, es: Más adelante}}
      - id: assign
        kind: users
        among: subordinates
        label: {en: "Who should do it?", es: "¿Quién debería hacerlo?"}
  - code: close_work
    title: {en: Report work as done, es: Informar trabajo hecho}
    access: {groups: [work-orders], elements: [pending]}
    components:
      - id: done
        kind: written
        input: long
        required: true
        label: {en: "What did you do?", es: "¿Qué hiciste?"}
      - id: state
        kind: rating
        label: {en: "State of the place now", es: "Estado del lugar ahora"}
  - code: ask_for_part
    title: {en: Ask for a part, es: Pedir un repuesto}
    access: {groups: [work-orders], elements: [pending]}
    components:
      - id: part
        kind: written
        required: true
        max: 120
        label: {en: "Which part?", es: "¿Qué repuesto?"}
      - id: count
        kind: written
        input: number
        required: true
        min: 1
        label: {en: "How many?", es: "¿Cuántos?"}
  - code: plan_work
    title: {en: Plan a task, es: Planificar una tarea}
    access: {groups: [preventive-plans]}
    components:
      - id: what
        kind: written
        required: true
        max: 120
        label: {en: "What is to be done?", es: "¿Qué se va a hacer?"}
  - code: report_incident
    title: {en: Report an incident, es: Reportar un incidente}
    components:
      - id: danger
        kind: list
        required: true
        label: {en: "Is anybody in danger?", es: "¿Hay alguien en peligro?"}
        items:
          - {value: "yes", label: {en: "Yes", es: Sí}}
          - {value: "no", label: {en: "No", es: "No"}}
      - id: call_first
        kind: text
        show: {component: danger, equal: "yes"}
        label:
          en: Call the control room first, at 555 0100. Then go on here.
          es: Llama primero a la sala de control, al 555 0100. Después sigue aquí.
      - id: asset
        kind: collection
        levels: [zone, region, site, place, asset]
        required: true
        label: {en: "Where is it?", es: "¿Dónde está?"}
        help: {en: "From the zone to the machine.", es: "Desde la zona hasta la máquina."}
      - id: failure
        kind: collection
        collection: failure
        required: true
        max: 3
        label: {en: "What is wrong?", es: "¿Qué falla?"}
      - id: description
        kind: written
        input: long
        required: true
        min: 10
        max: 2000
        label: {en: "What happened?", es: "¿Qué pasó?"}
        help: {en: "What do you see, hear or smell?", es: "¿Qué ves, oyes o hueles?"}
      - id: seen_at
        kind: date
        time: true
        required: true
        default: now
        earliest: {days: -7, from: answer}
        latest: {from: answer}
        label: {en: Seen at, es: Visto el}
      - id: where
        kind: location
        label: {en: Your position, es: Tu posición}
      - id: photos
        kind: camera
        max: 5
        side_max: 1600
        label: {en: Photos, es: Fotos}
      - id: signature
        kind: signature
        label: {en: Signature, es: Firma}

  - code: daily_round
    title: {en: Daily round, es: Ronda diaria}
    components:
      - id: asset
        kind: collection
        collection: asset
        required: true
        label: {en: Machine, es: Máquina}
      - id: temperature
        kind: written
        input: number
        required: true
        min: -40
        max: 250
        label: {en: "Temperature, °C", es: "Temperatura, °C"}
      - id: too_hot
        kind: text
        show: {component: temperature, at_least: 90}
        label:
          en: "Above 90 °C: stop the machine and report an incident."
          es: "Más de 90 °C: detén la máquina y reporta un incidente."
      - id: running
        kind: list
        required: true
        label: {en: "Does it run as it should?", es: "¿Funciona como debe?"}
        items:
          - {value: "yes", label: {en: "Yes", es: Sí}}
          - {value: partly, label: {en: Partly, es: En parte}}
          - {value: "no", label: {en: "No", es: "No"}}
      - id: what
        kind: written
        required: true
        max: 300
        show: {component: running, any: [{equal: partly}, {equal: "no"}]}
        label: {en: "What does it do?", es: "¿Qué hace?"}
      - id: condition
        kind: rating
        required: true
        label: {en: Condition, es: Estado}
        help: {en: "1: worn out, 5: as new", es: "1: gastada, 5: como nueva"}

  - code: safety_walk
    title: {en: Safety walk, es: Recorrido de seguridad}
    components:
      - id: place
        kind: collection
        levels: [site, place]
        required: true
        label: {en: Place, es: Lugar}
      - id: found
        kind: list
        min: 1
        max: 6
        required: true
        label: {en: "What did you find?", es: "¿Qué encontraste?"}
        items:
          - {value: nothing, label: {en: Nothing to mend, es: Nada que corregir}}
          - {value: exits, label: {en: Blocked exits, es: Salidas bloqueadas}}
          - {value: floor, label: {en: Slippery or broken floor, es: Piso resbaloso o roto}}
          - {value: light, label: {en: Lights that do not work, es: Luces que no funcionan}}
          - {value: fire, label: {en: Missing fire extinguishers, es: Faltan extintores}}
          - {value: loads, label: {en: Unsafe loads, es: Cargas inseguras}}
      - id: note
        kind: written
        input: long
        max: 1000
        label: {en: Note, es: Nota}
      - id: company
        kind: users
        max: 5
        label: {en: Walked with, es: Recorrido con}
      - id: mend
        kind: users
        among: job
        job: Technician
        label: {en: To be mended by, es: Lo corrige}
      - id: mend_by
        kind: date
        earliest: {from: answer}
        latest: {days: 90, from: answer}
        label: {en: To be mended before, es: Corregir antes del}
      - id: papers
        kind: attachment
        types: [pdf, image]
        max: 3
        label: {en: Papers, es: Documentos}
        help: {en: "Permits and plans, as PDF or picture", es: "Permisos y planos, en PDF o imagen"}

  - code: assess_failure
    title: {en: Assess a failure, es: Evaluar una falla}
    components:
      - id: asset
        kind: collection
        collection: asset
        required: true
        label: {en: Machine, es: Máquina}
      - id: confirmed
        kind: list
        required: true
        label: {en: "Is it a failure?", es: "¿Es una falla?"}
        items:
          - {value: "yes", label: {en: "Yes", es: Sí}}
          - {value: "no", label: {en: "No", es: "No"}}
      - id: priority
        kind: rating
        min: 1
        max: 3
        required: true
        show: {component: confirmed, equal: "yes"}
        label: {en: Priority, es: Prioridad}
        help: {en: "1: can wait, 3: at once", es: "1: puede esperar, 3: de inmediato"}
      - id: repair_on
        kind: date
        required: true
        show: {component: confirmed, equal: "yes"}
        earliest: {from: answer}
        label: {en: To be repaired on, es: Se repara el}
      - id: repair_by
        kind: users
        among: job
        job: Electrician
        show: {component: confirmed, equal: "yes"}
        label: {en: To be repaired by, es: Lo repara}
      - id: why_not
        kind: written
        input: long
        required: true
        show: {component: confirmed, equal: "no"}
        label: {en: "What was it then?", es: "¿Qué era entonces?"}

  - code: order_part
    title: {en: Order a spare part, es: Pedir un repuesto del catálogo}
    access: {collections: [site]}
    components:
      - id: place
        kind: collection
        collection: place
        filter: {channel: site}
        required: true
        label: {en: "Where is it needed?", es: "¿Dónde se necesita?"}
        help: {en: Places of the site of this channel, es: Lugares de la sede de este canal}
      - id: machine
        kind: collection
        collection: asset
        filter: {children_of: place}
        label: {en: "For which machine?", es: "¿Para qué máquina?"}
      - id: part
        kind: api
        source: /parts
        pass: [machine]
        required: true
        max: 3
        label: {en: Parts, es: Repuestos}
        help:
          en: "From the catalogue of another server: try seal, belt or bearing"
          es: "Del catálogo de otro servidor: prueba seal, belt o bearing"
      - id: deliver_to
        kind: collection
        collection: place
        filter: {user: site}
        label: {en: "Deliver to, at your own site", es: "Entregar en, de tu propia sede"}

  - code: close_work_order
    title: {en: Close the work order, es: Cerrar la orden de trabajo}
    access: {groups: [work-orders]}
    components:
      - id: tag
        kind: written
        scan: also
        required: true
        pattern: "[A-Z]{1,3}-[0-9]{1,4}"
        label: {en: Tag of the machine, es: Etiqueta de la máquina}
        help: {en: "As in P-7 or CH-12", es: "Como P-7 o CH-12"}
      - id: done
        kind: written
        input: long
        required: true
        min: 10
        max: 4000
        label: {en: "What was done?", es: "¿Qué se hizo?"}
      - id: hours
        kind: written
        input: number
        required: true
        min: "0.25"
        max: 24
        label: {en: Hours worked, es: Horas trabajadas}
      - id: quality
        kind: rating
        label: {en: "How well did it go?", es: "¿Qué tal salió?"}
      - id: lesson
        kind: written
        input: long
        required: true
        show: {component: quality, at_most: 2}
        label:
          en: What should be done otherwise next time?
          es: ¿Qué conviene hacer distinto la próxima vez?
      - id: helpers
        kind: users
        among: peers
        max: 5
        label: {en: "Who helped?", es: "¿Quién ayudó?"}
      - id: approved
        kind: users
        among: bosses
        label: {en: Who has seen it, es: Quién lo revisó}
      - id: parts
        kind: nested
        forms: [part, tool]
        max: 10
        label: {en: Parts and tools, es: Repuestos y herramientas}
        help:
          en: What was put in, and what was borrowed
          es: Lo que se instaló y lo que se pidió prestado
      - id: photos
        kind: camera
        max: 5
        side_max: 1600
        label: {en: Photos of the result, es: Fotos del resultado}
      - id: signature
        kind: signature
        required: true
        label: {en: Signature, es: Firma}
    forms:
      - code: part
        title: {en: Part, es: Repuesto}
        components:
          - id: name
            kind: written
            required: true
            max: 120
            label: {en: Name or number, es: Nombre o número}
          - id: count
            kind: written
            input: number
            required: true
            min: 1
            max: 1000
            default: "1"
            label: {en: How many, es: Cuántos}
          - id: old
            kind: list
            label: {en: "Where is the old one?", es: "¿Dónde está el anterior?"}
            items:
              - {value: thrown, label: {en: Thrown away, es: Desechado}}
              - {value: kept, label: {en: Kept, es: Guardado}}
          - id: shelf
            kind: written
            required: true
            max: 60
            show: {component: old, equal: kept}
            label: {en: "On which shelf?", es: "¿En qué estante?"}
      - code: tool
        title: {en: Tool, es: Herramienta}
        components:
          - id: name
            kind: written
            required: true
            max: 120
            label: {en: "Which tool?", es: "¿Qué herramienta?"}
          - id: photo
            kind: camera
            max: 1
            side_max: 1600
            label: {en: Photo, es: Foto}

  - code: night_report
    title: {en: Night report, es: Reporte de la noche}
    access: {roles: [Night shift]}
    components:
      - id: date
        kind: date
        required: true
        default: now
        latest: {from: send}
        label: {en: Night of, es: Noche del}
      - id: calm
        kind: list
        required: true
        label: {en: "How was the night?", es: "¿Cómo fue la noche?"}
        items:
          - {value: calm, label: {en: Calm, es: Tranquila}}
          - {value: events, label: {en: With events, es: Con novedades}}
      - id: events
        kind: written
        input: long
        required: true
        show: {component: calm, equal: events}
        label: {en: "What happened?", es: "¿Qué pasó?"}
)yaml";

struct Machine {
    const char* letters;
    const char* name;
};
constexpr std::array<Machine, 8> machines{{{"P", "Pump"},
                                           {"F", "Fan"},
                                           {"CH", "Chiller"},
                                           {"B", "Boiler"},
                                           {"L", "Lift"},
                                           {"G", "Gate"},
                                           {"E", "Switchboard"},
                                           {"C", "Compressor"}}};

/// What the file names, by its code.
struct Made {
    std::map<std::string, Id> collections;
    std::map<std::string, BucketId> buckets;
    std::map<std::string, Id> elements;  ///< codes of all collections are different here
    std::vector<std::string> places;
};

Result<> make_collections(Founder& founder,
                          storage::Storage& storage,
                          const OrgFile& read,
                          Made& made) {
    for (const CollectionEntry& entry : *read.collections) {
        HF_TRY(const Id id, storage.mint_id());
        body::Collection body{.code = entry.code.value, .name = *entry.name};
        for (const Text& parent : entry.parents.value_or(std::vector<Text>{})) {
            body.parents.push_back(made.collections.at(parent.value));
        }
        HF_TRY(made.buckets[body.code], founder.collection(id, body));
        made.collections[body.code] = id;
        for (const ElementEntry& element : entry.elements.value_or(std::vector<ElementEntry>{})) {
            HF_TRY(const Id own, storage.mint_id());
            body::Element row{.code = element.code.value, .name = *element.name};
            for (const Text& parent : element.parents.value_or(std::vector<Text>{})) {
                row.parents.push_back(made.elements.at(parent.value));
            }
            HF_CHECK(
                founder.put(made.buckets.at(body.code), RowKind::element, own, body::encode(row)));
            made.elements[row.code] = own;
            if (body.code == "place") {
                made.places.push_back(row.code);
            }
        }
    }
    return {};
}

/// As many machines of each kind, dealt over the places.
Result<> make_assets(Founder& founder,
                     storage::Storage& storage,
                     const Made& made,
                     std::size_t count) {
    std::size_t number = 0;
    for (const Machine& machine : machines) {
        for (std::size_t i = 1; i <= count / machines.size(); ++i) {
            HF_TRY(const Id id, storage.mint_id());
            const std::string code = std::string(machine.letters) + "-" + std::to_string(i);
            const std::string& place = made.places[(number++ * 5) % made.places.size()];
            const body::Element row{.code = code,
                                    .name = std::string(machine.name) + " " + code,
                                    .parents = {made.elements.at(place)}};
            HF_CHECK(
                founder.put(made.buckets.at("asset"), RowKind::element, id, body::encode(row)));
        }
    }
    return {};
}

}  // namespace

std::string_view demo_forms_file() {
    return file;
}

Result<std::map<std::string, body::HeldElement>> make_demo_forms(Founder& founder,
                                                                 storage::Storage& storage,
                                                                 std::size_t assets) {
    Problems problems;
    const OrgFile read = read_org_file(file, problems);
    HF_ASSERT(problems.empty());  // it is ours, and a test reads it
    Made made;
    HF_CHECK(make_collections(founder, storage, read, made));
    HF_CHECK(make_assets(founder, storage, made, assets));
    for (const FormEntry& form : *read.forms) {
        HF_CHECK(founder.form(*form.definition, made.collections));
    }
    std::map<std::string, body::HeldElement> sites;
    for (const char* code : {"north", "south", "harbour"}) {
        sites[code] = {.id = made.elements.at(code), .collection = "site", .code = code};
    }
    return sites;
}

}  // namespace holdfast::admin
