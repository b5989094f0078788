"""Words by which a sentence hangs together or its author hedges, written by hand: for tests/training/common.py.

They name nothing, so a label made of them would say nothing; yet one by one they are rare ("whether" stands in one
post of a thousand), so a list that is cut by frequency leaves most of them out, and a longer one would begin to
hold what people talk of ("police", "church", "money"). Stopwords among them are passed over.
"""

from __future__ import annotations

GRAMMAR = {
    "en": """
        whether although unless instead perhaps maybe otherwise however therefore meanwhile moreover anyway
        besides despite except regarding according toward towards among amongst whatever whoever whichever
        wherever whenever whereas somehow somewhat somewhere sometimes everywhere nowhere nothing everything
        something anything everybody nobody somebody others another neither quite almost enough especially
        basically literally obviously apparently probably possibly definitely certainly absolutely exactly simply
        seriously honestly hopefully frankly actually totally completely entirely clearly likely unlikely supposed
        guess suppose seem seems seemed wait waiting hello okay thanks thank please sorry sure stuff lot lots bit
        etc thus hence albeit onto
    """,
    "nb": """
        hvorvidt dersom ellers enten verken istedenfor isteden istedet imidlertid derfor likevel dessuten kanskje
        muligens egentlig faktisk sannsynligvis antakelig antagelig sikkert visst visstnok liksom altså nemlig
        uansett forresten akkurat nesten ganske temmelig unntatt ifølge angående vedrørende blant ingenting
        noenting allting virkelig dessverre heldigvis forhåpentligvis åpenbart tydeligvis tilsynelatende vente
        venter ventet synes syns virker virket takk unnskyld greit greie greier osv hvem hvilken hvilket hvilke
        hvordan hvorfor mens siden fordi selvom ettersom
    """,
    "da": """
        hvorvidt hvis ellers enten hverken imidlertid derfor alligevel desuden måske muligvis egentlig faktisk
        sandsynligvis formentlig sikkert vist ligesom altså nemlig uanset forresten netop næsten ganske temmelig
        undtagen ifølge angående blandt ingenting virkelig desværre heldigvis forhåbentlig åbenbart tydeligvis
        vente venter synes tak undskyld osv
    """,
    "sv": """
        huruvida ifall annars antingen varken istället emellertid därför ändå dessutom kanske möjligen egentligen
        faktiskt troligen antagligen förmodligen säkert visst liksom alltså nämligen oavsett förresten precis
        nästan ganska tämligen utom enligt angående bland ingenting verkligen tyvärr förhoppningsvis uppenbarligen
        tydligen vänta väntar verkar tack förlåt osv
    """,
    "de": """
        obwohl falls sonst entweder weder stattdessen statt jedoch deshalb deswegen trotzdem dennoch außerdem
        vielleicht möglicherweise eigentlich tatsächlich wahrscheinlich vermutlich sicher sicherlich offenbar
        anscheinend offensichtlich nämlich jedenfalls übrigens genau fast ziemlich außer laut bezüglich irgendwie
        irgendwo irgendwas nichts etwas wirklich leider hoffentlich ehrlich warten wartet scheint danke bitte usw
    """,
    "fr": """
        quoique sinon soit plutôt cependant pourtant néanmoins donc peut-être peut sûrement probablement vraiment
        évidemment apparemment surtout presque assez environ selon concernant parmi rien quelque chose
        malheureusement heureusement franchement honnêtement attendre attend semble merci désolé etc
    """,
    "es": """
        aunque sino quizá quizás acaso embargo además entonces realmente probablemente seguramente evidentemente
        aparentemente especialmente casi bastante según respecto entre nada algo alguien nadie desgraciadamente
        ojalá sinceramente esperar espera parece gracias perdón etc
    """,
    "it": """
        sebbene anziché invece oppure comunque tuttavia quindi perciò forse magari davvero veramente probabilmente
        sicuramente evidentemente apparentemente soprattutto quasi abbastanza secondo riguardo qualcosa niente
        nessuno purtroppo sinceramente aspettare aspetta sembra grazie scusa ecc
    """,
    "pt": """
        embora senão talvez porém contudo entretanto portanto além realmente provavelmente certamente
        evidentemente aparentemente principalmente quase bastante segundo entre nada algo alguém ninguém
        infelizmente felizmente sinceramente esperar espera parece obrigado obrigada desculpa etc
    """,
    "ko": """
        하지만 그런데 그리고 그래서 그러면 그러나 그래도 그러니까 그렇지만 따라서 또한 게다가 어쨌든 아무튼 어차피
        일단 사실 물론 아마 아마도 혹시 과연 도대체 대체 차라리 오히려 대신 여부 정말 진짜 너무 매우 아주 조금
        거의 항상 가끔 벌써 아직 결국 특히 제발 글쎄 뭔가 기다려 기다리는
    """,
}
"""By language; words apart by spaces."""
