"""The words and weights of tickets in volume: tables to read, no code."""

from tickets.states import Impact, State, Type, Urgency

RARE_WORD = "magneetstrip"  # in one ticket of a hundred, in 200 of more than 20,000: for the bench
BROAD_WORD = "klanten"  # in every other ticket

# Weight of each month: quiet in summer, busy in September and January.
MONTHS = [14, 11, 11, 9, 9, 9, 5, 6, 14, 12, 12, 9]
HOURS = [(8, 6), (9, 14), (10, 15), (11, 13), (12, 7), (13, 10), (14, 12), (15, 10), (16, 8), (17, 3), (19, 1), (20, 1)]
TYPES = [
    (Type.INCIDENT, 48),
    (Type.SERVICE_REQUEST, 26),
    (Type.QUESTION, 14),
    (Type.CHANGE, 7),
    (Type.WISH, 3),
    (Type.COMPLAINT, 2),
]
URGENCIES = [(Urgency.LOW, 35), (Urgency.MEDIUM, 50), (Urgency.HIGH, 15)]
IMPACTS = [(Impact.LOW, 62), (Impact.MEDIUM, 30), (Impact.HIGH, 8)]
BUSY_CATEGORIES = {"6.1": 9, "5.2": 7, "1.2": 6, "9.1": 7, "7.1": 5, "2.2": 4, "1.5": 4, "6.5": 4, "8.2": 3, "3.3": 3}

OPENINGS = {
    Type.INCIDENT: [
        "werkt niet meer",
        "geeft een foutmelding",
        "blijft hangen",
        "is traag",
        "toont verkeerde gegevens",
    ],
    Type.SERVICE_REQUEST: ["graag inrichten", "graag aanpassen", "toegang aanvragen", "lijst opvragen"],
    Type.QUESTION: ["hoe werkt dit?", "waar stel ik dit in?", "wat is de bedoeling?"],
    Type.CHANGE: ["wijziging per volgende maand", "instelling aanpassen voor alle vestigingen"],
    Type.WISH: ["zou handiger kunnen", "uitbreiding gewenst"],
    Type.COMPLAINT: ["duurt te lang", "voor de derde keer mis"],
}
PLACES = ["aan de balie", "op de jeugdafdeling", "bij de zelfservice", "in het magazijn", "op de website", "in de app"]
WHEN = ["sinds vanochtend", "sinds gisteren", "sinds de update", "elke maandag", "af en toe", "na het weekend"]
BODIES = [
    "We merken dit {when} {place}. Klanten moeten nu wachten en wij doen het met de hand.",
    "Het gaat om {place}, {when}. Een herstart hielp niet. Collega's van een andere vestiging zien hetzelfde.",
    "Graag hulp hierbij. Het speelt {when}, vooral {place}. Er is geen haast, maar het hindert wel.",
    "Bij drie klanten gezien, {when}. Klantnummers geven we telefonisch door.",
]
ANSWERS = [
    "Dank voor de melding. We kijken mee en laten het vandaag weten.",
    "We zien hetzelfde in de logboeken. De instelling is aangepast; wilt u het nog eens proberen?",
    "Dit hoort bij de laatste wijziging van de leverancier. We hebben het teruggezet.",
    "Dat kan. We hebben het eerst op de testomgeving gezet, zodat u het kunt nakijken.",
]
ENDINGS = ["Het werkt weer, dank!", "Gelukt.", "Ziet er goed uit.", "Dank voor de snelle hulp.", "Nu klopt het."]
WAITING = [State.OPEN, State.OPEN, State.WAITING_REPORTER, State.WAITING_SUPPLIER, State.PLANNED, State.WAITING_PARTNER]
