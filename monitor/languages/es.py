"""Spanish."""

from __future__ import annotations

from .language import Language, phrases, terms

SPANISH = Language(
    code="es",
    stopwords=terms("""
        a al algo algunos ante antes así aún aunque bien cada como con contra cual cuando de del desde
        donde dos el él ella ellas ellos en entre era eran es esa ese eso esta está estaba están estas
        este esto estos fue fueron ha había han hasta hay la las le les lo los más me mi mientras mis
        mucho muy nada ni no nos nosotros o os otra otro otros para pero poco por porque pues que qué
        quien se sea ser si sí sido sin sobre solo son su sus también tan tanto te tiene tienen todo
        todos tu tus un una uno unos usted va vamos ya yo y e
    """),
    speaker=terms("yo me mi mis mí"),
    judging=phrases("""
        debe, debería, deberían, hay que, ojalá, espero, creo, pienso, siento, temo, dudo
        lamentablemente, por suerte, por fin, gracias, bueno, buena, mejor, genial, excelente, malo
        mala, peor, triste, enfadado, miedo, feliz, orgulloso, decepcionado, vergüenza, vergonzoso
        escándalo, ridículo, absurdo, idiotas, injusto, inaceptable, mentira, robo, felicidades
        increíble, nunca
    """),
    reports=phrases("anuncia, confirma, según, abre, cierra, comunicado, hoy, ayer, millones, euros, por ciento"),
    asks=phrases("alguien sabe, sabe alguien, cuándo, dónde, cuánto, cuántos, cuál, cómo, hay alguien"),
    muses=phrases("por qué, quién va a pagar, en serio, hasta cuándo"),
    negations=terms("no nunca jamás nada sin ni ningún ninguna tampoco"),
    roles={
        "outlet": phrases("noticias, periódico, diario, agencia de noticias"),
        "journalist": phrases("periodista, reportero, reportera, redactor, corresponsal"),
        "official": phrases("cuenta oficial, oficial, ministerio"),
        "politician": phrases("alcalde, alcaldesa, diputado, diputada, senador"),
        "analyst": phrases("analista"),
        "economist": phrases("economista"),
        "lawyer": phrases("abogado, abogada"),
    },
    coarse=terms("mierda puta"),
    dangling=terms("y pero eso esto"),
)
