"""Links that were copied from earlier versions open the same page in the same state, word for word."""

from urllib.parse import parse_qs

import pytest

from core.common.text_link import from_link
from core.lab.link import plan_from_link
from core.lab.plan import Choice, Plan
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("one_server", "looks_here")

# As version 0.1.0 wrote them: the page, what follows the question mark, and what the session then holds.
TEXT = "eNoBMwDM_0dyw7bDn2Ug4oaSIOCkqOCkruCkuOCljeCkpOClhyDwn5Gp4oCN8J-agArXqdec15XXnTYTIHI"
LINKS = [
    (
        "segmentation",
        f"text={TEXT}&tokenizers=mistral:v1&tokenizers=builtin:utf8-bytes&view=Cards&colours=By+token+id"
        "&invisible=true&add=true&parse=true&size=1.5&price=2.5&context=8192&tool=Agreement",
        {
            "text_at_hand": "Größe → नमस्ते 👩‍🚀\nשלום",
            "tokenizers": ["mistral:v1", "builtin:utf8-bytes"],
            "view": "Cards",
            "colours": "By token id",
            "invisible": True,
            "add": True,
            "parse": True,
            "size": 1.5,
            "price": 2.5,
            "context": 8192,
            "tool": "Agreement",
        },
    ),
    ("segmentation", "tool=Split+by+budget&budget=12", {"tool": "Split by budget", "budget": 12}),
    (
        "premium",
        "counted=gpt-2&counted=bert-cased&base=deu_Latn&find=Thai&part=Dev&per=Byte&sort=Script&premium=Table",
        {
            "counted": ["gpt-2", "bert-cased"],
            "base": "deu_Latn",
            "find": "Thai",
            "part": "Dev",
            "per": "Byte",
            "sort": "Script",
            "premium": "Table",
        },
    ),
    (
        "premium",
        "premium=Evidence&tokenizer=llama-3&language=mya_Mymr&counted=llama-3",
        {"premium": "Evidence", "tokenizer": "llama-3", "language": "mya_Mymr"},
    ),
    ("premium", "premium=Groups&group=Family", {"premium": "Groups", "group": "Family"}),
]
PLANS = [
    (
        "eNp9zsEKwyAQhOF3mXN6SW--SinBsEuVqCtqKEH23WsOgdJDz_8HMx0kSQoMqvM5M5nm03F7SwmECZGbE6owj46Nj5Pt64i0RLZpgGyLjaN31ekif5LEvBRZ"
        "99q-ATaY-6z6HINCHH7fcHoFXx30A8CJPIY",
        Plan(
            "shipped:tiny-english",
            donor="shipped:tiny-world",
            methods=(Choice("subword_mean"), Choice("mean"), Choice("omp_robust", {"k": 32})),
        ),
    ),
    (
        "eNolzTEOwyAMBdC7eCZDO1WcoTeIqooUF1CIQcEMFHH3GmWz7Pe_O0RDrhqHBfQKSO79NEygwGK9xpeCA9knO0WHHRto-OGZBGVzmkP2fYzJksUox-JDzmg1"
        "B2qLVMZQvOCCxEif-el2V8BpRwpSJImthihaV_4-lq2xmPEHPcU12A",
        Plan(
            "shipped:tiny-english",
            tokenizer="builtin:utf8-bytes",
            methods=(Choice("zero"),),
            languages=("eng_Latn", "deu_Latn"),
            sentences=12,
        ),
    ),
]


@pytest.mark.parametrize(("page", "query", "state"), LINKS)
def test_a_link_opens_as_it_did(page: str, query: str, state: dict[str, object]) -> None:
    app = opened(page, **parse_qs(query))
    assert not app.error
    assert {key: app.session_state[key] for key in state} == state


def test_a_text_in_a_link_reads_as_it_did() -> None:
    assert from_link(TEXT) == "Größe → नमस्ते 👩‍🚀\nשלום"


@pytest.mark.parametrize(("packed", "plan"), PLANS)
def test_a_plan_in_a_link_reads_as_it_did(packed: str, plan: Plan) -> None:
    assert plan_from_link(packed) == plan


def test_a_plan_in_a_link_fills_the_form() -> None:
    app = opened("transplants", plan=PLANS[0][0])
    assert not app.error
    assert app.session_state["lab_methods"] == ["subword_mean", "omp_robust"]  # the mean runs along, as a control
    assert app.session_state["lab_param_omp_robust_k"] == "32"
