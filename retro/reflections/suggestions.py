"""Words to begin with when it is hard to find one's own: feelings, and the needs behind them.

Chosen from the Feelings Inventory and the Needs Inventory of the Center for Nonviolent
Communication (© 2005, cnvc.org, which lets them be copied freely), as used in its Korean sister
organisation's lists (한국비폭력대화센터, krnvc.org) for the Korean words. Kept to what people say the
morning after an incident; free text is always welcome beside them.
"""

SOURCE = "Center for Nonviolent Communication"
SOURCE_URL = "https://www.cnvc.org"

FEELINGS = {
    "en": (
        "anxious, worried, startled, alarmed, overwhelmed, confused, torn, helpless, tense, "
        "frustrated, irritated, angry, embarrassed, ashamed, guilty, regretful, disappointed, "
        "discouraged, sad, lonely, exhausted, burnt out, numb, relieved, calm, grateful, touched, "
        "hopeful, encouraged, proud, curious"
    ),
    "ko": (
        "불안하다, 걱정된다, 놀랐다, 당황스럽다, 막막하다, 혼란스럽다, 초조하다, 긴장된다, 무력하다, 답답하다, "
        "짜증 난다, 화난다, 억울하다, 부끄럽다, 창피하다, 미안하다, 후회된다, 실망스럽다, 착잡하다, 씁쓸하다, 찝찝하다, "
        "속상하다, 외롭다, 지쳤다, 멍하다, 안심된다, 홀가분하다, 고맙다, 뭉클하다, 뿌듯하다, 희망이 생긴다, 궁금하다"
    ),
}

NEEDS = {
    "en": (
        "to help, to contribute, to be recognised, to be trusted, to be heard, to understand, "
        "clarity, competence, to learn, support, cooperation, belonging, respect, honesty, "
        "fairness, safety, stability, order, predictability, autonomy, rest, ease, meaning"
    ),
    "ko": (
        "도움이 되고 싶다, 기여하고 싶다, 인정받고 싶다, 내 가치를 증명하고 싶다, 신뢰받고 싶다, 내 말을 들어 주면 좋겠다, "
        "이해하고 싶다, 명확함, 유능함, 배움, 지원, 협력, 소속감, 존중, 솔직함, 공정함, 안전, 안정, 질서, "
        "예측 가능성, 자율성, 휴식, 여유, 의미"
    ),
}


def feelings(language: str) -> list[str]:
    """Return feeling words in this language; in English for one we have none for."""
    return FEELINGS.get(language, FEELINGS["en"]).split(", ")


def needs(language: str) -> list[str]:
    return NEEDS.get(language, NEEDS["en"]).split(", ")
