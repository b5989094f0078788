"""Italian."""

from __future__ import annotations

from .language import Language, phrases, terms

ITALIAN = Language(
    code="it",
    stopwords=terms("""
        a ad agli ai al alla alle allo anche ancora avere aveva c'è che chi ci come con contro cosa così
        cui da dagli dai dal dalla dalle degli dei del della delle dello di dopo dove e ed è era erano
        fa fra gli ha hai hanno ho i il in io la le lei li lo loro lui ma mi mia mio molto ne nei nel
        nella nelle no noi non nostra nostro o ogni per perché però più poi prima può qualche quando
        quanto quella quelle quelli quello questa queste questi questo sarà se sei senza si sia siamo
        solo sono sta stata stato su sua sue sugli sui sul sulla suo suoi tra tu tua tuo tutti tutto un
        un' una uno va vi voi
    """),
    speaker=terms("io mi me mio mia miei mie"),
    judging=phrases("""
        deve, dovrebbe, dovrebbero, bisogna, spero, credo, penso, temo, dubito, purtroppo, per fortuna
        finalmente, grazie, bene, bravo, bravi, meglio, ottimo, male, peggio, triste, rabbia, paura
        felice, orgoglioso, deluso, vergogna, scandalo, ridicolo, assurdo, idioti, ingiusto
        inaccettabile, bugia, truffa, complimenti, incredibile, mai
    """),
    reports=phrases("""
        annuncia, conferma, secondo, apre, chiude, comunicato, oggi, ieri, milioni, miliardi, euro
        per cento
    """),
    asks=phrases("qualcuno sa, sapete se, quando, dove, quanto, quanti, quale, come"),
    muses=phrases("perché, chi paga, sul serio, ma davvero, fino a quando"),
    negations=terms("non mai niente nulla senza né nessun nessuno nessuna"),
    roles={
        "outlet": phrases("notizie, giornale, quotidiano, agenzia di stampa"),
        "journalist": phrases("giornalista, cronista, redattore, corrispondente"),
        "official": phrases("account ufficiale, ufficiale, ministero"),
        "politician": phrases("sindaco, sindaca, deputato, senatore"),
        "analyst": phrases("analista"),
        "economist": phrases("economista"),
        "lawyer": phrases("avvocato"),
    },
    coarse=terms("merda cazzo"),
    dangling=terms("e ma quindi"),
)
