"""Korean."""

from __future__ import annotations

from .language import Language, phrases, terms

KOREAN = Language(
    code="ko",
    stopwords=terms("""
        이 그 저 것 수 등 및 더 또 를 을 은 는 가 에 의 와 과 도 로 으로 에서 하고 한
        하는 할 해 합니다 했다 한다 있다 있는 없다 그리고 그러나 하지만 그런데 그래서 그래도
        때문에 대한 위해 통해 이번 오늘 어제 내일 정말 진짜 너무 아주 매우 다 좀 잘 안 못 왜
        뭐 이런 그런 저런 우리 나 내 너 저는 나는 제가 내가 그는 그녀는 이것 그것 여기 거기
    """),
    speaker=terms("나 나는 내가 내 저는 제가 제 난"),
    judging=phrases("""
        실망, 실망이다, 좋다, 좋아요, 나쁘다, 최고, 최악, 걱정, 걱정이다, 무섭다, 슬프다
        화난다, 안타깝다, 다행, 다행이다, 감사합니다, 고맙습니다, 축하합니다, 제발, 응원합니다
        잘했다, 맞다, 낫다, 낫지, 낫죠, 생각한다, 생각해요, 생각합니다, 같아요, 같다, 싶다
        하자, 해야, 해야 한다, 안 된다, ㅠㅠ, ㅠ, ㅋㅋ, ㅋㅋㅋ, ㅎㅎ, 답답하다, 한심하다
        창피하다, 부끄럽다, 말도 안, 역시, 그래도, 너무, 진짜
    """),
    reports=phrases("속보, 단독, 발표, 발표했다, 밝혔다, 전했다, 보도, 오늘, 어제, 예정, 만원, 억원"),
    asks=phrases("아시는 분, 아는 사람, 아시나요, 알려주세요, 언제, 어디서, 얼마나, 몇"),
    muses=phrases("왜, 누가 책임, 말이 되, 말이 되나, 뭐하는"),
    negations=terms("안 못 않 없다 아니 절대"),
    supports=phrases("잘했다, 응원합니다, 수고하셨습니다, 지지합니다, 찬성"),
    opposes=phrases("반대, 반대합니다, 실망, 사퇴, 최악"),
    roles={
        "outlet": phrases("뉴스, 신문, 일보, 속보, 보도, 속보와, 통신사, 방송"),
        "journalist": phrases("기자, 특파원, 앵커"),
        "official": phrases("공식, 공식 계정"),
        "politician": phrases("국회의원, 시장, 도지사"),
        "analyst": phrases("애널리스트, 분석가"),
        "economist": phrases("경제학자"),
        "lawyer": phrases("변호사"),
    },
    coarse=terms("씨발 병신"),
)
