"""Portuguese."""

from __future__ import annotations

from .language import Language, phrases, terms

PORTUGUESE = Language(
    code="pt",
    stopwords=terms("""
        a à ao aos aquela aquele as às até cada com como da das de dela dele deles depois do dos e é ela
        elas ele eles em entre era essa esse esta está estão este eu foi foram há isso isto já lhe mais
        mas me mesmo meu minha muito na não nas nem no nos nós nossa nosso num numa o os ou para pela
        pelo por porque qual quando que quem se sem ser será seu sua são só também te tem têm ter todo
        todos tu tua um uma umas uns você vocês vai
    """),
    speaker=terms("eu me mim meu minha meus minhas"),
    judging=phrases("""
        deve, deveria, deveriam, espero, acho, penso, sinto, temo, duvido, infelizmente, felizmente
        finalmente, obrigado, obrigada, bom, boa, melhor, ótimo, excelente, ruim, mau, má, pior, triste
        raiva, medo, feliz, orgulho, decepcionado, vergonha, escândalo, ridículo, absurdo, idiotas
        injusto, inaceitável, mentira, roubo, parabéns, incrível, nunca
    """),
    reports=phrases("anuncia, confirma, segundo, abre, fecha, comunicado, hoje, ontem, milhões, euros, por cento"),
    asks=phrases("alguém sabe, quando, onde, quanto, quantos, qual, como"),
    muses=phrases("por que, porque é que, quem vai pagar, a sério, até quando"),
    negations=terms("não nunca jamais nada sem nem nenhum nenhuma"),
    roles={
        "outlet": phrases("notícias, jornal, agência de notícias"),
        "journalist": phrases("jornalista, repórter, redator, correspondente"),
        "official": phrases("conta oficial, oficial, ministério"),
        "politician": phrases("prefeito, prefeita, deputado, deputada, senador"),
        "analyst": phrases("analista"),
        "economist": phrases("economista"),
        "lawyer": phrases("advogado, advogada"),
    },
    coarse=terms("merda"),
    dangling=terms("e mas isso"),
)
