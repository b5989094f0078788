"""Words that count or say when, by language: numbers, days, months, spans of time. They say nothing of a group."""

from __future__ import annotations

COUNTING: dict[str, frozenset[str]] = {
    code: frozenset(listed.split())
    for code, listed in {
        "en": """one two three four five six seven eight nine ten eleven twelve hundred thousand million billion
            first second third half twice seconds minute minutes hour hours day days week weeks weekend month
            months year years morning evening night today tonight tomorrow yesterday monday tuesday wednesday
            thursday friday saturday sunday january february march april may june july august september october
            november december quid per percent""",
        "nb": """en to tre fire fem seks sju syv åtte ni ti elleve tolv hundre tusen million millioner milliard
            milliarder første andre tredje halv sekund sekunder minutt minutter time timer dag dager uke uker
            helg måned måneder år morgen kveld natt mandag tirsdag onsdag torsdag fredag lørdag søndag januar
            februar mars april mai juni juli august september oktober november desember per prosent kroner""",
        "da": """en to tre fire fem seks syv otte ni ti elleve tolv hundrede tusind million millioner milliard
            milliarder første anden tredje halv sekund sekunder minut minutter time timer dag dage uge uger
            weekend måned måneder år morgen aften nat mandag tirsdag onsdag torsdag fredag lørdag søndag januar
            februar marts april maj juni juli august september oktober november december per procent kroner""",
        "sv": """en två tre fyra fem sex sju åtta nio tio elva tolv hundra tusen miljon miljoner miljard miljarder
            första andra tredje halv sekund sekunder minut minuter timme timmar dag dagar vecka veckor helg
            månad månader år morgon kväll natt måndag tisdag onsdag torsdag fredag lördag söndag januari
            februari mars april maj juni juli augusti september oktober november december per procent kronor""",
        "de": """eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf hundert tausend million millionen
            milliarde milliarden erste ersten zweite zweiten dritte halb sekunde sekunden minute minuten stunde
            stunden tag tage tagen woche wochen wochenende monat monate monaten jahr jahre jahren morgen abend
            nacht montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz april mai juni
            juli august september oktober november dezember prozent""",
        "nl": """een twee drie vier vijf zes zeven acht negen tien elf twaalf honderd duizend miljoen miljard eerste
            tweede derde half seconde seconden minuut minuten uur uren dag dagen week weken weekend maand
            maanden jaar jaren ochtend avond nacht maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
            januari februari maart april mei juni juli augustus september oktober november december procent""",
        "fr": """un deux trois quatre cinq six sept huit neuf dix onze douze cent cents mille million millions
            milliard milliards premier première second deuxième troisième demi seconde secondes minute minutes
            heure heures jour jours semaine semaines mois an ans année années matin soir nuit lundi mardi
            mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin juillet août septembre
            octobre novembre décembre""",
        "es": """uno dos tres cuatro cinco seis siete ocho nueve diez once doce cien ciento mil millón millones
            primer primero primera segundo segunda tercero tercera medio media segundos minuto minutos hora
            horas día días semana semanas mes meses año años mañana tarde noche lunes martes miércoles jueves
            viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre
            noviembre diciembre""",
        "pt": """um dois duas três quatro cinco seis sete oito nove dez onze doze cem cento mil milhão milhões
            primeiro primeira segundo segunda terceiro meio meia segundos minuto minutos hora horas dia dias
            semana semanas mês meses ano anos manhã tarde noite terça quarta quinta sexta sábado domingo janeiro
            fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro""",
        "it": """uno due tre quattro cinque sei sette otto nove dieci undici dodici cento mille mila milione milioni
            miliardo miliardi primo prima secondo seconda terzo mezzo secondi minuto minuti ora ore giorno
            giorni settimana settimane mese mesi anno anni mattina sera notte lunedì martedì mercoledì giovedì
            venerdì sabato domenica gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre
            novembre dicembre""",
        "ko": """하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 첫 번째 오늘 내일 어제 아침 저녁 밤 월요일
            화요일 수요일 목요일 금요일 토요일 일요일 이번 지난 다음 주 달 년 개월 시간 분 초 퍼센트""",
    }.items()
}  # fmt: skip
