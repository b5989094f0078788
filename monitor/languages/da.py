"""Danish."""

from __future__ import annotations

from .language import Language, phrases, terms

DANISH = Language(
    code="da",
    stopwords=terms("""
        ad af aldrig alle alt altså anden andet andre at bare begge blev blive bliver da de dem den
        denne der deres det dette dig din disse dog du efter eller en end er et for fordi fra få før gør
        gøre ham han hans har havde have hej hende her hos hun hvad hver hvis hvor hvordan hvorfor i
        igen ikke ind ingen ja jeg jer jo kan kom kommer kun kunne lige lidt man mange med meget mellem
        men mens mere mig min mit mod må nej nogen noget nogle nok nu når og også om op os over på samme
        selv sig sin sine sit skal skulle som så sådan til ud uden under var ved vi vil ville vor være
        været
    """),
    speaker=terms("jeg mig min mit mine"),
    judging=phrases("""
        bør, burde, skal, håber, tror, synes, mener, føler, frygter, tvivler, desværre, heldigvis
        endelig, tak, godt, bedre, bedst, flot, fantastisk, fint, klogt, rigtigt, dårligt, værre
        forkert, trist, vred, bange, glad, stolt, skuffet, skam, skandale, latterligt, absurd, idioter
        håbløst, uretfærdigt, pinligt, spild, løgn, tillykke, utroligt, aldrig
    """),
    reports=phrases("""
        melder, oplyser, ifølge, bekræfter, åbner, lukker, vedtog, i dag, i går, procent, millioner
        milliarder, kroner
    """),
    asks=phrases("""
        er der nogen der ved, ved nogen, nogen der ved, hvornår, hvor længe, hvor meget, hvor mange
        hvad med, hvad er, findes der
    """),
    muses=phrases("hvorfor, hvem skal betale, seriøst, helt ærligt"),
    negations=terms("ikke aldrig ingen intet uden næppe hverken"),
    roles={
        "outlet": phrases("avis, nyheder, nyhedsbureau, dagblad"),
        "journalist": phrases("journalist, redaktør, korrespondent"),
        "official": phrases("officiel, officielle"),
        "politician": phrases("borgmester, folketingsmedlem, minister"),
        "analyst": phrases("analytiker"),
        "economist": phrases("økonom"),
        "lawyer": phrases("advokat"),
    },
)
