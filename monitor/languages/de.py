"""German."""

from __future__ import annotations

from .language import Language, phrases, terms

GERMAN = Language(
    code="de",
    stopwords=terms("""
        ab aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis
        bist da dabei damit dann das dass dein deine dem den denn der des dich die dies diese diesem
        diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch
        euer eure für gegen hab habe haben hat hatte hätte hier hin hinter ich ihm ihn ihnen ihr ihre
        ihrem ihren ihrer im in ins ist ja jede jeden jeder jetzt kann kein keine keinen können könnte
        mal man mehr mein meine mich mir mit muss müssen nach nicht nichts noch nun nur ob oder ohne
        schon sehr sein seine seinem seinen seiner seit sich sie sind so soll sollen sollte sondern
        sonst um und uns unser unsere unter vom von vor war waren warum was weil wenn wer werden wie
        wieder will wir wird wo worden wurde würde wurden zu zum zur zwischen über
    """),
    speaker=terms("ich mir mich mein meine meinen meinem meiner"),
    judging=phrases("""
        sollte, sollten, müsste, muss, müssen, hoffe, hoffentlich, glaube, denke, finde, find, fürchte
        bezweifle, leider, zum glück, endlich, danke, gut, besser, beste, super, toll, großartig, klasse
        schön, richtig, ehrlich, schlecht, schlechter, schlimm, falsch, traurig, wütend, sauer
        enttäuscht, enttäuschend, froh, stolz, erleichtert, angst, sorge, sorgen, schande, skandal
        lächerlich, absurd, wahnsinn, unfassbar, unglaublich, unverschämt, frech, frechheit, peinlich
        unfair, ungerecht, unsinn, quatsch, blödsinn, idioten, dumm, verschwendung, betrug, lüge, lügen
        glückwunsch, bravo, respekt, natürlich, angeblich, wieder mal, jedes mal, immer dasselbe, bitte
        lieber, lohnt, nie wieder, nie, niemand, schade, gerne, wenigstens, sinn, na ja, naja, tja
        krass, mist, scheiß, scheiße, verdammt, bringt, freut
    """),
    reports=phrases("""
        eilmeldung, meldet, meldete, teilte mit, laut, bestätigt, erhöht, senkt, beschließt, beschlossen
        eröffnet, schließt, geschlossen, ab sofort, heute, gestern, montag, dienstag, mittwoch
        donnerstag, freitag, samstag, sonntag, januar, februar, märz, april, mai, juni, juli, august
        september, oktober, november, dezember, prozent, millionen, milliarden, euro, uhr
    """),
    asks=phrases("""
        weiß jemand, weiss jemand, kann jemand, hat jemand, gilt, ist, sind, hat, kann, gibt es, wird
        muss ich, darf, wann, wo, wie lange, wie viel, wie viele, wie laut, wie hoch, welche, welcher
        welches, was ist, was bedeutet, wie funktioniert, wer weiß
    """),
    muses=phrases("""
        warum, wieso, weshalb, wer soll, wer zahlt, wer bezahlt, wie kann, wie konnte, was soll
        ernsthaft, echt jetzt, wirklich, nicht wahr, wann hört, wer braucht
    """),
    answers=phrases("falsch, stimmt nicht, das stimmt nicht, korrektur, faktencheck, guter punkt"),
    offers=phrases("zu verkaufen, verkaufe, schreib mir, folgt uns, jetzt spenden, spenden, rabatt, gewinnspiel"),
    negations=terms("nicht kein keine keinen keiner keinem nie niemals niemand nichts ohne kaum weder"),
    supports=phrases("""
        ich bin für, ich bin dafür, dafür, unterstütze, unterstützen, find ich gut, finde ich gut
        richtig so, richtige entscheidung, gute entscheidung, gute idee, glückwunsch, bravo, respekt
        endlich, danke, gut gemacht, mehr davon, zu recht, recht haben, haben recht, stolz auf
    """),
    opposes=phrases("""
        ich bin gegen, ich bin dagegen, dagegen, nein zu, ablehnen, lehne ab, stoppt, schluss mit
        falsche entscheidung, schlechte idee, schande, skandal, lächerlich, absurd, wahnsinn, unfassbar
        unverschämt, frech, frechheit, ungerecht, unfair, unsinn, quatsch, blödsinn, verschwendung
        betrug, rücktritt, zurücktreten, bringt nichts
    """),
    ironic=phrases("""
        ja klar, na toll, na super, ganz toll, vielen dank für nichts, wer hätte das gedacht
        toll gemacht
    """),
    praise=terms("toll super klasse genial großartig wunderbar danke glückwunsch bravo"),
    losses=terms("teurer gestrichen abgesagt geschlossen verspätet kaputt verloren pleite steuer gebühr ausfall"),
    roles={
        "outlet": phrases("""
            nachrichten, zeitung, tageszeitung, wochenzeitung, nachrichtenagentur, rundfunk
            nachrichtenseite, magazin
        """),
        "journalist": phrases(
            "journalist, journalistin, reporter, reporterin, redakteur, redakteurin, korrespondent"
        ),
        "official": phrases(
            "offizielles konto, offizieller account, offizieller kanal, offiziell, ministerium, behörde"
        ),
        "politician": phrases("bürgermeister, bürgermeisterin, mdb, mdl, landrat, landrätin, stadtrat"),
        "analyst": phrases("analyst, analystin"),
        "economist": phrases("ökonom, ökonomin, volkswirt, volkswirtin, energieökonom"),
        "lawyer": phrases("rechtsanwalt, rechtsanwältin, anwalt, anwältin, jurist, juristin"),
    },
    mastheads=terms("kurier zeitung anzeiger nachrichten rundschau"),
    machines=phrases("automatisch, automatisiert, bot"),
    streets=terms("straße strasse str weg platz allee gasse ring ufer"),
    coarse=terms("scheiße scheiss arschloch idioten"),
    dangling=terms("das dies und aber denn er sie es"),
)
