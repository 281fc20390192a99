#include "server/admin/demo/demo_texts.hpp"

#include <array>
#include <string_view>

namespace holdfast::admin {
namespace {

using Texts = std::string_view;

constexpr std::array<Texts, 18> machines{"Pump P-",
                                         "Boiler B-",
                                         "Chiller C-",
                                         "Fan unit V-",
                                         "Lift L-",
                                         "Valve K-",
                                         "Generator G-",
                                         "Gate T-",
                                         "Compressor D-",
                                         "Light panel E-",
                                         "Door A-",
                                         "Fire detector F-",
                                         "Drain R-",
                                         "Heat exchanger H-",
                                         "Air handler U-",
                                         "Tank M-",
                                         "Conveyor N-",
                                         "Sensor S-"};
constexpr std::array<Texts, 14> places{"basement B1",
                                       "basement B2",
                                       "roof of building 3",
                                       "plant room north",
                                       "loading dock",
                                       "kitchen, level 2",
                                       "corridor 4 west",
                                       "pier 6",
                                       "boiler house",
                                       "car park, level -1",
                                       "server room",
                                       "workshop",
                                       "laundry",
                                       "gatehouse"};

constexpr std::array<Texts, 22> findings{"leaks about a litre an hour from the lower seal",
                                         "is making a grinding noise when it starts",
                                         "tripped the breaker twice this morning",
                                         "runs fine again after the filter change",
                                         "shows 4.2 bar, should be 3.0",
                                         "has a loose cover, two screws are missing",
                                         "is back in service, tested for 30 minutes",
                                         "does not answer the remote, local control works",
                                         "needs a new belt, the old one is cracked along the edge",
                                         "vibrates more than last week, I measured 7.1 mm/s",
                                         "was left open by the contractor, closed it now",
                                         "has water under it, probably the joint behind the panel",
                                         "is locked out, tag 118, please do not touch",
                                         "passed the inspection, next one in six months",
                                         "reads 81 °C at the bearing, limit is 85",
                                         "drips on the cable tray, I put a bucket under it for now",
                                         "was cleaned and greased, hours counter is at 12,480",
                                         "has no spare in the store, the supplier says nine days",
                                         "still has the alarm on, acknowledged it three times",
                                         "is ready for the inspection tomorrow at eight",
                                         "lost pressure over night, from 6 to 2.5 bar",
                                         "got a new contactor, the old one was burnt"};
constexpr std::array<Texts, 18> follow_ups{"Who has the key to the cabinet?",
                                           "I will be there at half past two.",
                                           "Photos follow when I am upstairs again.",
                                           "Please keep people away until it is dry.",
                                           "The part number is 40-2217-B.",
                                           "Can somebody bring the long ladder?",
                                           "Isolated on both sides, safe to work.",
                                           "I need a second person for the lift.",
                                           "Told the tenant, they are fine with tomorrow.",
                                           "No signal down there, I will write when I am back.",
                                           "Took the readings at 07:40 and 11:15.",
                                           "Left the old part on the bench in the workshop.",
                                           "Closed the upstream valve first.",
                                           "The drawing on the wall is not up to date.",
                                           "It can wait until Monday.",
                                           "That one is urgent, the kitchen depends on it.",
                                           "Forty minutes of work, not more.",
                                           "I logged the hours."};
constexpr std::array<Texts, 14> replies{"Thanks, on my way.",
                                        "Seen. I will order it today.",
                                        "Good work.",
                                        "Which one exactly?",
                                        "Done, please check.",
                                        "I can take that after lunch.",
                                        "Key is with the gatehouse.",
                                        "Two in the store, shelf 4.",
                                        "Please wait for the permit.",
                                        "Confirmed with the tenant.",
                                        "Not before 15:00.",
                                        "Same as last month then.",
                                        "I have the tool in the van.",
                                        "Okay, closing it."};

// All of them feminine, so that every finding below agrees with every machine.
constexpr std::array<Texts, 18> maquinas{"La bomba P-",
                                         "La caldera B-",
                                         "La enfriadora C-",
                                         "La campana V-",
                                         "La plataforma L-",
                                         "La válvula K-",
                                         "La planta eléctrica G-",
                                         "La barrera T-",
                                         "La compresora D-",
                                         "La luminaria E-",
                                         "La puerta A-",
                                         "La alarma de incendios F-",
                                         "La rejilla R-",
                                         "La torre de enfriamiento H-",
                                         "La manejadora U-",
                                         "La cisterna M-",
                                         "La banda transportadora N-",
                                         "La sonda S-"};
constexpr std::array<Texts, 14> lugares{"sótano B1",
                                        "sótano B2",
                                        "azotea del edificio 3",
                                        "cuarto de máquinas norte",
                                        "muelle de carga",
                                        "cocina, nivel 2",
                                        "pasillo 4 oeste",
                                        "muelle 6",
                                        "sala de calderas",
                                        "estacionamiento, nivel -1",
                                        "sala de servidores",
                                        "taller",
                                        "lavandería",
                                        "portería"};

constexpr std::array<Texts, 18> hallazgos{
    "pierde cerca de un litro por hora por el sello inferior",
    "hace un ruido raro al arrancar",
    "hizo saltar el térmico dos veces esta mañana",
    "funciona bien otra vez después de cambiar el filtro",
    "marca 4,2 bar y deberían ser 3,0",
    "tiene la tapa suelta, faltan dos tornillos",
    "ya está en servicio, probada durante 30 minutos",
    "no responde al mando remoto, en local sí",
    "necesita una correa nueva, la vieja está agrietada",
    "vibra más que la semana pasada, medí 7,1 mm/s",
    "tiene agua debajo, seguramente la junta detrás del panel",
    "está bloqueada con la tarjeta 118, por favor no tocar",
    "pasó la inspección, la próxima es en seis meses",
    "marca 81 °C en el rodamiento, el límite es 85",
    "gotea sobre la bandeja de cables, puse un balde por ahora",
    "quedó limpia y engrasada, el contador está en 12.480 horas",
    "no tiene repuesto en bodega, el proveedor dice nueve días",
    "perdió presión durante la noche, de 6 a 2,5 bar"};
constexpr std::array<Texts, 14> seguimientos{"¿Quién tiene la llave del tablero?",
                                             "Llego a las dos y media.",
                                             "Mando las fotos cuando suba.",
                                             "Que no pase nadie hasta que esté seco.",
                                             "El número de parte es 40-2217-B.",
                                             "¿Alguien puede traer la escalera larga?",
                                             "Aislada por los dos lados, se puede trabajar.",
                                             "Necesito una segunda persona para el izaje.",
                                             "Ahí abajo no hay señal, escribo al volver.",
                                             "Dejé la pieza vieja en el banco del taller.",
                                             "El plano de la pared no está al día.",
                                             "Puede esperar hasta el lunes.",
                                             "Es urgente, la cocina depende de eso.",
                                             "Ya anoté las horas."};
constexpr std::array<Texts, 12> respuestas{"Gracias, voy para allá.",
                                           "Visto, lo pido hoy.",
                                           "Buen trabajo.",
                                           "¿Cuál exactamente?",
                                           "Listo, por favor revisar.",
                                           "Lo tomo después de almuerzo.",
                                           "La llave está en portería.",
                                           "Hay dos en bodega, estante 4.",
                                           "Espera el permiso, por favor.",
                                           "Confirmado con el cliente.",
                                           "No antes de las 15:00.",
                                           "De acuerdo, lo cierro."};

std::string sentence(std::string subject, Texts predicate) {
    subject += ' ';
    subject += predicate;
    subject += '.';
    return subject;
}

template <std::size_t machine_count, std::size_t place_count>
std::string asset(Dice& dice,
                  const std::array<Texts, machine_count>& machine,
                  const std::array<Texts, place_count>& place) {
    std::string made(dice.pick(machine));
    made += std::to_string(1 + dice.below(48));
    made += ", ";
    made += dice.pick(place);
    return made;
}

}  // namespace

std::string demo_asset(Dice& dice) {
    return asset(dice, machines, places);
}

std::string demo_text(Dice& dice, bool spanish) {
    std::string text = spanish ? sentence(asset(dice, maquinas, lugares), dice.pick(hallazgos))
                               : sentence(demo_asset(dice), dice.pick(findings));
    for (std::size_t more = dice.below(3); more > 0; --more) {
        text += ' ';
        text += spanish ? dice.pick(seguimientos) : dice.pick(follow_ups);
    }
    return text;
}

std::string demo_reply(Dice& dice, bool spanish) {
    return std::string(spanish ? dice.pick(respuestas) : dice.pick(replies));
}

}  // namespace holdfast::admin
