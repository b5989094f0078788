"""Norwegian nynorsk."""

from __future__ import annotations

from .language import Language, phrases, terms

NYNORSK = Language(
    code="nn",
    stopwords=terms("""
        alle alt andre at av berre blei bli blir både då dei deg den denne der dykk det dette din ditt
        du eller ein eit enn er etter for fordi frå få får før gav gi gjekk gjer gjere går gå ha hadde
        han hans har heile her ho i ikkje igjen ingen inn ja eg jo kan kanskje kjem kva kven kvar kvifor
        korleis kunne man mange med meg mellom men mens meir min mitt mot mykje må måtte nei noko nokon
        no når og også om opp oss over på same seg sjølv sin sine sitt skal skulle slik som så til tok
        under ut utan ved vi vil ville vår vere vore å litt
    """),
    speaker=terms("eg meg min mitt mine"),
    judging=phrases("""
        bør, burde, må, håpar, trur, synest, meiner, kjenner, fryktar, tviler, dessverre, heldigvis
        endeleg, takk, bra, betre, best, flott, fint, greitt, riktig, dårleg, verre, gale, feil, trist
        sint, redd, glad, stolt, skam, skandale, latterleg, håplaust, urettferdig, urimeleg, sløsing
        gratulerer, utruleg, aldri
    """),
    reports=phrases("""
        melder, opplyser, ifølgje, stadfestar, opnar, stengjer, vedtok, vedteke, i dag, i går, prosent
        millionar, milliardar, kroner, kl
    """),
    asks=phrases("""
        veit nokon, nokon som veit, er det, når, kvar, korleis, kor lenge, kor mykje, kor mange, kva med
        kva er
    """),
    muses=phrases("kvifor, kven skal betale, seriøst"),
    negations=terms("ikkje aldri ingen ingenting utan korkje"),
    roles={
        "outlet": phrases("avis, avisa, lokalavisa, nyhende, nyheiter"),
        "journalist": phrases("journalist, redaktør"),
        "official": phrases("offisiell, offisielt"),
        "analyst": phrases("analytikar"),
        "economist": phrases("økonom"),
    },
)
