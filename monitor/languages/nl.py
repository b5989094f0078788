"""Dutch."""

from __future__ import annotations

from .language import Language, phrases, terms

DUTCH = Language(
    code="nl",
    stopwords=terms("""
        aan al alles als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een
        eens en er ge geen geweest haar had heb hebben heeft hem het hier hij hoe hun iemand iets ik in
        is ja je jij jou jouw jullie kan kon kunnen maar me meer men met mij mijn moet na naar niet
        niets nog nu of om omdat ons ook op over reeds te tegen toch toen tot u uit uw van veel voor
        want waren was wat we wel werd wezen wie wij wil worden wordt zal ze zei zelf zich zij zijn zo
        zonder zou
    """),
    speaker=terms("ik mij me mijn"),
    judging=phrases("""
        moet, zou moeten, hoop, denk, vind, geloof, vrees, helaas, gelukkig, eindelijk, bedankt, goed
        beter, best, mooi, slecht, slechter, fout, triest, boos, bang, blij, trots, teleurgesteld
        schande, schandalig, belachelijk, absurd, idioten, oneerlijk, onzin, gênant, verspilling, leugen
        gefeliciteerd, ongelooflijk, nooit
    """),
    reports=phrases("meldt, volgens, bevestigt, opent, sluit, vandaag, gisteren, procent, miljoen, miljard, euro"),
    asks=phrases("weet iemand, is er iemand, wanneer, waar, hoe lang, hoeveel, welke, wat is"),
    muses=phrases("waarom, wie gaat dat betalen, serieus"),
    negations=terms("niet geen nooit niets zonder nauwelijks"),
    roles={
        "outlet": phrases("nieuws, krant, dagblad, persbureau"),
        "journalist": phrases("journalist, verslaggever, redacteur"),
        "official": phrases("officieel, officiële"),
        "politician": phrases("burgemeester, wethouder, kamerlid"),
        "analyst": phrases("analist"),
        "economist": phrases("econoom"),
        "lawyer": phrases("advocaat"),
    },
)
