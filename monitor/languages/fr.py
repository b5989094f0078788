"""French."""

from __future__ import annotations

from .language import Language, phrases, terms

FRENCH = Language(
    code="fr",
    stopwords=terms("""
        a à ai ainsi alors après as au aucun aussi autre autres aux avant avec avoir bien c c'est ça car
        ce cela ces cet cette ceux chez comme d dans de depuis des deux donc du elle elles en encore
        entre est et été être eu fait font il ils j j'ai je l la le les leur leurs lui m ma mais me même
        mes moi mon n ne ni nos notre nous on ont ou où par parce pas peu peut plus pour pourquoi qu
        qu'il quand que quel quelle qui s sa sans se ses si soit son sont sous sur t ta te tes toi ton
        tous tout toute toutes très tu un une vos votre vous y d'un d'une n'est s'est qu'on l'on
    """),
    speaker=terms("je j'ai j'en j'étais j'y me moi mon ma mes m'a"),
    judging=phrases("""
        faut, devrait, devraient, espère, espérons, pense, crois, trouve, crains, doute, malheureusement
        heureusement, enfin, merci, bon, bien fait, bravo, mieux, meilleur, super, génial, magnifique
        courage, raison, tort, responsable, honnête, honnêtement, franchement, mauvais, pire, triste
        tristes, colère, furieux, peur, content, fier, fière, déçu, déçue, honte, honteux, scandale
        ridicule, absurde, idiots, injuste, inadmissible, n'importe quoi, gaspillage, mensonge
        félicitations, incroyable, jamais, dommage, arrêtez
    """),
    reports=phrases("""
        annonce, annonçons, confirme, selon, d'après, ouvre, ferme, communiqué, aujourd'hui, hier, lundi
        mardi, mercredi, jeudi, vendredi, samedi, dimanche, millions, milliards, euros, prend acte
    """),
    asks=phrases("""
        quelqu'un sait, est-ce que quelqu'un, savez-vous, est-ce qu'il y a, quand, où, combien, quel
        quelle, comment
    """),
    muses=phrases("pourquoi, qui va payer, comment peut-on, sérieusement, vous vous moquez"),
    negations=terms("pas jamais rien aucun aucune sans ni guère"),
    supports=phrases("""
        je soutiens, bravo, bonne décision, ont raison, a raison, bonne idée, merci, enfin
        félicitations
    """),
    opposes=phrases("""
        je suis contre, contre, honte, honteux, scandale, scandaleux, ridicule, absurde, inadmissible
        injuste, mauvaise décision, mauvaise idée, gaspillage, démission, n'importe quoi, aurait dû
        auraient dû, auraient pu
    """),
    ironic=phrases("bien sûr oui, merci pour rien, quelle surprise, ah bravo"),
    roles={
        "outlet": phrases("journal, l'info, infos, actualités, quotidien, agence de presse, presse"),
        "journalist": phrases("journaliste, rédacteur, rédactrice, correspondant, reporter"),
        "official": phrases("compte officiel, officiel, officielle, ministère"),
        "politician": phrases("maire, député, députée, sénateur, sénatrice, ministre"),
        "analyst": phrases("analyste"),
        "economist": phrases("économiste"),
        "lawyer": phrases("avocat, avocate"),
    },
    machines=phrases("automatique, automatisé, bot"),
    streets=terms("rue avenue boulevard place chemin quai impasse allée"),
    coarse=terms("merde putain connard"),
    dangling=terms("ça ce cela il elle et mais"),
)
