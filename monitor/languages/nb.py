"""Norwegian bokmål."""

from __future__ import annotations

from .language import Language, phrases, terms

BOKMAL = Language(
    code="nb",
    stopwords=terms("""
        alle alt andre at av bare ble bli blir blitt både da de deg dem den denne der dere deres det
        dette din disse ditt du e eller en enn er et etter for fordi fra få får før ga gi gikk gjør
        gjøre går gå ha hadde han hans har hele her hit hun hva hvem hver hvilken hvis hvor hvordan
        hvorfor i igjen ikke ingen inn ja jeg jo kan kanskje kom kommer kunne man mange med meg mellom
        men mens mer min mitt mot mye må måtte nei noe noen nå når og også om opp oss over på rundt
        samme seg selv sen si siden sier sin sine sitt skal skulle slik som så til tok under ut uten ved
        vi vil ville vår være vært altså vel litt
    """),
    speaker=terms("jeg meg min mitt mine eg æ"),
    judging=phrases("""
        bør, burde, håper, tror, synes, syns, mener, føler, frykter, tviler, skjønner, forstår ikke
        dessverre, heldigvis, endelig, takk, bra, bedre, best, flott, fantastisk, nydelig, fint, greit
        klokt, riktig, dårlig, verre, verst, galt, feil, trist, lei, sint, sinna, bekymret, bekymra
        redd, glad, stolt, skuffet, skuffa, skam, skandale, skandaløst, latterlig, absurd, idioti
        idioter, tullete, vanvidd, håpløst, elendig, urettferdig, urimelig, uakseptabelt, flaut, pinlig
        sløsing, svik, sviket, løgn, uff, huff, gratulerer, kondolerer, stakkars, ærlig talt, egentlig
        selvfølgelig, utrolig, helt, aldri, gidder, orker, lykke til, hurra, heia, gøy, herlig, teit
        typisk, heller, forferdelig, fryktelig, kjipt, synd, leit, verdt, må, faktisk, visst, jaja, rart
    """),
    reports=phrases("""
        siste, melder, meldte, opplyser, opplyste, ifølge, bekrefter, åpnet, åpner, stenger, stengt
        legger ned, vedtok, vedtatt, vedtar, i dag, i går, i morgen, fra i dag, fra og med, mandag
        tirsdag, onsdag, torsdag, fredag, lørdag, søndag, januar, februar, mars, april, mai, juni, juli
        august, september, oktober, november, desember, prosent, millioner, milliarder, kroner, kl, husk
        ny, nye
    """),
    asks=phrases("""
        noen som vet, vet noen, er det noen som, er, har, kan, skal, vil, gjelder, når, hvor, hvordan
        hvor lenge, hvor mye, hvor mange, hvilken, hvilke, hva med, hva skjer, hva er, hva betyr
        hvem er, finnes det, kommer
    """),
    muses=phrases("""
        hvorfor, hvem skal betale, hvem betaler, hvordan kan, hva slags, hva i all verden
        er dere seriøse, seriøst, virkelig, ikke sant, hvem bryr seg, hva tenker dere på, hva nå
    """),
    answers=phrases(
        "det stemmer ikke, feil, det er feil, greit poeng, godt poeng, rettelse, faktasjekk, ikke riktig"
    ),
    offers=phrases("til salgs, selges, send melding, følg oss, meld deg på, gi en gave, vipps, bestill"),
    negations=terms("ikke aldri ingen ingenting neppe uten ikkje verken hverken"),
    supports=phrases("""
        støtter, jeg er for, helt enig, riktig beslutning, riktig avgjørelse, riktig valg
        god beslutning, bra jobba, bra jobbet, godt jobba, gratulerer, endelig, på tide, heia, stå på
        bra at, fint at, flott at, stolt av, helt riktig, takk til, er for
    """),
    opposes=phrases("""
        imot, er mot, nei til, stopp, feil beslutning, dårlig beslutning, dårlig idé, skam, skandale
        skandaløst, latterlig, absurd, håpløst, urettferdig, urimelig, uakseptabelt, svik, sviket
        sløsing, vanvidd, idioti, bør gå av, må gå av, rasering, elendig, omgjør, vi krever, nok er nok
        galskap
    """),
    ironic=phrases("ja særlig, takk for ingenting, så flott da, nei så bra, for en overraskelse"),
    praise=terms("flott fantastisk genialt bra supert strålende takk gratulerer"),
    losses=terms("nedlagt stengt forsinket innstilt tapt mistet dyrere ødelagt kutt kø avgift"),
    roles={
        "outlet": phrases("avis, avisa, avisen, lokalavis, lokalavisa, nyheter, nettavis, kringkaster, nyhetsbyrå"),
        "journalist": phrases("journalist, reporter, redaktør, korrespondent, nyhetsleder"),
        "official": phrases("offisiell, offisielt, offisiell konto, departement, direktorat"),
        "politician": phrases("ordfører, fylkesråd, statsråd, stortingsrepresentant"),
        "analyst": phrases("analytiker"),
        "economist": phrases("økonom, samfunnsøkonom"),
        "lawyer": phrases("advokat, jurist"),
    },
    mastheads=terms("avis tidende nyheter"),
    machines=phrases("automatisk, automatiske, bot"),
    streets=terms("gata gate gaten veien vei vegen veg plass allé"),
    coarse=terms("faen jævla helvete"),
    dangling=terms("det den han hun og men så dette"),
)
