"""Swedish."""

from __future__ import annotations

from .language import Language, phrases, terms

SWEDISH = Language(
    code="sv",
    stopwords=terms("""
        alla allt andra att av bara bli blir blev blivit både de dem den denna deras dess det detta dig
        din dina ditt du där då efter eller en er era ett från för få får gör göra ha hade han hans har
        hela henne hennes hon honom hur här i icke igen in ingen inom inte ja jag ju kan kanske kom
        kommer kunde man med mellan men mer mig min mina mitt mot mycket många måste ni nej nog nu när
        någon något några och också om oss på samma sedan sen sig sin sina sitt själv ska skall skulle
        som så sådan till under upp ut utan vad var vara varför varit varje vem vi vid vilka vilken vill
        väl vår våra än är åt över
    """),
    speaker=terms("jag mig mej min mitt mina"),
    judging=phrases("""
        bör, borde, måste, hoppas, tror, tycker, anser, känner, fruktar, tvivlar, tyvärr, lyckligtvis
        äntligen, tack, bra, bättre, bäst, fantastiskt, fint, klokt, rätt, dåligt, sämre, fel, ledsen
        arg, rädd, glad, stolt, besviken, skam, skandal, löjligt, absurt, idioter, hopplöst, orättvist
        pinsamt, slöseri, lögn, grattis, otroligt, aldrig
    """),
    reports=phrases("""
        meddelar, uppger, enligt, bekräftar, öppnar, stänger, beslutade, i dag, idag, i går, procent
        miljoner, miljarder, kronor
    """),
    asks=phrases("""
        vet någon, någon som vet, finns det, när, var, hur länge, hur mycket, hur många, vad händer
        vad är
    """),
    muses=phrases("varför, vem ska betala, seriöst, på allvar"),
    negations=terms("inte aldrig ingen inget utan knappast varken"),
    roles={
        "outlet": phrases("tidning, nyheter, nyhetsbyrå, dagstidning"),
        "journalist": phrases("journalist, reporter, redaktör"),
        "official": phrases("officiell, officiellt, myndighet"),
        "politician": phrases("borgmästare, riksdagsledamot, kommunalråd"),
        "analyst": phrases("analytiker"),
        "economist": phrases("ekonom, nationalekonom"),
        "lawyer": phrases("advokat, jurist"),
    },
    coarse=terms("fan jävla"),
    dangling=terms("hon och det den han men så"),
)
